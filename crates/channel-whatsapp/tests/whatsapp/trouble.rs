//! What becomes of a message that the API doesn't take, or may have taken.

use std::time::Duration;

use channel_whatsapp::inbound::Annotation;
use channel_whatsapp::{InvalidOptions, Reference, WhatsApp};
use conversation::ports::{Channel as _, SendError};
use support::fake_whatsapp::{Account, Script};

use crate::sending::waiting;
use crate::stage::{Call, Stage, channel, conversation, options, say};

const ANN: &str = "4915112345678";
const BOB: &str = "4915187654321";

#[tokio::test]
async fn an_error_is_told_by_its_code_and_not_by_its_status() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (status, code, expected) in [
        (400, 131_056, Some(seconds(1))),
        (400, 130_429, Some(seconds(1))),
        (400, 4, Some(seconds(60))),
        (400, 80_007, Some(seconds(60))),
        (400, 131_048, Some(seconds(300))),
        (401, 190, Some(seconds(60))),
        (403, 10, Some(seconds(60))),
        (401, 0, Some(seconds(60))),
        (500, 131_000, Some(None)),
        (503, 2, Some(None)),
        (400, 131_047, None),
        (400, 131_026, None),
        (400, 131_051, None),
        (400, 100, None),
        (404, 131_009, None),
        (400, 7_654_321, None),
    ] {
        let (fake, channel) = channel();
        fake.push(Script::error(status, code));
        let why = match (say(&channel, ANN, "Hi").await, expected) {
            (Err(SendError::NotSent { why, retry_after }), Some(expected)) => {
                assert_eq!(retry_after, expected, "{code}");
                why
            }
            (Err(SendError::Refused { why }), None) => why,
            (other, _) => panic!("{code}: {other:?}"),
        };
        assert!(why.contains(&code.to_string()) && !why.contains("4915"), "{why}");
        assert_eq!(fake.delivered(), []);
    }
}

#[tokio::test]
async fn a_person_who_got_too_much_is_left_alone_without_a_request_and_others_are_not() {
    let (fake, channel) = channel();
    fake.push(Script::error(400, 131_056));
    say(&channel, ANN, "Hi").await.unwrap_err();
    let requests = fake.requests();
    let again = say(&channel, ANN, "Hi").await.unwrap_err();
    let SendError::NotSent { retry_after: Some(left), .. } = again else { panic!("{again:?}") };
    assert!(left <= Duration::from_secs(1));
    channel.typing(&conversation(ANN), &waiting("wamid.1")).await;
    assert_eq!(fake.requests(), requests);
    say(&channel, BOB, "Hi").await.unwrap();
}

#[tokio::test]
async fn a_number_that_sent_too_much_sends_nothing_for_as_long_as_the_api_asks() {
    let (fake, channel) = channel();
    fake.push(Script::error(429, 130_429).with_header("Retry-After", "17"));
    let first = say(&channel, ANN, "Hi").await.unwrap_err();
    let after = |error: SendError| match error {
        SendError::NotSent { retry_after: Some(after), .. } => after,
        other => panic!("{other:?}"),
    };
    assert_eq!(after(first), Duration::from_secs(17));
    let requests = fake.requests();
    assert!(after(say(&channel, BOB, "Hi").await.unwrap_err()) > Duration::from_secs(10));
    assert_eq!(fake.requests(), requests);
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
    let channel = WhatsApp::new(&options(&account, &fake.url())).unwrap();
    let sent = say(&channel, ANN, "Hi").await;
    assert!(matches!(sent, Err(SendError::NotSent { .. })), "{sent:?}");
    assert_eq!(fake.not_let_in(), 1);
}

#[tokio::test]
async fn the_status_of_an_uncertain_send_says_which_reply_went_out() {
    let stage = Stage::set().await;
    let account = stage.fake.account().clone();
    let channel = WhatsApp::new(&options(&account, &stage.fake.url())).unwrap();
    stage.fake.push(Script::TakeAndCut);
    let sent = say(&channel, ANN, "Hi").await;
    assert!(matches!(sent, Err(SendError::Uncertain { .. })), "{sent:?}");

    let [delivered] = <[_; 1]>::try_from(stage.fake.delivered()).unwrap();
    let answer = stage.fake.reports(stage.port, &delivered, "sent", None).await.unwrap();
    assert_eq!(answer.status, 200);
    let calls = stage.store.calls.lock().unwrap();
    let [Call::Annotate(annotations)] = calls.as_slice() else { panic!("one call") };
    let [Annotation::Status(status)] = annotations.as_slice() else { panic!("one status") };
    assert_eq!(status.receipt, delivered.receipt);
    assert_eq!(status.conversation, Some(conversation(ANN)));
    assert_eq!(status.reference, Some(Reference::new(&conversation(ANN), "turn:0")));
}

#[test]
fn options_that_can_not_work_are_told_apart() {
    let invalid = |change: fn(&mut channel_whatsapp::Options)| {
        let mut options = options(&Account::default(), "http://127.0.0.1:9");
        change(&mut options);
        WhatsApp::new(&options).err().unwrap()
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
