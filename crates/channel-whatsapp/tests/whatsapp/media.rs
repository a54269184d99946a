//! Files that came with messages, fetched when they are needed.

use channel_whatsapp::WhatsApp;
use conversation::Attachment;
use conversation::ports::{Channel as _, Content};
use support::fake_whatsapp::{Account, FakeWhatsApp, File};

use crate::stage::{options, sender};

const LIMIT: u64 = 1000;
/// The hash of `a picture`.
const HASH: &str = "92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b";

fn channel() -> (FakeWhatsApp, WhatsApp) {
    let fake = FakeWhatsApp::start(Account::default());
    let mut options = options(fake.account(), &fake.url());
    options.media_bytes = LIMIT;
    let channel = sender(&options);
    (fake, channel)
}

/// What comes of an attachment with this handle, if it may have that many bytes.
async fn media(channel: &WhatsApp, handle: &str, limit: u64) -> Option<Content> {
    let attachment = Attachment {
        media_type: "image/jpeg".to_owned(),
        name: None,
        handle: handle.to_owned(),
        bytes: None,
    };
    channel.media().unwrap().fetch(&attachment, limit).await
}

async fn fetch(file: File) -> Option<Vec<u8>> {
    let (fake, channel) = channel();
    fake.put_file("65463453", file);
    let content = media(&channel, "65463453", u64::MAX).await;
    assert_eq!((fake.violations(), fake.not_let_in()), (Vec::new(), 0));
    content.map(|content| content.bytes)
}

#[tokio::test]
async fn a_file_comes_with_its_type() {
    let (fake, channel) = channel();
    fake.put_file("65463453", File::new("image/jpeg", "a picture"));
    let content = media(&channel, "65463453", LIMIT).await.unwrap();
    assert_eq!(content.media_type, "image/jpeg");
    assert_eq!(content.bytes, b"a picture");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_kept_whatever_was_told() {
    let large = || File::new("image/jpeg", vec![7; 1001]);
    assert_eq!(fetch(large()).await, None);
    assert_eq!(fetch(File { told_size: Some(9), ..large() }).await, None);
    let told = File { told_size: Some(5_000_000), ..File::new("image/jpeg", "small") };
    assert_eq!(fetch(told).await, None);
    assert_eq!(fetch(File::new("image/jpeg", vec![7; 1000])).await, Some(vec![7; 1000]));

    let (fake, channel) = channel();
    fake.put_file("65463453", File::new("image/jpeg", vec![7; 500]));
    assert!(media(&channel, "65463453", 499).await.is_none());
    assert!(media(&channel, "65463453", 500).await.is_some());
}

#[tokio::test]
async fn the_token_is_shown_to_no_other_host() {
    let other = FakeWhatsApp::start(Account::default());
    for url in [
        format!("{}/files/65463453", other.url()),
        "http://lookaside.fbsbx.com/x".to_owned(),
        "https://fbsbx.com.example/x".to_owned(),
        "https://notfbsbx.com/x".to_owned(),
        "https://lookaside.fbsbx.com:8443/x".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let file = File { told_url: Some(url.clone()), ..File::new("image/jpeg", "a picture") };
        assert_eq!(fetch(file).await, None, "{url}");
    }
    assert_eq!(other.requests(), 0);
}

#[tokio::test]
async fn a_file_with_another_hash_is_damaged() {
    let file = |hash: &str| File {
        told_sha256: Some(hash.to_owned()),
        ..File::new("image/jpeg", "a picture")
    };
    assert_eq!(fetch(file(&"0".repeat(64))).await, None);
    assert_eq!(fetch(file(HASH)).await, Some(b"a picture".to_vec()));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_gone_and_odd_handles_ask_nothing() {
    let (fake, channel) = channel();
    assert!(media(&channel, "123", LIMIT).await.is_none());
    let requests = fake.requests();
    assert_eq!(requests, 1);
    for handle in ["", "../1", "1/2", "1?fields=x", "ä"] {
        assert!(media(&channel, handle, LIMIT).await.is_none(), "{handle}");
    }
    assert_eq!(fake.requests(), requests);
    fake.stop().await;
    assert!(media(&channel, "123", LIMIT).await.is_none());
}
