//! A replica that is told to stop.

use support::fake_model::{FakeModel, Gate, Script};
use support::gateway_process::{GatewayProcess, get};
use support::http::post_message;
use support::redis_server::RedisServer;

use crate::world::{gateway, options};

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_told_to_stop_finishes_what_is_in_flight_and_exits_with_0() {
    for redis in [None, Some(RedisServer::start())] {
        let model = FakeModel::scripted();
        let gate = Gate::default();
        model.push(Script::new().wait(&gate).say("It is on its way.").finish());
        let mut replica = GatewayProcess::start(&options(&model, redis.as_ref()));
        let port = replica.port();
        let asking = tokio::spawn(async move { post_message(port, "ann", "Where?", None).await });
        model.wait_for_requests(1).await;
        replica.signal("TERM");
        wait_until_not_ready(port).await;
        gate.open();
        assert_eq!(asking.await.unwrap().unwrap().reply(), "It is on its way.");
        assert_eq!(replica.wait().code(), Some(0), "{}", replica.log());
    }
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
    wait_until_not_ready(port).await;
    busy.signal("TERM");
    assert_eq!(asking.await.unwrap().unwrap().status, 202);
    assert_eq!(busy.wait().code(), Some(0), "{}", busy.log());
}

/// Waits until `/readyz` says so, or the port is closed already.
async fn wait_until_not_ready(port: u16) {
    let asking = move || get(port, "/readyz").is_some_and(|(status, _)| status == 200);
    while tokio::task::spawn_blocking(asking).await.unwrap() {
        tokio::task::yield_now().await;
    }
}
