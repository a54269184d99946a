//! Redis goes away and comes back under a running gateway.

use support::fake_model::FakeModel;
use support::gateway_process::get;
use support::http::post_message;
use support::redis_server::RedisServer;

use crate::world::{gateway, wait_for_status};

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_nothing_is_acknowledged_and_with_it_all_is_as_before() {
    // What Redis has acknowledged is on its disk, so that killing it loses nothing.
    let mut redis = RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", "always"]);
    let model = FakeModel::echoing();
    let replica = gateway(&model, &redis);
    let port = replica.port();
    let before = post_message(port, "ann", "My parcel is TRK-1.", Some("before")).await.unwrap();
    assert_eq!(before.status, 200);

    redis.kill();
    let refused = post_message(port, "ann", "Where is it?", Some("during")).await.unwrap();
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(refused.header("retry-after").is_some());
    wait_for_status(port, "/healthz", 503).await;
    let (_, health) = get(port, "/healthz").unwrap();
    assert!(health.contains(r#""redis":"disconnected""#), "{health}");
    assert_eq!(get(port, "/livez").unwrap().0, 200, "it is alive all the same");

    redis.start_again();
    wait_for_status(port, "/healthz", 200).await;
    let after = post_message(port, "ann", "Where is it?", Some("during")).await.unwrap();
    assert!(after.reply().contains("TRK-1"), "the history survived: {}", after.body);
    let replayed = post_message(port, "ann", "My parcel is TRK-1.", Some("before")).await.unwrap();
    assert_eq!(replayed.json(), before.json());
}
