//! A token that Telegram doesn't know shows on the health page, and takes no replica away.

use serde_json::Value;
use support::fake_telegram::Fault;
use support::gateway_process::GatewayProcess;
use support::http::send;

use crate::world::World;

async fn health(gateway: &GatewayProcess) -> (u16, Value) {
    let answer = send(gateway.port(), "GET", "/healthz", &[], "").await.unwrap();
    (answer.status, answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_degraded_with_a_reason_and_the_replica_stays_ready() {
    let world = World::new("");
    let body = r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#.to_owned();
    world.telegram.fail("getMe", Fault::Answer { status: 401, body });
    let gateway = world.unregistered();
    let reason = loop {
        let (status, body) = health(&gateway).await;
        assert_eq!(status, 200, "{body}");
        if body["status"] == "degraded" {
            break body["reason"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(reason.contains("refuses this gateway's token"), "{reason}");
    let ready = send(gateway.port(), "GET", "/readyz", &[], "").await.unwrap();
    assert_eq!(ready.status, 200, "{}", ready.body);
}
