//! Which requests are one message, which conversation they belong to, and how they are named.

use conversation::ConversationId;
use conversation::ports::Archive as _;
use serde_json::{Value, json};

use crate::support::{Answer, Ask, Gateway, Setup, its_conversation, question};

async fn echoing(trusted_proxies: Vec<&'static str>) -> Gateway {
    let gateway = Setup { trusted_proxies, ..Setup::default() }.serve().await;
    gateway.answerer().echo_for_ever();
    gateway
}

/// The ids under which the requests were taken.
async fn ids<const N: usize>(requests: [Ask; N]) -> [String; N] {
    let mut ids = [const { String::new() }; N];
    for (id, request) in ids.iter_mut().zip(requests) {
        let answer = request.send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        *id = id_of(&answer);
    }
    ids
}

fn id_of(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn keyed(key: &str) -> Value {
    let mut body = question();
    body["message_id"] = key.into();
    body
}

#[tokio::test]
async fn without_a_key_every_request_is_a_message_of_its_own() {
    let gateway = echoing(vec![]).await;
    let [one, other] = ids([gateway.message(&question()), gateway.message(&question())]).await;
    assert_ne!(one, other);
}

#[tokio::test]
async fn message_id_and_the_header_say_the_same_and_message_id_goes_first() {
    let gateway = echoing(vec![]).await;
    let header = |body: &Value, key: &str| gateway.message(body).header("idempotency-key", key);
    let [by_id, by_header, quoted, both, other] = ids([
        gateway.message(&keyed("k1")),
        header(&question(), "k1"),
        header(&question(), "\"k1\""),
        header(&keyed("k1"), "k2"),
        header(&question(), "k2"),
    ])
    .await;
    assert_eq!((&by_header, &quoted, &both), (&by_id, &by_id, &by_id));
    assert_ne!(other, by_id);
}

#[tokio::test]
async fn a_header_that_is_no_key_is_refused() {
    let gateway = echoing(vec![]).await;
    let refused = gateway.message(&question()).header("idempotency-key", "a b").send().await;
    refused.assert_error(400, "invalid_idempotency_key", &["Idempotency-Key", "200"]);
}

#[tokio::test]
async fn two_keys_in_the_header_are_refused() {
    let gateway = echoing(vec![]).await;
    let twice = gateway.message(&question()).header("idempotency-key", "k1");
    let refused = twice.header("idempotency-key", "k1").send().await;
    refused.assert_error(400, "invalid_idempotency_key", &["more than once"]);
}

#[tokio::test]
async fn a_request_id_is_a_key_only_from_a_trusted_proxy() {
    let trusting = echoing(vec!["127.0.0.0/8"]).await;
    let named = |gateway: &Gateway| gateway.message(&question()).header("x-request-id", "r1");
    let [one, again] = ids([named(&trusting), named(&trusting)]).await;
    assert_eq!(one, again);
    let [keyed] = ids([trusting.message(&keyed("r1"))]).await;
    assert_ne!(keyed, one, "a caller's key never meets a proxy's");

    let wary = echoing(vec!["10.0.0.0/8"]).await;
    let [one, other] = ids([named(&wary), named(&wary)]).await;
    assert_ne!(one, other);
}

#[tokio::test]
async fn a_request_id_is_taken_over_only_from_a_trusted_proxy_and_only_if_it_is_sane() {
    let trusting = echoing(vec!["127.0.0.1/32"]).await;
    let wary = echoing(vec![]).await;
    let long = "x".repeat(129);
    let name = async |gateway: &Gateway, sent: &str| {
        let answer = gateway.get("/livez").header("x-request-id", sent).send().await;
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(name(&trusting, "abc-1").await, "abc-1");
    for fresh in [
        name(&wary, "abc-1").await,
        name(&trusting, &long).await,
        name(&trusting, "a b").await,
        name(&trusting, "").await,
    ] {
        assert!(fresh.len() == 32 && fresh.bytes().all(|byte| byte.is_ascii_hexdigit()), "{fresh}");
    }
}

#[tokio::test]
async fn a_route_of_another_crate_sees_the_name_that_the_answer_carries() {
    let told = axum::routing::get(async |headers: axum::http::HeaderMap| {
        let names: Vec<&str> =
            headers.get_all("x-request-id").iter().filter_map(|it| it.to_str().ok()).collect();
        names.join(" and ")
    });
    let extra = axum::Router::new().route("/webhooks/x", told);
    let gateway = Setup { extra, ..Setup::default() }.serve().await;
    let answer = gateway.get("/webhooks/x").header("x-request-id", "of-anyone").send().await;
    assert_eq!(answer.text(), answer.header("x-request-id"));
    assert_ne!(answer.text(), "of-anyone");
}

#[tokio::test]
async fn a_key_counts_in_its_conversation_only() {
    let gateway = echoing(vec![]).await;
    let of = |channel: &str, user: &str| {
        let body =
            json!({ "channel": channel, "user_id": user, "message": "m", "message_id": "k" });
        gateway.message(&body)
    };
    let [one, other_user, other_channel] = ids([of("a", "u"), of("a", "v"), of("b", "u")]).await;
    assert_ne!(one, other_user);
    assert_ne!(one, other_channel);
    let [slashed, plain] = ids([of("a", "b/c"), of("a-b", "c")]).await;
    assert_ne!(slashed, plain);
}

#[tokio::test]
async fn no_channel_of_the_api_reaches_a_conversation_of_another_channel() {
    let gateway = echoing(vec![]).await;
    for channel in ["whatsapp", "telegram", "webchat", "api"] {
        for user in ["4915112345678", ":4915112345678", "../telegram:1", "u1"] {
            let body = json!({ "channel": channel, "user_id": user, "message": "hello" });
            assert_eq!(gateway.message(&body).send().await.status, 200);
            let theirs = ConversationId::new(channel, user).unwrap();
            assert!(gateway.store.history(&theirs).await.unwrap().is_empty());
            let ours = ConversationId::new("api", &format!("{channel}/{user}")).unwrap();
            assert_eq!(gateway.store.history(&ours).await.unwrap().len(), 1);
        }
    }
    assert!(gateway.store.history(&its_conversation()).await.unwrap().is_empty());
}
