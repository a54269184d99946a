//! How often visitors and addresses may ask.

use std::time::Duration;

use channel_webchat::{Limits, Options};
use conversation::Rate;
use serde_json::json;
use support::event_stream::Tape;

use crate::stage::{Stage, options};

const HOUR: Duration = Duration::from_secs(3_600);

fn rate(burst: u32) -> Rate {
    Rate { burst, period: HOUR }
}

/// A stage that believes its own machine to be a proxy.
async fn behind_a_proxy(limits: Limits) -> Stage {
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    Stage::with(Options { trusted_proxies, limits, ..options() }).await
}

#[tokio::test]
async fn a_session_may_not_flood_and_is_told_when_to_come_back() {
    let limits = Limits { messages_of_session: rate(2), ..Limits::default() };
    let stage = Stage::with(Options { limits, ..options() }).await;
    let (ann, bob) = (stage.visitor().await, stage.visitor().await);
    stage.ask(&ann, "a").await;
    stage.ask(&ann, "b").await;
    let refused = stage.say(&ann, "c", "Hello").await;
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.json()["error"]["code"], "too_many_requests");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
    stage.ask(&bob, "a").await;
}

#[tokio::test]
async fn what_is_no_message_counts_like_one() {
    let limits = Limits { messages_of_session: rate(3), ..Limits::default() };
    let stage = Stage::with(Options { limits, ..options() }).await;
    let ann = stage.visitor().await;
    let bearer = format!("Bearer {ann}");
    let headers = [("authorization", bearer.as_str())];
    for wrong in [json!([]), json!({ "id": "a" }), json!({ "id": "a", "text": " " })] {
        assert_eq!(stage.post("/webchat/messages", &headers, &wrong).await.status, 422, "{wrong}");
    }
    for refused in [json!([]), json!({ "id": "a", "text": "x" })] {
        assert_eq!(stage.post("/webchat/messages", &headers, &refused).await.status, 429);
    }
}

#[tokio::test]
async fn who_floods_uses_up_nothing_of_what_an_address_shares() {
    let limits =
        Limits { messages_of_session: rate(1), messages_of_address: rate(2), ..Limits::default() };
    let stage = Stage::with(Options { limits, ..options() }).await;
    let (ann, bob) = (stage.visitor().await, stage.visitor().await);
    stage.ask(&ann, "a").await;
    for refused in ["b", "c", "d"] {
        assert_eq!(stage.say(&ann, refused, "Hello").await.status, 429);
    }
    stage.ask(&bob, "a").await;
}

#[tokio::test]
async fn replicas_count_together() {
    let limits = Limits { messages_of_session: rate(2), ..Limits::default() };
    let one = Stage::with(Options { limits: limits.clone(), ..options() }).await;
    let other = Stage::over(one.store.clone(), Options { limits, ..options() }).await;
    let ann = one.visitor().await;
    one.ask(&ann, "a").await;
    other.ask(&ann, "b").await;
    assert_eq!(one.say(&ann, "c", "Hello").await.status, 429);
}

#[tokio::test]
async fn an_address_may_not_flood_with_ever_new_sessions() {
    let limits =
        Limits { sessions_of_address: rate(3), messages_of_address: rate(1), ..Limits::default() };
    let stage = behind_a_proxy(limits).await;
    let from = async |address: &str| {
        stage.post("/webchat/session", &[("x-forwarded-for", address)], &json!({})).await
    };
    for _ in 0..3 {
        assert_eq!(from("203.0.113.7").await.status, 200);
    }
    // What the client itself wrote before its address doesn't make it another one.
    for same in ["203.0.113.7", "198.51.100.1, 203.0.113.7"] {
        let refused = from(same).await;
        assert_eq!(refused.status, 429, "{same}");
        assert!(refused.header("retry-after").is_some());
    }
    let other = from("203.0.113.8").await;
    assert_eq!(other.status, 200);
    let bearer = format!("Bearer {}", other.json()["token"].as_str().unwrap());
    let say = async |id: &str, address: &str| {
        let headers = [("authorization", bearer.as_str()), ("x-forwarded-for", address)];
        stage.post("/webchat/messages", &headers, &json!({ "id": id, "text": "x" })).await.status
    };
    assert_eq!(say("a", "203.0.113.8").await, 202);
    assert_eq!(say("b", "203.0.113.8").await, 429);
}

#[tokio::test]
async fn one_address_keeps_its_share_of_the_streams_and_others_have_theirs() {
    let limits = Limits { streams_of_one_address: 2, ..Limits::default() };
    let stage = behind_a_proxy(limits).await;
    let token = stage.visitor().await;
    let listen = async |address: &str| {
        let address = format!("x-forwarded-for: {address}\r\n");
        Tape::open_with(stage.port, &token, &address).await
    };
    let held = [listen("203.0.113.7").await.unwrap(), listen("203.0.113.7:4711").await.unwrap()];
    let refused = listen("203.0.113.7").await.err().unwrap();
    assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    assert!(refused.contains("retry-after: 10") && refused.contains("this address"), "{refused}");
    let other = listen("203.0.113.8").await;
    assert!(other.is_ok());
    drop(held);
    let patience = tokio::time::Instant::now() + Duration::from_secs(20);
    while listen("203.0.113.7").await.is_err() {
        assert!(tokio::time::Instant::now() < patience, "the place was not given back");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn no_more_streams_are_kept_than_there_is_room_for() {
    let limits = Limits { streams: 2, ..Limits::default() };
    let stage = Stage::with(Options { limits, ..options() }).await;
    let token = stage.visitor().await;
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(stage.listen(&token, None).await);
    }
    let refused = Tape::open(stage.port, &token, None).await.err().unwrap();
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 5"), "{refused}");
    held.pop();
    let patience = tokio::time::Instant::now() + Duration::from_secs(20);
    while Tape::open(stage.port, &token, None).await.is_err() {
        assert!(tokio::time::Instant::now() < patience, "the place was not given back");
        tokio::task::yield_now().await;
    }
}
