//! Files that came with messages, fetched when they are needed.

use channel_whatsapp::{MediaError, WhatsApp};
use support::fake_whatsapp::{Account, FakeWhatsApp, File};

use crate::stage::options;

const LIMIT: u64 = 1000;
/// The hash of `a picture`.
const HASH: &str = "92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b";

fn channel() -> (FakeWhatsApp, WhatsApp) {
    let fake = FakeWhatsApp::start(Account::default());
    let mut options = options(fake.account(), &fake.url());
    options.media_bytes = LIMIT;
    (fake, WhatsApp::new(&options).unwrap())
}

async fn fetch(file: File) -> Result<Vec<u8>, MediaError> {
    let (fake, channel) = channel();
    fake.put_file("65463453", file);
    let media = channel.media("65463453").await;
    assert_eq!((fake.violations(), fake.not_let_in()), (Vec::new(), 0));
    media.map(|media| media.content.to_vec())
}

#[tokio::test]
async fn a_file_comes_with_its_type() {
    let (fake, channel) = channel();
    fake.put_file("65463453", File::new("image/jpeg", "a picture"));
    let media = channel.media("65463453").await.unwrap();
    assert_eq!(media.media_type, "image/jpeg");
    assert_eq!(media.content, "a picture");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_kept_whatever_was_told() {
    let too_large = Err(MediaError::TooLarge { limit: LIMIT });
    let large = || File::new("image/jpeg", vec![7; 1001]);
    assert_eq!(fetch(large()).await, too_large);
    assert_eq!(fetch(File { told_size: Some(9), ..large() }).await, too_large);
    let told = File { told_size: Some(5_000_000), ..File::new("image/jpeg", "small") };
    assert_eq!(fetch(told).await, too_large);
    assert_eq!(fetch(File::new("image/jpeg", vec![7; 1000])).await, Ok(vec![7; 1000]));
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
        assert_eq!(fetch(file).await, Err(MediaError::Elsewhere), "{url}");
    }
    assert_eq!(other.requests(), 0);
}

#[tokio::test]
async fn a_file_with_another_hash_is_damaged() {
    let file = |hash: &str| File {
        told_sha256: Some(hash.to_owned()),
        ..File::new("image/jpeg", "a picture")
    };
    assert_eq!(fetch(file(&"0".repeat(64))).await, Err(MediaError::Damaged));
    assert_eq!(fetch(file(HASH)).await, Ok(b"a picture".to_vec()));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_gone_and_odd_handles_ask_nothing() {
    let (fake, channel) = channel();
    assert_eq!(channel.media("123").await.err(), Some(MediaError::Gone));
    let requests = fake.requests();
    for handle in ["", "../1", "1/2", "1?fields=x", "ä"] {
        assert_eq!(channel.media(handle).await.err(), Some(MediaError::Gone), "{handle}");
    }
    assert_eq!(fake.requests(), requests);
    fake.stop().await;
    assert!(matches!(channel.media("123").await.err(), Some(MediaError::Unavailable(_))));
}
