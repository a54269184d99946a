//! History, erasure and dead letters.

use serde_json::{Value, json};

use crate::support::{Gateway, ask, question};

#[tokio::test]
async fn a_conversation_can_be_read_and_erased() {
    let gateway = Gateway::start().await;
    let body = json!({ "channel": "shop", "user_id": "a/b c", "message": "Hello" });
    let asked = tokio::spawn(gateway.message(&body).send());
    gateway.answerer().answer("Good day.").await;
    let id = asked.await.unwrap().json()["id"].as_str().unwrap().to_owned();

    let path = "/api/v1/conversations/shop/a%2Fb%20c";
    let at = "2026-01-31T12:00:00.000Z";
    let exchange = json!({
        "asked": [{ "text": "Hello", "at": at }],
        "reply": { "text": "Good day.", "at": at },
        "model": "test/model",
    });
    let expected = |exchanges: Vec<Value>| json!({ "channel": "shop", "user_id": "a/b c", "exchanges": exchanges });
    assert_eq!(gateway.get(path).send().await.json(), expected(vec![exchange]));

    let erase = || ask(gateway.address, "DELETE", path).send();
    assert_eq!(erase().await.json(), json!({ "erased": true }));
    assert_eq!(erase().await.json(), json!({ "erased": false }));
    assert_eq!(gateway.get(path).send().await.json(), expected(vec![]));
    let fetched = gateway.get(&format!("/api/v1/messages/{id}")).send().await;
    fetched.assert_error(404, "unknown_message", &["erased"]);
}

#[tokio::test]
async fn a_name_that_no_conversation_can_have_is_refused() {
    let gateway = Gateway::start().await;
    for (path, says) in [
        ("/api/v1/conversations/Shop/u", "`channel`"),
        ("/api/v1/conversations/shop/%20", "`user_id`"),
        ("/api/v1/conversations/whatsapp:49/u", "`channel`"),
    ] {
        gateway.get(path).send().await.assert_error(422, "invalid_request", &[says]);
    }
    let refused = gateway.get("/api/v1/conversations/shop/%ff").send().await;
    refused.assert_error(400, "bad_request", &["percent-encoded"]);
}

#[tokio::test]
async fn a_dead_letter_can_be_seen_and_tried_again() {
    let gateway = Gateway::start().await;
    let asked = gateway.message(&question()).header("prefer", "wait=0").send().await;
    let href = asked.json()["href"].as_str().unwrap().to_owned();
    gateway.answerer().turn().await.park("every model failed").await;

    let listed = gateway.get("/api/v1/dead-letters").send().await.json();
    let letter = &listed["dead_letters"][0];
    let id = letter["id"].as_str().unwrap();
    let at = "2026-01-31T12:00:00.000Z";
    let expected = json!({
        "id": id, "channel": "api", "conversation": "shop/u1", "reason": "every model failed",
        "at": at, "messages": [{ "text": "Where is my package?", "at": at }],
    });
    assert_eq!(letter, &expected);
    let none = gateway.get("/api/v1/dead-letters?limit=0").send().await.json();
    assert_eq!(none, json!({ "dead_letters": [] }));

    let retry = || ask(gateway.address, "POST", &format!("/api/v1/dead-letters/{id}/retry")).send();
    let queued = retry().await;
    assert_eq!((queued.status, queued.json()), (202, json!({ "status": "queued" })));
    retry().await.assert_error(404, "unknown_dead_letter", &["GET /api/v1/dead-letters"]);
    gateway.answerer().answer("Here it is.").await;
    assert_eq!(gateway.get(&href).send().await.json()["reply"], "Here it is.");
}

#[tokio::test]
async fn a_limit_that_is_no_number_is_refused() {
    let gateway = Gateway::start().await;
    for limit in ["many", "-1", ""] {
        let refused = gateway.get(&format!("/api/v1/dead-letters?limit={limit}")).send().await;
        refused.assert_error(400, "invalid_limit", &["whole number"]);
    }
}
