//! The answer as server-sent events.

use std::time::Duration;

use conversation::ports::Event;
use http_api::Limits;
use serde_json::{Value, json};

use crate::support::{Ask, EventStream, Gateway, Setup, question, within};

fn streaming(gateway: &Gateway, body: &Value) -> Ask {
    gateway.message(body).header("accept", "text/event-stream")
}

fn keyed() -> Value {
    let mut body = question();
    body["message_id"] = "m-1".into();
    body
}

async fn ends(mut stream: EventStream) {
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn the_words_come_as_they_are_said_and_the_whole_answer_at_last() {
    let gateway = Gateway::start().await;
    let mut stream = streaming(&gateway, &keyed()).stream().await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert_eq!(stream.headers["cache-control"], "no-store");
    assert_eq!(stream.headers["x-accel-buffering"], "no");
    let accepted = stream.expect("accepted").await;
    let id = accepted["id"].as_str().unwrap().to_owned();
    assert_eq!(accepted["href"], format!("/api/v1/messages/{id}"));

    let turn = gateway.answerer().turn().await;
    turn.started();
    assert_eq!(stream.expect("started").await, json!({}));
    turn.delta("It arrives\n\n");
    assert_eq!(stream.expect("delta").await, json!({ "text": "It arrives\n\n" }));
    turn.delta("tomorrow.");
    assert_eq!(stream.expect("delta").await, json!({ "text": "tomorrow." }));
    turn.commit("It arrives\n\ntomorrow.").await;
    let done = stream.expect("done").await;
    let expected = json!({
        "reply": "It arrives\n\ntomorrow.", "status": "answered", "id": id, "message_id": "m-1",
        "channel": "shop", "user_id": "u1", "model": "test/model",
        "created_at": "2026-01-31T12:00:00.000Z",
    });
    assert_eq!(done, expected);
    ends(stream).await;
}

#[tokio::test]
async fn the_body_can_ask_for_events_too() {
    let gateway = Gateway::start().await;
    let mut body = question();
    body["stream"] = true.into();
    let mut stream = gateway.message(&body).stream().await;
    stream.expect("accepted").await;
    gateway.answerer().answer("Yes.").await;
    assert_eq!(stream.expect("done").await["reply"], "Yes.");
}

#[tokio::test]
async fn an_answer_that_begins_anew_says_so() {
    let gateway = Gateway::start().await;
    let mut stream = streaming(&gateway, &question()).stream().await;
    stream.expect("accepted").await;
    let turn = gateway.answerer().turn().await;
    turn.started();
    turn.delta("Wro");
    turn.announce(Event::Restarted);
    turn.delta("Right.");
    stream.expect("started").await;
    stream.expect("delta").await;
    stream.expect("restarted").await;
    assert_eq!(stream.expect("delta").await["text"], "Right.");
    turn.announce(Event::Postponed { messages: turn.messages() });
    stream.expect("restarted").await;
    turn.commit("Right.").await;
    stream.expect("done").await;
}

#[tokio::test]
async fn only_the_turn_that_answers_our_message_is_heard() {
    let gateway = Gateway::start().await;
    let first = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;
    let mut stream = streaming(&gateway, &keyed()).stream().await;
    stream.expect("accepted").await;
    turn.started();
    turn.delta("To the first.");
    turn.announce(Event::Restarted);
    turn.announce(Event::Missed);
    turn.commit("To the first.").await;
    assert_eq!(first.await.unwrap().json()["reply"], "To the first.");

    let turn = gateway.answerer().turn().await;
    turn.delta("Of nobody.");
    turn.started();
    turn.delta("To us.");
    turn.commit("To us.").await;
    stream.expect("started").await;
    assert_eq!(stream.expect("delta").await["text"], "To us.");
    assert_eq!(stream.expect("done").await["reply"], "To us.");
    ends(stream).await;
}

#[tokio::test]
async fn after_a_gap_no_torn_words_are_told() {
    let gateway = Gateway::start().await;
    let mut stream = streaming(&gateway, &question()).stream().await;
    stream.expect("accepted").await;
    let turn = gateway.answerer().turn().await;
    turn.started();
    turn.announce(Event::Missed);
    turn.delta("torn");
    turn.announce(Event::Restarted);
    turn.delta("Whole.");
    stream.expect("started").await;
    stream.expect("restarted").await;
    assert_eq!(stream.expect("delta").await["text"], "Whole.");
    turn.commit("Whole.").await;
    stream.expect("done").await;
}

#[tokio::test]
async fn a_message_that_was_answered_before_is_done_at_once() {
    let gateway = Gateway::start().await;
    let first = tokio::spawn(gateway.message(&keyed()).send());
    gateway.answerer().answer("Yes.").await;
    let first = first.await.unwrap().json();
    let mut stream = streaming(&gateway, &keyed()).stream().await;
    assert_eq!(stream.headers["idempotent-replayed"], "true");
    stream.expect("accepted").await;
    assert_eq!(stream.expect("done").await, first);
    ends(stream).await;
}

#[tokio::test]
async fn a_parked_message_and_a_late_one_end_the_stream_with_where_to_look() {
    let gateway = Gateway::start().await;
    let mut stream = streaming(&gateway, &question()).stream().await;
    stream.expect("accepted").await;
    gateway.answerer().turn().await.park("why").await;
    assert_eq!(stream.expect("parked").await["status"], "parked");
    ends(stream).await;

    let mut stream = streaming(&gateway, &question()).header("prefer", "wait=0").stream().await;
    stream.expect("accepted").await;
    let pending = stream.expect("pending").await;
    assert!(pending["href"].as_str().unwrap().starts_with("/api/v1/messages/msg_"));
    ends(stream).await;
}

#[tokio::test]
async fn a_conversation_that_is_erased_ends_the_stream_with_an_error() {
    let limits = Limits { recheck: Duration::from_millis(20), ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    let mut stream = streaming(&gateway, &question()).stream().await;
    stream.expect("accepted").await;
    crate::support::ask(gateway.address, "DELETE", "/api/v1/conversations/shop/u1").send().await;
    let error = stream.expect("error").await;
    assert_eq!(error["error"]["code"], "message_erased");
    assert_eq!(error["error"]["request_id"], stream.headers["x-request-id"].to_str().unwrap());
    ends(stream).await;
}

#[tokio::test]
async fn a_silent_stream_shows_that_it_is_alive() {
    let limits = Limits { heartbeat: Duration::from_millis(10), ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    let mut stream = streaming(&gateway, &question()).stream().await;
    stream.expect("accepted").await;
    for _ in 0..2 {
        assert!(stream.block().await.unwrap().starts_with(':'));
    }
}

#[tokio::test]
async fn a_refused_message_is_an_error_and_no_stream() {
    let gateway = Gateway::start().await;
    let refused = streaming(&gateway, &json!({})).send().await;
    refused.assert_error(422, "invalid_request", &["`channel`"]);
}

#[tokio::test]
async fn a_listener_that_goes_away_does_not_end_the_turn() {
    let gateway = Gateway::start().await;
    let mut stream = streaming(&gateway, &keyed()).stream().await;
    stream.expect("accepted").await;
    drop(stream);
    let turn = gateway.answerer().turn().await;
    turn.commit("Said all the same.").await;
    let again = within(gateway.message(&keyed()).send()).await;
    assert_eq!(again.json()["reply"], "Said all the same.");
}
