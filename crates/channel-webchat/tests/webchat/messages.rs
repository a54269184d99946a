//! What visitors say, and how it is taken.

use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn a_message_is_taken_once_however_often_it_is_sent() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let first = stage.say(&token, "id-1", "Where is it?").await;
    let again = stage.say(&token, "id-1", "Where is it?").await;
    assert_eq!((first.status, again.status), (202, 200));
    assert_eq!(first.json(), again.json());
    assert_eq!(first.json()["id"], "id-1");
    stage.answer("There.").await;
    assert_eq!(stage.say(&token, "id-1", "Where is it?").await.status, 200);
    let mut tape = stage.listen(&token, None).await;
    tape.expect("hello").await;
    assert_eq!(tape.entry().await["text"], "Where is it?");
    assert_eq!(tape.entry().await["text"], "There.");
    tape.heartbeat().await;
}

#[tokio::test]
async fn one_id_is_for_one_text() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    stage.say(&token, "id-1", "one").await;
    let other = stage.say(&token, "id-1", "other").await;
    assert_eq!((other.status, other.json()["error"]["code"].as_str()), (409, Some("id_conflict")));
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_what_would_be_one() {
    let stage = Stage::new().await;
    let token = stage.visitor().await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    for (body, names) in [
        (json!({ "id": "", "text": "x" }), "`id`"),
        (json!({ "id": "a b", "text": "x" }), "`id`"),
        (json!({ "id": "a", "text": "  " }), "`text`"),
        (json!({ "id": "a", "text": "\u{200b}\u{2060} \u{3164}" }), "something of it visible"),
        (json!({ "id": "a", "text": "x".repeat(8_001) }), "8000"),
        (json!({ "id": "a" }), "missing"),
        (json!([]), "no object"),
        (json!(["a", "x"]), "no object"),
    ] {
        let answer = stage.post("/webchat/messages", &headers, &body).await;
        assert_eq!(answer.status, 422, "{body} {}", answer.body);
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(names), "{message}");
    }
    let whole = "\u{1f600}".repeat(8_000);
    assert_eq!(stage.say(&token, "longest", &whole).await.status, 202);
    let larger = json!({ "id": "a", "text": "x".repeat(200_000) });
    assert_eq!(stage.post("/webchat/messages", &headers, &larger).await.status, 413);
    let plain = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let body = json!({ "id": "a", "text": "x" }).to_string();
    let answer =
        support::http::send(stage.port, "POST", "/webchat/messages", &plain, &body).await.unwrap();
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn a_visitor_stops_the_answer_to_itself_and_no_other() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.visitor().await, stage.visitor().await);
    stage.ask(&ann, "a").await;
    let (claim, _) = stage.begin_turn().await;
    let stop = async |token: &str| {
        let bearer = format!("Bearer {token}");
        let answer = stage.post("/webchat/stop", &[("authorization", &bearer)], &json!({})).await;
        (answer.status, answer.json()["stopping"].as_bool())
    };
    use conversation::ports::{Lease, Turns as _};
    assert_eq!(stop(&bob).await, (202, Some(false)));
    assert_eq!(stage.store.renew(std::slice::from_ref(&claim)).await.unwrap(), [Lease::Held]);
    assert_eq!(stop(&ann).await, (202, Some(true)));
    assert_eq!(stage.store.renew(&[claim]).await.unwrap(), [Lease::Interrupted]);
}
