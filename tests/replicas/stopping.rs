//! A replica that is told to stop.

use support::fake_model::{FakeModel, Gate, Script};
use support::gateway_process::GatewayProcess;
use support::http::{post_message, send};
use support::redis_server::RedisServer;

use crate::world::{gateway, options, wait_for_status, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_told_to_stop_says_so_while_it_finishes_what_is_in_flight_and_exits_with_0() {
    let redis = RedisServer::start();
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    let gate = Gate::default();
    model.push(Script::new().wait(&gate).say("It is on its way.").finish());
    let mut stopping = gateway(&model, &redis);
    let port = stopping.port();
    let asking = tokio::spawn(async move { post_message(port, "ann", "Where?", None).await });
    model.wait_for_requests(1).await;
    stopping.signal("TERM");
    wait_for_status(port, "/readyz", 503).await;
    let probed = send(port, "GET", "/readyz", &[], "").await.unwrap();
    assert!(probed.body.contains("draining"), "{}", probed.body);
    assert_eq!(probed.header("connection"), Some("close"));

    // What still comes in is stored, and answered by another replica.
    let late = tokio::spawn(async move { post_message(port, "bob", "And mine?", None).await });
    let other = gateway(&model, &redis);
    assert_eq!(late.await.unwrap().unwrap().reply(), "answered: And mine?");
    gate.open();
    assert_eq!(asking.await.unwrap().unwrap().reply(), "It is on its way.");
    assert_eq!(stopping.wait().code(), Some(0), "{}", stopping.log());
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_what_was_accepted_is_answered_before_the_process_ends() {
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    let gate = Gate::default();
    model.push(Script::new().wait(&gate).say("It is on its way.").finish());
    let mut alone = options(&model, None);
    // One place, so that the other messages are still unclaimed when the signal comes.
    alone.settings = alone.settings.replacen("offlineAnswer", "maxConcurrent: 1, offlineAnswer", 1);
    let mut replica = GatewayProcess::start(&alone);
    let port = replica.port();
    let asking = tokio::spawn(async move { post_message(port, "ann", "Where?", None).await });
    model.wait_for_requests(1).await;
    let headers = [("content-type", "application/json"), ("prefer", "respond-async")];
    for user in ["bob", "cid", "dan"] {
        let body = format!(r#"{{"channel":"test","user_id":"{user}","message":"I am {user}."}}"#);
        let accepted = send(port, "POST", "/api/v1/message", &headers, &body).await.unwrap();
        assert_eq!(accepted.status, 202, "{}", accepted.body);
    }
    replica.signal("TERM");
    wait_until_closed(port).await;
    gate.open();
    assert_eq!(asking.await.unwrap().unwrap().reply(), "It is on its way.");
    assert_eq!(replica.wait().code(), Some(0), "{}", replica.log());
    let asked: Vec<String> =
        model.requests().iter().map(|asked| asked.question().to_owned()).collect();
    assert_eq!(asked, ["Where?", "I am bob.", "I am cid.", "I am dan."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_finished_within_the_grace_goes_to_another_replica_at_once() {
    let redis = RedisServer::start();
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    model.push(Script::new().say("never ").hang());
    let mut hasty = options(&model, Some(&redis));
    hasty.settings = hasty.settings.replacen('{', "{ gateway: { shutdownGraceSeconds: 1 },", 1);
    let mut stopping = GatewayProcess::start(&hasty);
    let port = stopping.port();
    let asking =
        tokio::spawn(async move { post_message(port, "ann", "Where?", Some("key")).await });
    model.wait_for_requests(1).await;
    let other = gateway(&model, &redis);
    stopping.signal("TERM");
    // The caller learns where to fetch the reply instead of losing its connection.
    let told = asking.await.unwrap().unwrap();
    assert_eq!(told.status, 202, "{}", told.body);
    assert_eq!(stopping.wait().code(), Some(0), "{}", stopping.log());
    let retried = post_message(other.port(), "ann", "Where?", Some("key")).await.unwrap();
    assert_eq!(retried.reply(), "answered: Where?");
    assert_eq!(retried.json()["id"], told.json()["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_without_work_stops_and_a_second_signal_ends_the_grace() {
    let redis = RedisServer::start();
    let model = FakeModel::scripted();
    let mut idle = gateway(&model, &redis);
    idle.signal("INT");
    assert_eq!(idle.wait().code(), Some(0));

    model.push(Script::new().hang());
    let mut busy = gateway(&model, &redis);
    let port = busy.port();
    let asking = tokio::spawn(async move { post_message(port, "ann", "Where?", None).await });
    model.wait_for_requests(1).await;
    busy.signal("TERM");
    wait_for_status(port, "/readyz", 503).await;
    busy.signal("TERM");
    assert_eq!(asking.await.unwrap().unwrap().status, 202);
    assert_eq!(busy.wait().code(), Some(0), "{}", busy.log());
}

/// Waits until the port takes no more connections.
async fn wait_until_closed(port: u16) {
    within(async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
