//! A message and its answer, in time and out of it, sent once and sent again.

use std::time::Duration;

use conversation::ports::Event;
use http_api::Limits;
use serde_json::{Value, json};

use crate::support::{Answer, Gateway, NOON, Setup, question, within};

fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut body = question();
    body[field] = value.into();
    body
}

#[tokio::test]
async fn a_message_gets_its_answer_in_the_documented_form() {
    let gateway = Gateway::start().await;
    let asked = tokio::spawn(gateway.message(&with("message_id", "m-1")).send());
    let turn = gateway.answerer().turn().await;
    let waiting = &turn.opened.messages[0];
    assert_eq!(waiting.message.text, "Where is my package?");
    assert_eq!(waiting.message.at, NOON);
    turn.commit("It arrives tomorrow.").await;

    let answer = asked.await.unwrap();
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("idempotent-replayed"), "");
    let body = answer.json();
    let id = body["id"].as_str().unwrap();
    assert!(id.starts_with("msg_") && id.len() == 52);
    let expected = json!({
        "reply": "It arrives tomorrow.", "status": "answered", "id": id, "message_id": "m-1",
        "channel": "shop", "user_id": "u1", "model": "test/model",
        "created_at": "2026-01-31T12:00:00.000Z",
    });
    assert_eq!(body, expected);
    assert!(answer.text().starts_with(r#"{"reply":"#), "the reply stands first");
}

#[tokio::test]
async fn what_is_known_of_the_author_goes_with_the_message() {
    let gateway = Gateway::start().await;
    let mut body = with("user_name", "Ana");
    body["language"] = "pt-BR".into();
    body["something_else"] = json!({ "is": "ignored" });
    let asked = tokio::spawn(gateway.message(&body).send());
    let turn = gateway.answerer().turn().await;
    let author = turn.opened.messages[0].message.author.clone();
    assert_eq!(author.display_name.as_deref(), Some("Ana"));
    assert_eq!(author.language.as_deref(), Some("pt-BR"));
    turn.commit("Olá").await;
    assert_eq!(asked.await.unwrap().json()["reply"], "Olá");
}

#[tokio::test]
async fn a_message_sent_again_gets_the_same_answer_at_once() {
    let gateway = Gateway::start().await;
    let body = with("message_id", "m-1");
    let first = tokio::spawn(gateway.message(&body).send());
    gateway.answerer().answer("Tomorrow.").await;
    let first = first.await.unwrap();

    let again = gateway.message(&body).send().await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(again.json(), first.json());
    assert_eq!(gateway.vitals.accepted_total(), 1);
}

#[tokio::test]
async fn a_message_sent_again_while_it_waits_gets_the_one_answer() {
    let gateway = Gateway::start().await;
    let body = with("message_id", "m-1");
    let first = tokio::spawn(gateway.message(&body).send());
    let turn = gateway.answerer().turn().await;
    let again = tokio::spawn(gateway.message(&body).send());
    // Whether the second one comes before or after the answer, it gets this answer.
    tokio::task::yield_now().await;
    turn.commit("Tomorrow.").await;
    let (first, again) = (first.await.unwrap(), again.await.unwrap());
    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn the_same_key_with_another_body_is_a_conflict() {
    let gateway = Gateway::start().await;
    let body = with("message_id", "m-1");
    let first = tokio::spawn(gateway.message(&body).send());
    gateway.answerer().answer("Tomorrow.").await;
    first.await.unwrap();
    for (field, value) in [("message", "Something else"), ("user_name", "Ana"), ("language", "de")]
    {
        let mut other = body.clone();
        other[field] = value.into();
        let refused = gateway.message(&other).send().await;
        refused.assert_error(409, "idempotency_conflict", &["key", "text"]);
    }
}

#[tokio::test]
async fn past_the_deadline_the_answer_can_be_fetched() {
    let limits = Limits { reply_deadline: Duration::from_millis(50), ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    let pending = gateway.message(&question()).send().await;
    let (id, href) = assert_pending(&pending);
    assert_pending(&gateway.get(&href).send().await);

    gateway.answerer().answer("Tomorrow.").await;
    let fetched = gateway.get(&href).send().await;
    assert_eq!(fetched.status, 200);
    let expected = json!({
        "reply": "Tomorrow.", "status": "answered", "id": id, "model": "test/model",
        "created_at": "2026-01-31T12:00:00.000Z",
    });
    assert_eq!(fetched.json(), expected);
}

#[tokio::test]
async fn a_caller_may_wait_for_less_and_for_nothing_at_all() {
    let gateway = Gateway::start().await;
    for (prefer, applied) in [("wait=0", "wait=0"), ("respond-async", "wait=0")] {
        let pending = gateway.message(&question()).header("prefer", prefer).send().await;
        assert_pending(&pending);
        assert_eq!(pending.header("preference-applied"), applied);
    }
}

#[tokio::test]
async fn fetching_can_wait_for_the_answer() {
    let gateway = Gateway::start().await;
    let pending = gateway.message(&question()).header("prefer", "wait=0").send().await;
    let (_, href) = assert_pending(&pending);
    let fetched = tokio::spawn(gateway.get(&format!("{href}?wait=20")).send());
    gateway.answerer().answer("Tomorrow.").await;
    assert_eq!(fetched.await.unwrap().json()["reply"], "Tomorrow.");
}

#[tokio::test]
async fn an_unknown_id_is_not_found_and_a_wrong_wait_is_refused() {
    let gateway = Gateway::start().await;
    let pending = gateway.message(&question()).header("prefer", "wait=0").send().await;
    let (id, href) = assert_pending(&pending);
    let last = if id.ends_with('A') { "B" } else { "A" };
    let guessed = format!("{}{last}", &href[..href.len() - 1]);
    for path in [guessed.as_str(), "/api/v1/messages/17", "/api/v1/messages/%ff"] {
        gateway.get(path).send().await.assert_error(404, "unknown_message", &["msg_"]);
    }
    let refused = gateway.get(&format!("{href}?wait=soon")).send().await;
    refused.assert_error(400, "invalid_wait", &["seconds"]);
}

#[tokio::test]
async fn a_message_that_is_parked_says_so_now_and_later() {
    let gateway = Gateway::start().await;
    let body = with("message_id", "m-1");
    let asked = tokio::spawn(gateway.message(&body).send());
    gateway.answerer().turn().await.park("every model failed: secret detail").await;
    let parked = asked.await.unwrap();
    let href = parked.json()["href"].as_str().unwrap().to_owned();
    for answer in [parked, gateway.get(&href).send().await, gateway.message(&body).send().await] {
        assert_eq!((answer.status, answer.json()["status"].as_str()), (202, Some("parked")));
        assert_eq!(answer.header("retry-after"), "");
        assert!(answer.json()["detail"].as_str().unwrap().contains("operator"));
        assert!(!answer.text().contains("secret detail"));
    }
}

#[tokio::test]
async fn an_answer_to_other_messages_of_the_conversation_is_not_ours() {
    let gateway = Gateway::start().await;
    let first = tokio::spawn(gateway.message(&with("message_id", "m-1")).send());
    let turn = gateway.answerer().turn().await;
    let second = tokio::spawn(gateway.message(&with("message_id", "m-2")).send());
    turn.commit("The first.").await;
    gateway.answerer().answer("The second.").await;
    assert_eq!(first.await.unwrap().json()["reply"], "The first.");
    assert_eq!(second.await.unwrap().json()["reply"], "The second.");
}

#[tokio::test]
async fn messages_that_are_answered_together_all_get_the_answer() {
    let gateway = Gateway::start().await;
    let sent =
        ["m-1", "m-2"].map(|id| tokio::spawn(gateway.message(&with("message_id", id)).send()));
    while gateway.vitals.accepted_total() < 2 {
        tokio::task::yield_now().await;
    }
    gateway.answerer().answer("Both.").await;
    for asked in sent {
        assert_eq!(asked.await.unwrap().json()["reply"], "Both.");
    }
}

#[tokio::test]
async fn an_answer_whose_event_was_lost_is_found_by_asking_the_store() {
    let limits = Limits { recheck: Duration::from_millis(20), ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    gateway.store.lose_events();
    let asked = tokio::spawn(gateway.message(&question()).send());
    gateway.answerer().answer("Found.").await;
    assert_eq!(asked.await.unwrap().json()["reply"], "Found.");
}

#[tokio::test]
async fn whoever_missed_events_asks_the_store_at_once() {
    let gateway = Gateway::start().await;
    gateway.store.lose_events();
    let asked = tokio::spawn(gateway.message(&question()).send());
    gateway.answerer().answer("Found.").await;
    gateway.store.admit_the_loss();
    assert_eq!(asked.await.unwrap().json()["reply"], "Found.");
}

#[tokio::test]
async fn a_turn_that_is_put_off_keeps_the_caller_waiting() {
    let gateway = Gateway::start().await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;
    turn.announce(Event::Postponed { messages: turn.messages() });
    turn.commit("After all.").await;
    assert_eq!(asked.await.unwrap().json()["reply"], "After all.");
}

#[tokio::test]
async fn a_conversation_that_is_erased_while_waiting_is_gone() {
    let limits = Limits { recheck: Duration::from_millis(20), ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;
    let erased = crate::support::ask(gateway.address, "DELETE", "/api/v1/conversations/shop/u1");
    assert_eq!(erased.send().await.json(), json!({ "erased": true }));
    asked.await.unwrap().assert_error(410, "message_erased", &["erased"]);
    drop(turn);
}

#[tokio::test]
async fn at_the_last_call_everyone_who_waits_is_told_where_to_fetch_the_answer() {
    let gateway = Gateway::start().await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;
    gateway.vitals.call_last();
    assert_pending(&within(asked).await.unwrap());
    drop(turn);
}

/// The id and the address of a pending answer.
fn assert_pending(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 202, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["status"], "pending");
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(body["href"], answer.header("location"));
    let said = |field: &str| body[field].as_str().unwrap().to_owned();
    assert_eq!(said("href"), format!("/api/v1/messages/{}", said("id")));
    (said("id"), said("href"))
}
