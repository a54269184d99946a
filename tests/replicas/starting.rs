//! A gateway that starts before its Redis does.

use support::fake_model::FakeModel;
use support::gateway_process::{GatewayProcess, get};
use support::http::post_message;
use support::redis_server::RedisServer;

use crate::world::{options, wait_for_status};

#[tokio::test(flavor = "multi_thread")]
async fn started_before_redis_it_says_that_it_starts_and_serves_when_redis_is_there() {
    let mut redis = RedisServer::reserve();
    let model = FakeModel::echoing();
    let mut gateway = GatewayProcess::launch(&options(&model, Some(&redis)));
    let port = gateway.port();
    wait_for_status(port, "/livez", 200).await;
    let (status, ready) = get(port, "/readyz").unwrap();
    assert_eq!(status, 503);
    assert!(ready.contains("starting"), "{ready}");
    let (status, health) = get(port, "/healthz").unwrap();
    assert_eq!(status, 503);
    assert!(health.contains(r#""redis":"disconnected""#), "{health}");
    let refused = post_message(port, "ann", "hello", Some("key")).await.unwrap();
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (503, Some("starting")));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(refused.json()["error"]["request_id"].as_str(), refused.header("x-request-id"));

    redis.start_again();
    gateway.wait_until_ready();
    let answer = post_message(port, "ann", "hello", Some("key")).await.unwrap();
    assert_eq!(answer.reply(), "hello");
    assert!(get(port, "/healthz").unwrap().1.contains(r#""redis":"connected""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_while_it_waits_for_redis_it_ends_with_0() {
    let redis = RedisServer::reserve();
    let model = FakeModel::scripted();
    let mut gateway = GatewayProcess::launch(&options(&model, Some(&redis)));
    wait_for_status(gateway.port(), "/livez", 200).await;
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0), "{}", gateway.log());
}
