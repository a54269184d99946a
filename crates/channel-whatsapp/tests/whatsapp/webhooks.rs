//! Webhooks that are taken: what is stored before the answer, and what isn't.

use std::time::Duration;

use channel_whatsapp::DmPolicy;
use conversation::ports::{Move, Overview as _};
use conversation::{Allowance, Rate, Remarked, Sender, StoreError};
use serde_json::{Value, json};
use support::fake_whatsapp::{Account, sign, text_webhook};
use support::http::send;

use crate::stage::{Call, Stage};

const ANN: &str = "4915112345678";

#[tokio::test]
async fn the_address_is_verified_for_whoever_knows_the_token() {
    let stage = Stage::set().await;
    let ask = async |query: &str| {
        let path = format!("/webhooks/whatsapp?{query}");
        send(stage.port, "GET", &path, &[], "").await.unwrap()
    };
    let answer =
        ask("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify%20me").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "1158201444"));
    for query in [
        "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify",
        "hub.mode=subscribe&hub.challenge=1158201444",
        "hub.mode=subscribe&hub.verify_token=verify%20me",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify%20me",
        "",
    ] {
        let answer = ask(query).await;
        assert_eq!(answer.status, 403, "{query}");
        assert!(!answer.body.contains("1158201444"), "{query}");
    }
}

#[tokio::test]
async fn a_message_is_stored_once_however_often_it_comes() {
    let stage = Stage::set().await;
    for _ in 0..3 {
        let answer = stage.fake.customer_writes(stage.port, ANN, "wamid.1", "Hi").await.unwrap();
        assert_eq!(answer.status, 200);
    }
    let queue = stage.store.inner.queue().await.unwrap();
    assert_eq!((queue.ready, stage.store.asked()), (1, 3));
}

#[tokio::test]
async fn the_answer_comes_only_after_the_message_is_stored() {
    let stage = Stage::set().await;
    stage.store.close();
    let body = text_webhook(stage.fake.account(), ANN, "wamid.1", "Hi");
    let mut posting = std::pin::pin!(stage.fake.post_webhook(stage.port, &body));
    let entered = tokio::select! {
        answer = &mut posting => panic!("answered before: {answer:?}"),
        entered = stage.store.entered.acquire() => entered,
    };
    entered.unwrap().forget();
    let early = tokio::time::timeout(Duration::from_millis(100), &mut posting).await;
    assert!(early.is_err(), "{early:?}");
    stage.store.open();
    assert_eq!(posting.await.unwrap().status, 200);
}

#[tokio::test]
async fn what_can_not_be_stored_is_not_acknowledged_and_may_come_again() {
    for (error, retry_after) in [
        (StoreError::Unavailable("gone".to_owned()), Some("2")),
        (StoreError::Full, Some("30")),
        (StoreError::TooManyWaiting { limit: 1 }, Some("5")),
        (StoreError::Stale, None),
    ] {
        let stage = Stage::set().await;
        let is_failure = error == StoreError::Stale;
        stage.store.fail(error);
        let post = || stage.fake.customer_writes(stage.port, ANN, "wamid.1", "Hi");
        let answer = post().await.unwrap();
        assert_eq!(answer.status, if is_failure { 500 } else { 503 });
        assert_eq!(answer.header("retry-after"), retry_after);
        assert_eq!(post().await.unwrap().status, 200);
        assert_eq!(stage.store.words(), ["Hi"]);
    }
}

#[tokio::test]
async fn notes_that_can_not_be_stored_are_not_acknowledged_either() {
    let stage = Stage::set().await;
    stage.store.fail(StoreError::Full);
    let reaction = json!({"from": ANN, "id": "wamid.2", "type": "reaction",
        "reaction": {"message_id": "wamid.1", "emoji": "👍"}});
    let body = with(&stage, json!({ "messages": [reaction] }));
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 503);
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    assert!(stage.store.words().is_empty());
}

/// A webhook for the stage's own number.
fn with(stage: &Stage, mut value: Value) -> Value {
    value["metadata"] = json!({"phone_number_id": stage.fake.account().phone_number_id});
    json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
}

fn text(from: &str, id: &str, words: &str) -> Value {
    json!({"from": from, "id": id, "type": "text", "text": {"body": words}})
}

#[tokio::test]
async fn the_good_elements_of_a_bad_webhook_are_stored() {
    let stage = Stage::set().await;
    let messages = json!([null, text(ANN, "wamid.1", "one"), {"id": "wamid.2"}, "x",
        {"from": ANN, "id": "wamid.3", "type": "hologram"}, text(ANN, "wamid.4", "two")]);
    let body = with(&stage, json!({ "messages": messages, "statuses": 7 }));
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    assert_eq!(stage.store.words(), ["one", "two"]);
}

#[tokio::test]
async fn what_readers_of_json_refuse_keeps_no_message_out() {
    let stage = Stage::set().await;
    let messages = json!([
        text(ANN, "wamid.1", "one"),
        text(ANN, "wamid.2", "half"),
        text(ANN, "wamid.3", "two"),
        text(ANN, "wamid.4", "deep")
    ]);
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let body = with(&stage, json!({ "messages": messages })).to_string();
    let body = body.replace("half", r"a \ud83d b").replace("\"deep\"", &deep);
    assert!(serde_json::from_str::<Value>(&body).is_err());
    assert_eq!(stage.post_signed(&body).await.status, 200);
    let unreadable = "[a message of the kind text that can't be read]";
    assert_eq!(stage.store.words(), ["one", "a \u{FFFD} b", "two", unreadable]);
}

