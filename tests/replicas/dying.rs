//! A replica that dies with a turn in its hands.

use support::fake_model::{FakeModel, Gate, Script};
use support::http::post_message;
use support::redis_server::RedisServer;

use crate::world::gateway;

#[tokio::test(flavor = "multi_thread")]
async fn the_turn_of_a_killed_replica_is_answered_by_another_and_a_retry_gets_that_one_answer() {
    let redis = RedisServer::start();
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    let never = Gate::default();
    model.push(Script::new().say("half an ans").wait(&never).finish());
    let mut dying = gateway(&model, &redis);
    let port = dying.port();
    let waiting = tokio::spawn(post_message_owned(port, "Where is my parcel?"));
    model.wait_for_requests(1).await;
    let other = gateway(&model, &redis);
    dying.kill();
    assert!(waiting.await.unwrap().is_err(), "the connection died with the replica");

    // The client retries with its key, at whichever replica is left.
    let retried = post_message_owned(other.port(), "Where is my parcel?").await.unwrap();
    assert_eq!(retried.reply(), "answered: Where is my parcel?");
    let log = other.log();
    assert!(log.contains("taken over") && log.contains("deliveries=2"), "{log}");
    let again = post_message_owned(other.port(), "Where is my parcel?").await.unwrap();
    assert_eq!(again.json(), retried.json());
    assert_eq!(model.request_count(), 2, "once by the dead replica, once by the other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_at_a_living_replica_gets_the_answer_to_a_turn_that_a_dead_one_held() {
    let redis = RedisServer::start();
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    let never = Gate::default();
    // Whichever of the two claims the turn is the one that dies.
    model.push(Script::new().wait(&never).finish());
    let mut replicas = [gateway(&model, &redis), gateway(&model, &redis)];
    let ports = [replicas[0].port(), replicas[1].port()];
    let callers = ports.map(|port| tokio::spawn(post_message_owned(port, "Where is my parcel?")));
    model.wait_for_requests(1).await;
    let holder = holder(&redis, &replicas);
    replicas[holder].kill();
    let [first, second] = callers;
    let (dead, alive) = if holder == 0 { (first, second) } else { (second, first) };
    assert!(dead.await.unwrap().is_err());
    assert_eq!(alive.await.unwrap().unwrap().reply(), "answered: Where is my parcel?");
}

/// Which of the gateways holds the one claim there is.
fn holder(redis: &RedisServer, replicas: &[support::gateway_process::GatewayProcess]) -> usize {
    let names: Vec<String> = (0..16)
        .flat_map(|partition| {
            let stream = format!("oc:{{p{partition:02}}}:ready");
            let pending = redis.cli(&["XPENDING", &stream, "gateways", "-", "+", "10"]);
            pending.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|line| line.starts_with("gateway-"))
        .collect();
    let [name] = names.as_slice() else { panic!("one claim expected: {names:?}") };
    let is_holder =
        |gateway: &support::gateway_process::GatewayProcess| gateway.log().contains(name);
    replicas.iter().position(is_holder).expect("the gateways log their names")
}

async fn post_message_owned(
    port: u16,
    message: &'static str,
) -> std::io::Result<support::http::Answer> {
    post_message(port, "ann", message, Some("the-key")).await
}
