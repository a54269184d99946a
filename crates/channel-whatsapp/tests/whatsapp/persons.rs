//! Customers who show their number or don't: one person, one conversation.

use conversation::ports::Move;
use serde_json::{Value, json};

use crate::stage::{Call, Stage};

const NUMBER: &str = "4915112345678";
const ID: &str = "DE.13491208655302741918";

/// Posts a message of a customer who is known so.
async fn write(stage: &Stage, id: &str, number: Option<&str>, user_id: Option<&str>) {
    let mut message = json!({"id": id, "type": "text", "text": {"body": id}});
    let mut contact = json!({"profile": {"name": "Ann"}});
    let mut set = |key: &str, of: &str, value: Option<&str>| {
        if let Some(value) = value {
            message[key] = Value::from(value);
            contact[of] = Value::from(value);
        }
    };
    set("from", "wa_id", number);
    set("from_user_id", "user_id", user_id);
    post(stage, &json!([contact]), &json!([message])).await;
}

async fn post(stage: &Stage, contacts: &Value, messages: &Value) {
    let value = json!({"metadata": {"phone_number_id": stage.fake.account().phone_number_id},
        "contacts": contacts, "messages": messages});
    let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
}

/// What the store was asked, with the conversations' keys.
fn calls(stage: &Stage) -> Vec<String> {
    let calls = stage.store.calls.lock().unwrap();
    let told = calls.iter().map(|call| match call {
        Call::Accept(batch) => {
            let keys: Vec<&str> = batch.iter().map(|inbound| inbound.conversation.key()).collect();
            format!("accept {}", keys.join(" "))
        }
        Call::CarryOver(moves) => {
            let named = |it: &Move| format!("{} becomes {}", it.from.key(), it.to.key());
            moves.iter().map(named).collect::<Vec<_>>().join(", ")
        }
        Call::Note(notes) => format!("{} notes", notes.len()),
        Call::Receive(receipts) => format!("{} receipts", receipts.len()),
    });
    told.collect()
}

#[tokio::test]
async fn a_number_that_appears_and_disappears_keeps_the_conversation() {
    let stage = Stage::set().await;
    write(&stage, "wamid.1", Some(NUMBER), None).await;
    write(&stage, "wamid.2", Some(NUMBER), Some(ID)).await;
    write(&stage, "wamid.3", None, Some(ID)).await;
    write(&stage, "wamid.4", Some(NUMBER), Some(ID)).await;
    let accepted = format!("accept {ID}");
    let expected = [
        &format!("accept {NUMBER}"),
        &format!("{NUMBER} becomes {ID}"),
        &accepted,
        &accepted,
        // That both are one is known by now.
        &accepted,
    ];
    assert_eq!(calls(&stage).iter().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn two_names_are_joined_under_the_same_key_on_every_replica() {
    let mut keys = Vec::new();
    for _ in 0..2 {
        let stage = Stage::set().await;
        write(&stage, "wamid.1", Some(NUMBER), Some(ID)).await;
        let calls = stage.store.calls.lock().unwrap();
        let [Call::CarryOver(moves), Call::Accept(_)] = calls.as_slice() else {
            panic!("two calls")
        };
        let [Move { key, .. }] = moves.as_slice() else { panic!("one move") };
        assert!(!key.as_str().contains(NUMBER));
        keys.push(key.clone());
    }
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn what_could_not_be_carried_over_is_when_the_webhook_comes_again() {
    let stage = Stage::set().await;
    stage.store.fail(conversation::StoreError::Unavailable("gone".to_owned()));
    let message = json!({"id": "wamid.1", "from": NUMBER, "from_user_id": ID, "type": "text",
        "text": {"body": "Hi"}});
    let value = json!({"messages": [message]});
    let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 503);
    assert_eq!(calls(&stage), [""; 0]);
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    assert_eq!(calls(&stage), [format!("{NUMBER} becomes {ID}"), format!("accept {ID}")]);
}

#[tokio::test]
async fn a_changed_number_is_followed_in_the_order_in_which_it_was_told() {
    let stage = Stage::set().await;
    let system = json!({"id": "wamid.1", "from": NUMBER, "from_user_id": ID, "type": "system",
        "system": {"type": "user_changed_number", "wa_id": "4917299999999"}});
    let next = json!({"id": "wamid.2", "from": "4917299999999", "from_user_id": "DE.2",
        "type": "text", "text": {"body": "It's me"}});
    post(&stage, &json!([]), &json!([system, next])).await;
    let expected = [
        format!("{NUMBER} becomes {ID}, {ID} becomes 4917299999999, 4917299999999 becomes DE.2"),
        "accept DE.2".to_owned(),
    ];
    assert_eq!(calls(&stage), expected);
}

#[tokio::test]
async fn all_customers_of_one_webhook_are_joined_by_one_call() {
    let stage = Stage::set().await;
    let messages: Vec<Value> = (0..500)
        .map(|n| {
            json!({"id": format!("wamid.{n}"), "type": "text", "text": {"body": "Hi"},
                "from": format!("49151{:08}", n / 2), "from_user_id": format!("DE.{}", n / 2)})
        })
        .collect();
    post(&stage, &json!([]), &Value::from(messages)).await;
    let calls = stage.store.calls.lock().unwrap();
    let [Call::CarryOver(moves), Call::Accept(batch)] = calls.as_slice() else {
        panic!("two calls")
    };
    assert_eq!((moves.len(), batch.len()), (250, 500));
}
