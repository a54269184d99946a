//! A store that fails: what callers are told, and that nothing is acknowledged.

use std::time::Duration;

use conversation::StoreError;
use http_api::Limits;

use crate::support::{Gateway, Setup, ask, question};

#[tokio::test]
async fn a_store_that_is_away_refuses_before_anything_is_acknowledged() {
    let gateway = Gateway::start().await;
    gateway.store.fail(Some(StoreError::Unavailable("10.0.0.7:6379 refused".into())));
    let id = format!("/api/v1/messages/msg_{}", "A".repeat(48));
    for request in [
        gateway.get(&id),
        gateway.get("/api/v1/conversations/a/b"),
        ask(gateway.address, "DELETE", "/api/v1/conversations/a/b"),
        gateway.get("/api/v1/dead-letters"),
        ask(gateway.address, "POST", "/api/v1/dead-letters/1/retry"),
    ] {
        let refused = request.send().await;
        refused.assert_error(503, "store_unavailable", &["outcome", "unknown"]);
        assert_eq!(refused.header("retry-after"), "2");
        assert!(!refused.text().contains("10.0.0.7"));
    }
    assert_eq!(gateway.vitals.accepted_total(), 0);
}

#[tokio::test]
async fn a_message_whose_storing_is_in_doubt_is_answered_once_when_sent_again_with_the_key_given() {
    for (trusted, sent) in [
        (vec![], None),
        (vec![], Some(("idempotency-key", "mine"))),
        (vec!["127.0.0.0/8"], Some(("x-request-id", "of-the-proxy"))),
    ] {
        let gateway = Setup { trusted_proxies: trusted, ..Setup::default() }.serve().await;
        gateway.store.store_in_silence(true);
        let mut message = gateway.message(&question());
        if let Some((name, value)) = sent {
            message = message.header(name, value);
        }
        let refused = message.send().await;
        refused.assert_error(503, "store_unavailable", &["unknown", "retry_with"]);
        assert_eq!(refused.header("retry-after"), "2");
        let key = refused.header("idempotency-key").to_owned();
        assert_eq!(refused.json()["error"]["retry_with"], key.as_str());
        gateway.store.store_in_silence(false);

        gateway.answerer().echo_for_ever();
        // A proxy names the repetition anew.
        let again = gateway.message(&question()).header("idempotency-key", &key);
        let again = again.header("x-request-id", "another").send().await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
        let mut by_id = question();
        by_id["message_id"] = key.into();
        assert_eq!(gateway.message(&by_id).send().await.json()["id"], again.json()["id"]);
        let history = gateway.get("/api/v1/conversations/shop/u1").send().await;
        assert_eq!(history.text().matches("Where is my package?").count(), 2, "once, and its echo");
    }
}

#[tokio::test]
async fn a_full_store_and_a_broken_one_are_told_apart() {
    let gateway = Gateway::start().await;
    gateway.store.fail(Some(StoreError::Full));
    let refused = gateway.message(&question()).send().await;
    refused.assert_error(503, "store_full", &["no room"]);
    assert_eq!(refused.header("retry-after"), "30");
    for broken in
        [StoreError::Stale, StoreError::Unreadable { what: "a reply", why: "secret".into() }]
    {
        gateway.store.fail(Some(broken));
        let refused = gateway.message(&question()).send().await;
        refused.assert_error(500, "internal", &["request_id"]);
        assert!(!refused.text().contains("secret"));
    }
}

#[tokio::test]
async fn too_many_waiting_messages_of_one_conversation_are_refused() {
    let store = store_memory::Options { waiting_limit: 1, ..store_memory::Options::default() };
    let gateway = Setup { store, ..Setup::default() }.serve().await;
    let first = gateway.message(&question()).header("prefer", "wait=0").send().await;
    assert_eq!(first.status, 202);
    let refused = gateway.message(&question()).send().await;
    refused.assert_error(429, "too_many_waiting", &["1 messages"]);
    assert_eq!(refused.header("retry-after"), "5");
}

#[tokio::test]
async fn a_store_that_is_away_for_a_while_does_not_end_the_waiting() {
    let limits = Limits { recheck: Duration::from_millis(10), ..Limits::default() };
    let gateway = Setup { limits, ..Setup::default() }.serve().await;
    let asked = tokio::spawn(gateway.message(&question()).send());
    let turn = gateway.answerer().turn().await;
    gateway.store.fail(Some(StoreError::Unavailable("gone".into())));
    gateway.get("/api/v1/dead-letters").send().await.assert_error(503, "store_unavailable", &[]);
    gateway.store.fail(None);
    turn.commit("Here I am.").await;
    assert_eq!(asked.await.unwrap().json()["reply"], "Here I am.");
}
