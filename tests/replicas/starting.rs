//! A gateway that starts before its Redis does.

use std::io::{Read as _, Write as _};

use support::fake_model::FakeModel;
use support::gateway_process::{GatewayOptions, GatewayProcess, get};
use support::http::post_message;
use support::redis_server::RedisServer;

use crate::world::{options, wait_for_status, within};

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
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (502, Some("starting")));
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

#[test]
fn a_redis_that_refuses_the_gateway_ends_the_start_with_78_and_what_to_set() {
    let (locked, open) = (RedisServer::start(), RedisServer::start());
    assert_eq!(locked.cli(&["CONFIG", "SET", "requirepass", "the-right-password"]), "OK");
    let at = |port: u16, credentials: &str, path: &str| {
        format!("redis://{credentials}127.0.0.1:{port}{path}")
    };
    for (url, expected) in [
        (at(locked.port(), "", ""), "asks for a password"),
        (
            at(locked.port(), ":a-wrong-password@", ""),
            "does not take the user name or the password",
        ),
        (at(locked.port(), "ann:the-right-password@", ""), "the user name or the password"),
        (at(open.port(), "", "/99"), "no database of the number"),
    ] {
        let options = GatewayOptions { redis_url: Some(url), ..Default::default() };
        let mut gateway = GatewayProcess::launch(&options);
        let code = gateway.wait().code();
        let printed = gateway.log();
        assert_eq!(code, Some(78), "{printed}");
        assert!(printed.contains(expected) && printed.contains("REDIS_URL"), "{printed}");
        assert!(!printed.contains("-password@"), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_with_too_many_clients_is_waited_for() {
    let redis = RedisServer::start();
    // Holds the only place there is going to be.
    let mut holding = std::net::TcpStream::connect(("127.0.0.1", redis.port())).unwrap();
    holding.write_all(b"PING\r\n").unwrap();
    let mut pong = [0; 7];
    holding.read_exact(&mut pong).unwrap();
    assert_eq!(redis.cli(&["CONFIG", "SET", "maxclients", "1"]), "OK");
    let url = format!("redis://:unused@127.0.0.1:{}", redis.port());
    let options = GatewayOptions { redis_url: Some(url), ..Default::default() };
    let mut gateway = GatewayProcess::launch(&options);
    within(async {
        while !gateway.log().contains("waiting for Redis") {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // It says so just before it opens its port.
    wait_for_status(gateway.port(), "/livez", 200).await;
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0), "{}", gateway.log());
    drop(holding);
}