#[tokio::test]
async fn who_moved_is_told_before_what_they_write_next_and_notes_come_last() {
    let stage = Stage::set().await;
    let moved = json!({"from": ANN, "id": "wamid.2", "type": "system",
        "system": {"type": "user_changed_number", "wa_id": "4917299999999"}});
    let edit = json!({"from": ANN, "id": "wamid.3", "type": "edit", "edit":
        {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "x"}}}});
    let messages = json!([text(ANN, "wamid.1", "Hi"), edit, moved]);
    let body = with(&stage, json!({ "messages": messages }));
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    let calls = stage.store.calls.lock().unwrap();
    let [Call::CarryOver(moves), Call::Accept(messages), Call::Note(notes)] = calls.as_slice()
    else {
        panic!("three calls")
    };
    let [Move { from, to, key }] = moves.as_slice() else { panic!("one move") };
    assert_eq!((from.key(), to.key(), key.as_str()), (ANN, "4917299999999", "wamid.2"));
    assert_eq!((messages.len(), notes.len()), (1, 1));
    assert!(matches!(notes[0].remark.what, Remarked::Edited(_)));
}

#[tokio::test]
async fn what_concerns_no_message_is_acknowledged_and_costs_no_store() {
    let stage = Stage::set().await;
    let other_number = Account { phone_number_id: "1".to_owned(), ..Account::default() };
    for body in [
        json!({"entry": [{"changes": [{"field": "account_update", "value": {"event": "X"}}]}]}),
        text_webhook(&other_number, ANN, "wamid.1", "Hi"),
        with(&stage, json!({"errors": [{"code": 131_000}]})),
        json!({}),
    ] {
        let answer = stage.fake.post_webhook(stage.port, &body).await.unwrap();
        assert_eq!(answer.status, 200, "{body}");
    }
    assert_eq!(stage.store.asked(), 0);
}

#[tokio::test]
async fn only_those_on_the_list_are_answered_under_an_allowlist() {
    let stage = Stage::with(|options| {
        options.dm_policy = DmPolicy::Allowlist;
        options.allow_from = vec![format!("+{ANN}").parse().unwrap()];
    })
    .await;
    for (number, id) in [("4917200000000", "wamid.1"), (ANN, "wamid.2")] {
        let answer = stage.fake.customer_writes(stage.port, number, id, number).await.unwrap();
        assert_eq!(answer.status, 200);
    }
    assert_eq!(stage.store.words(), [ANN]);
}

#[tokio::test]
async fn a_disabled_channel_acknowledges_and_stores_nothing() {
    let stage = Stage::with(|options| options.dm_policy = DmPolicy::Disabled).await;
    let answer = stage.fake.customer_writes(stage.port, ANN, "wamid.1", "Hi").await.unwrap();
    assert_eq!((answer.status, stage.store.asked()), (200, 0));
}

#[tokio::test]
async fn messages_carry_the_name_of_the_request_and_their_senders_rate() {
    let rate = Rate { burst: 3, period: Duration::from_secs(7) };
    let stage = Stage::with(|options| options.rate = Some(rate)).await;
    let body = text_webhook(stage.fake.account(), ANN, "wamid.1", "Hi").to_string();
    let signature = sign(body.as_bytes(), &stage.fake.account().app_secret);
    let headers = [("x-hub-signature-256", signature.as_str()), ("x-request-id", "request-7")];
    let answer = send(stage.port, "POST", "/webhooks/whatsapp", &headers, &body).await.unwrap();
    assert_eq!(answer.status, 200);
    let calls = stage.store.calls.lock().unwrap();
    let [Call::Accept(batch)] = calls.as_slice() else { panic!("one call") };
    assert_eq!(batch[0].request.as_deref(), Some("request-7"));
    assert_eq!(batch[0].rate, Some(rate.into()));
}

#[tokio::test]
async fn in_a_group_the_rate_counts_each_who_writes_there_whether_the_number_shows_or_not() {
    let rate = Rate { burst: 3, period: Duration::from_secs(7) };
    let stage = Stage::with(|options| options.rate = Some(rate)).await;
    let in_group = |id: &str, of: Value| {
        let mut message = text(ANN, id, "Hi");
        message["group_id"] = json!("Y2FwaV9");
        message["from"] = of["from"].clone();
        message["from_user_id"] = of["from_user_id"].clone();
        message
    };
    let messages = json!([
        in_group("wamid.1", json!({"from": ANN, "from_user_id": "DE.1"})),
        in_group("wamid.2", json!({"from_user_id": "DE.1"})),
        in_group("wamid.3", json!({"from": "4915187654321"})),
    ]);
    let body = with(&stage, json!({ "messages": messages }));
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    let calls = stage.store.calls.lock().unwrap();
    let [Call::Accept(batch)] = calls.as_slice() else { panic!("one call") };
    let of = |name: &str| Some(Allowance { rate, sender: Some(Sender::named(name)) });
    let rates: Vec<_> = batch.iter().map(|inbound| inbound.rate).collect();
    assert_eq!(rates, [of("DE.1"), of("DE.1"), of("4915187654321")]);
    assert!(batch.iter().all(|inbound| inbound.conversation == batch[0].conversation));
}

#[tokio::test]
async fn a_full_conversation_keeps_nothing_else_of_its_webhook_out() {
    let stage = Stage::set().await;
    stage.store.fail(StoreError::TooManyWaiting { limit: 1 });
    let reaction = json!({"from": ANN, "id": "wamid.2", "type": "reaction",
        "reaction": {"message_id": "wamid.1", "emoji": "👍"}});
    let body = with(&stage, json!({"messages": [text(ANN, "wamid.3", "Hi"), reaction]}));
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 503);
    let calls = stage.store.calls.lock().unwrap();
    assert!(matches!(calls.as_slice(), [Call::Note(notes)] if notes.len() == 1));
}
