//! The whole installation at one look.

use conversation::ports::{ModelReport, ModelState, Overview as _, ReplicaReport};
use conversation::{StoreError, Timestamp};
use http_api::ApiAuth;
use serde_json::json;

use crate::support::{Gateway, NOON, Setup, question};

fn report() -> ReplicaReport {
    ReplicaReport {
        id: "gateway-1".to_owned(),
        version: "1.2.3".to_owned(),
        started_at: Timestamp(NOON.0 - 60_000),
        turns_in_flight: 1,
        accepted_total: 4,
        answered_total: 3,
        resident_bytes: 5,
        skills_revision: "r1".to_owned(),
        accepted_per_second: 0.5,
        answered_per_second: 0.25,
        models: vec![ModelReport {
            name: "vendor/model".to_owned(),
            state: ModelState::Closed,
            last_failure: None,
        }],
        ..ReplicaReport::default()
    }
}

#[tokio::test]
async fn the_status_has_exactly_the_documented_fields() {
    let gateway = Gateway::start().await;
    gateway.store.report(report()).await.unwrap();
    let mut status = gateway.get("/status").send().await.json();
    let used = status["store"]["used_bytes"].take();
    assert!(used.is_u64(), "{used}");
    let expected = json!({
        "at": "2026-01-31T12:00:00.000Z",
        "status": "ok",
        "concerns": [],
        "totals": {
            "replicas": 1, "accepted_per_second": 0.5, "answered_per_second": 0.25,
            "turns_in_flight": 1,
        },
        "replicas": [{
            "id": "gateway-1", "version": "1.2.3", "uptime_seconds": 60, "seen_seconds_ago": 0,
            "skills_revision": "r1", "accepted_per_second": 0.5, "answered_per_second": 0.25,
            "accepted_total": 4, "answered_total": 3, "turns_in_flight": 1, "memory_bytes": 5,
        }],
        "queue": {
            "ready": 0, "claimed": 0, "delayed": 0, "oldest_waiting_seconds": null,
            "dead_letters": 0,
        },
        "store": { "kind": "process", "used_bytes": null, "limit_bytes": 512 * 1024 * 1024 },
        "models": [{
            "name": "vendor/model", "state": "closed", "replicas": 1, "passed_over_by": 0,
            "last_failure": null,
        }],
    });
    assert_eq!(status, expected);
}

#[tokio::test]
async fn the_status_tells_of_what_waits_and_of_what_was_given_up() {
    let gateway = Gateway::start().await;
    gateway.store.report(report()).await.unwrap();
    gateway.message(&question()).header("prefer", "wait=0").send().await;
    gateway.answerer().turn().await.park("every model failed").await;
    let another = json!({ "channel": "shop", "user_id": "u2", "message": "Hello?" });
    gateway.message(&another).header("prefer", "wait=0").send().await;
    let status = gateway.get("/status").send().await.json();
    assert_eq!(status["status"], "degraded");
    let queue = &status["queue"];
    assert_eq!((&queue["ready"], &queue["dead_letters"]), (&json!(1), &json!(1)));
    assert_eq!(queue["oldest_waiting_seconds"], 0.0);
    let concerns = status["concerns"].to_string();
    assert!(concerns.contains("/api/v1/dead-letters"), "{concerns}");
}

#[tokio::test]
async fn the_status_is_for_operators_only_and_says_so_when_the_store_is_away() {
    let auth = ApiAuth::Token("t0ken".into());
    let gateway = Setup { auth, ..Setup::default() }.serve().await;
    gateway.get("/status").send().await.assert_error(401, "token_missing", &["token"]);
    let ask = || gateway.get("/status").header("authorization", "Bearer t0ken").send();
    assert_eq!(ask().await.status, 200);
    gateway.store.fail(Some(StoreError::Unavailable("gone".to_owned())));
    ask().await.assert_error(503, "store_unavailable", &["store"]);
}
