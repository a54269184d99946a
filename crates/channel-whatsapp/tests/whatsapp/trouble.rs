//! What becomes of a message that the API doesn't take, or may have taken.

use std::sync::Arc;
use std::time::Duration;

use channel_whatsapp::{InvalidOptions, WhatsApp};
use conversation::ports::SendError;
use support::fake_whatsapp::{Account, Script};

use crate::stage::{Lanes, channel, options, say, sender};

const ANN: &str = "4915112345678";

#[tokio::test]
async fn an_error_is_told_by_its_code_and_not_by_its_status() {
    let paced = |seconds| ("paced", Some(Duration::from_secs(seconds)));
    let later = |seconds: Option<u64>| ("not sent", seconds.map(Duration::from_secs));
    let (refused, unreachable) = (("refused", None), ("unreachable", None));
    for (status, code, expected) in [
        (400, 131_056, paced(1)),
        (400, 130_429, paced(1)),
        (429, 0, paced(1)),
        (400, 4, paced(60)),
        (400, 80_007, paced(60)),
        (400, 131_048, paced(300)),
        (401, 190, later(Some(60))),
        (403, 10, later(Some(60))),
        (401, 0, later(Some(60))),
        (403, 131_030, later(Some(300))),
        (500, 131_000, later(None)),
        (503, 2, later(None)),
        (400, 131_047, refused),
        (400, 131_026, unreachable),
        (400, 131_062, refused),
        (400, 131_051, refused),
        (400, 100, refused),
        (404, 131_009, refused),
        (400, 7_654_321, refused),
    ] {
        let (fake, channel) = channel();
        fake.push(Script::error(status, code));
        let (found, why) = match say(&channel, ANN, "Hi").await.unwrap_err() {
            SendError::Paced { retry_after } => (("paced", Some(retry_after)), None),
            SendError::NotSent { why, retry_after } => (("not sent", retry_after), Some(why)),
            SendError::Refused { why } => (refused, Some(why)),
            SendError::Unreachable { why } => (unreachable, Some(why)),
            SendError::Uncertain { why } => (("uncertain", None), Some(why)),
        };
        assert_eq!(found, expected, "{code}");
        if let Some(why) = why {
            assert!(why.contains(&code.to_string()) && !why.contains("4915"), "{why}");
        }
        assert_eq!(fake.delivered(), []);
    }
}

#[tokio::test]
async fn a_send_without_a_whole_answer_is_uncertain() {
    for script in [
        Script::TakeAndCut,
        Script::TakeAndHang,
        Script::Cut,
        Script::answer(502, "<html>Bad Gateway</html>"),
        Script::answer(504, ""),
        Script::error(500, 1),
        Script::answer(500, r#"{"error": {"message": "oops"}}"#),
    ] {
        let (fake, channel) = channel();
        fake.push(script.clone());
        let sent = say(&channel, ANN, "Hi").await;
        assert!(matches!(sent, Err(SendError::Uncertain { .. })), "{script:?}: {sent:?}");
        assert_eq!(fake.scripts_left(), 0);
    }
}

#[tokio::test]
async fn a_success_whose_body_breaks_off_is_one() {
    let (fake, channel) = channel();
    fake.push(Script::TakeAndBreakOff);
    assert_eq!(say(&channel, ANN, "Hi").await.unwrap().receipt, None);
    assert_eq!(fake.delivered().len(), 1);
}

#[tokio::test]
async fn an_api_that_is_not_there_was_sent_nothing() {
    let (fake, channel) = channel();
    fake.stop().await;
    let sent = say(&channel, ANN, "Hi").await;
    assert!(matches!(sent, Err(SendError::NotSent { .. })), "{sent:?}");
}

#[tokio::test]
async fn a_refusal_without_an_error_is_told_by_its_status() {
    let (fake, channel) = channel();
    fake.push(Script::answer(401, "no"));
    fake.push(Script::answer(302, ""));
    let sent = say(&channel, ANN, "Hi").await;
    assert!(matches!(sent, Err(SendError::NotSent { .. })), "{sent:?}");
    let sent = say(&channel, ANN, "Hi").await;
    assert!(matches!(sent, Err(SendError::Refused { .. })), "{sent:?}");
}

#[tokio::test]
async fn a_wrong_token_keeps_the_message_for_later() {
    let (fake, _) = channel();
    let account = Account { access_token: "another".to_owned(), ..Account::default() };
    let channel = sender(&options(&account, &fake.url()));
    let sent = say(&channel, ANN, "Hi").await;
    assert!(matches!(sent, Err(SendError::NotSent { .. })), "{sent:?}");
    assert_eq!((fake.not_let_in(), channel.is_refused()), (1, true));
}

#[tokio::test]
async fn a_token_counts_as_refused_until_something_is_taken() {
    let (fake, channel) = channel();
    assert!(!channel.is_refused());
    for (script, is_refused) in
        [(Script::error(401, 190), true), (Script::Cut, true), (Script::error(400, 131_047), false)]
    {
        fake.push(script);
        say(&channel, ANN, "Hi").await.unwrap_err();
        assert_eq!(channel.is_refused(), is_refused);
    }
    fake.push(Script::error(401, 190));
    say(&channel, ANN, "Hi").await.unwrap_err();
    say(&channel, ANN, "Hi").await.unwrap();
    assert!(!channel.is_refused());
}

#[test]
fn options_that_can_not_work_are_told_apart() {
    let invalid = |change: fn(&mut channel_whatsapp::Options)| {
        let mut options = options(&Account::default(), "http://127.0.0.1:9");
        change(&mut options);
        WhatsApp::new(&options, Arc::new(Lanes::default())).err().unwrap()
    };
    let number = invalid(|options| options.phone_number_id = "+49 151".to_owned());
    assert_eq!(number, InvalidOptions::PhoneNumberId);
    let version = invalid(|options| options.api_version = "25".to_owned());
    assert_eq!(version, InvalidOptions::ApiVersion("25".to_owned()));
    let root = invalid(|options| options.api_root = "graph.facebook.com".to_owned());
    assert!(matches!(root, InvalidOptions::ApiRoot(_)));
    let token = invalid(|options| options.access_token = "a\nb".into());
    assert_eq!(token, InvalidOptions::AccessToken);
}
