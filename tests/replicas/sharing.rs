//! Replicas share every conversation.

use support::fake_model::{FakeModel, Script};
use support::gateway_process::{GatewayOptions, GatewayProcess};
use support::http::{post_message, send};
use support::redis_server::RedisServer;

use crate::world::{gateway, options, within};

#[tokio::test(flavor = "multi_thread")]
async fn the_second_answer_by_another_replica_knows_the_first() {
    let (redis, model) = (RedisServer::start(), FakeModel::echoing());
    let (one, other) = (gateway(&model, &redis), gateway(&model, &redis));
    let first = post_message(one.port(), "ann", "My parcel is TRK-12345.", None).await.unwrap();
    assert!(first.reply().contains("TRK-12345"));
    let second = post_message(other.port(), "ann", "Where is it?", None).await.unwrap();
    let reply = second.reply();
    assert!(reply.contains("TRK-12345") && reply.contains("Where is it?"), "{reply}");
    assert_eq!(model.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_at_another_replica_brings_the_same_answer() {
    let (redis, model) = (RedisServer::start(), FakeModel::echoing());
    let (one, other) = (gateway(&model, &redis), gateway(&model, &redis));
    let first = post_message(one.port(), "ann", "hello", Some("key-1")).await.unwrap();
    let again = post_message(other.port(), "ann", "hello", Some("key-1")).await.unwrap();
    assert_eq!(first.json(), again.json());
    let changed = post_message(other.port(), "ann", "something else", Some("key-1")).await.unwrap();
    assert_eq!(changed.status, 409);
    let someone_else = post_message(other.port(), "bob", "hello", Some("key-1")).await.unwrap();
    assert_ne!(someone_else.json()["id"], first.json()["id"]);
    assert_eq!(model.request_count(), 2, "the repetition was not answered anew");
}

/// The lines of a log that belong to turns.
fn lines_of_turns(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("turn{")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_log_line_of_a_turn_names_the_requests_it_answers_whichever_replica_logs_it() {
    let (redis, model) = (RedisServer::start(), FakeModel::scripted());
    for _ in 0..64 {
        model.push(Script::status(500, ""));
    }
    let settings = GatewayOptions {
        settings: options(&model, Some(&redis)).settings.replace("debug", "warn"),
        ..options(&model, Some(&redis))
    };
    let one = GatewayProcess::start(&settings);
    let other = GatewayProcess::start(&settings);
    let headers = [("content-type", "application/json"), ("prefer", "respond-async")];
    let mut named = Vec::new();
    for (number, gateway) in [&one, &other].into_iter().cycle().take(4).enumerate() {
        let body = format!(r#"{{"channel":"test","user_id":"{number}","message":"hello"}}"#);
        let taken = send(gateway.port(), "POST", "/api/v1/message", &headers, &body).await.unwrap();
        assert_eq!(taken.status, 202, "{}", taken.body);
        named.push(taken.header("x-request-id").unwrap().to_owned());
    }
    let log = || one.log() + &other.log();
    within(async {
        while !named.iter().all(|id| lines_of_turns(&log()).iter().any(|line| line.contains(id))) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let (log, mut lines) = (log(), 0);
    for line in lines_of_turns(&log) {
        assert!(named.iter().any(|id| line.contains(id)), "{line}\n{log}");
        lines += 1;
    }
    assert!(lines >= 4, "{log}");
}
