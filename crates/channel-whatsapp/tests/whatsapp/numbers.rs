//! Replies to persons whose number is told beside the id that names their conversation.

use channel_whatsapp::WhatsApp;
use conversation::ports::{Channel as _, SendError, Waiting};
use conversation::{Part, Reply, Timestamp};
use serde_json::json;
use support::fake_whatsapp::Script;

use crate::sending::waiting;
use crate::stage::{Call, Lanes, Stage, channel, conversation, options};

const NUMBER: &str = "4915112345678";
const ID: &str = "DE.13491208655302741918";
const OTHER_ID: &str = "DE.99999999999999999999";

/// What comes of a webhook in which a person writes who is known so.
async fn arrived(number: Option<&str>, user_id: &str) -> Waiting {
    let stage = Stage::set().await;
    let message = json!({"id": "wamid.1", "type": "text", "text": {"body": "Hi"}, "from": number,
        "from_user_id": user_id});
    let value = json!({"metadata": {"phone_number_id": stage.fake.account().phone_number_id},
        "messages": [message]});
    let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    let calls = stage.store.calls.lock().unwrap();
    let accepted = calls.iter().find_map(|call| match call {
        Call::Accept(batch) => batch.first(),
        Call::Note(_) | Call::CarryOver(_) | Call::Receive(_) => None,
    });
    let message = accepted.unwrap().message.clone();
    Waiting { message, ..waiting("wamid.1") }
}

/// The part of a reply to it, as it lies in the outbox.
fn answer(channel: &WhatsApp, to: &Waiting) -> Part {
    let reply = Reply { text: "Yes.".into(), model: "a/b".into(), at: Timestamp(0) };
    let parts = channel.parts(&reply, std::slice::from_ref(to));
    let [part] = <[Part; 1]>::try_from(parts).unwrap();
    serde_json::from_value(serde_json::to_value(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_reply_goes_to_the_number_that_was_told_and_names_the_id_beside_it() {
    let (fake, channel) = channel();
    for (number, to, beside) in
        [(Some(NUMBER), "+4915112345678", Some(ID)), (None, ID, None), (Some("<NUMBER>"), ID, None)]
    {
        let part = answer(&channel, &arrived(number, ID).await);
        channel.send(&conversation(ID), &part, "turn:0").await.unwrap();
        let delivered = fake.delivered().pop().unwrap();
        assert_eq!((delivered.to.as_str(), delivered.beside.as_deref()), (to, beside));
    }
    assert_eq!(fake.violations(), [""; 0]);
}

#[tokio::test]
async fn a_reply_that_was_stored_without_a_number_goes_to_the_id() {
    let (fake, channel) = channel();
    let part: Part = serde_json::from_value(json!({"text": "Yes.", "quotes": "wamid.1"})).unwrap();
    channel.send(&conversation(ID), &part, "turn:0").await.unwrap();
    let [delivered] = <[_; 1]>::try_from(fake.delivered()).unwrap();
    assert_eq!((delivered.to.as_str(), delivered.beside), (ID, None));
}

#[tokio::test]
async fn a_number_reaches_nobody_but_whom_it_was_told_of() {
    let (fake, channel) = channel();
    let part = answer(&channel, &arrived(Some(NUMBER), ID).await);
    for (conversation_of, to) in [(OTHER_ID, OTHER_ID), ("4917299999999", "+4917299999999")] {
        channel.send(&conversation(conversation_of), &part, "turn:0").await.unwrap();
        let delivered = fake.delivered().pop().unwrap();
        assert_eq!((delivered.to.as_str(), delivered.beside), (to, None));
    }
    assert_eq!(fake.violations(), [""; 0]);
}

#[tokio::test]
async fn a_person_has_one_pace_whether_reached_by_number_or_by_id() {
    let (fake, _) = channel();
    let lanes = std::sync::Arc::new(Lanes::default());
    let options = options(fake.account(), &fake.url());
    let channel = WhatsApp::new(&options, std::sync::Arc::clone(&lanes) as _).unwrap();
    let by_number = answer(&channel, &arrived(Some(NUMBER), ID).await);
    let by_id = Part { reach: None, ..by_number.clone() };
    for part in [&by_number, &by_id] {
        channel.send(&conversation(ID), part, "turn:0").await.unwrap();
    }
    let mut passed = lanes.passed.lock().unwrap().clone();
    let second = passed.split_off(passed.len() / 2);
    assert_eq!((passed.len(), passed), (2, second));
    // A limit that was met under the one name holds up the other.
    fake.push(Script::error(400, 131_056));
    channel.send(&conversation(ID), &by_number, "turn:1").await.unwrap_err();
    let held_up = channel.send(&conversation(ID), &by_id, "turn:2").await;
    assert!(matches!(held_up, Err(SendError::Paced { .. })), "{held_up:?}");
}

#[tokio::test]
async fn a_number_that_is_not_on_whatsapp_any_more_is_a_person_who_cannot_be_reached() {
    let (fake, channel) = channel();
    let part = answer(&channel, &arrived(Some(NUMBER), ID).await);
    fake.push(Script::error(400, 131_026));
    match channel.send(&conversation(ID), &part, "turn:0").await {
        Err(SendError::Unreachable { why }) => assert!(!why.contains(NUMBER), "{why}"),
        other => panic!("{other:?}"),
    }
}
