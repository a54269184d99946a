//! The ways to Redis, and a Redis that is nearly full, as whoever talks to a gateway sees them.

use std::time::Duration;

use support::fake_model::FakeModel;
use support::gateway_process::{GatewayOptions, GatewayProcess, get};
use support::http::post_message;
use support::ports::free_port;
use support::redis_cluster::RedisCluster;
use support::redis_server::RedisServer;
use support::redis_tls::PrivateAuthority;

use crate::world::{options, within};

/// Settings with a store section beside the model.
fn with_store(model: &FakeModel, store: &str, url: String) -> GatewayOptions {
    let options = options(model, None);
    let settings = options.settings.replacen('{', &format!("{{ store: {{ {store} }},"), 1);
    GatewayOptions { settings, redis_url: Some(url), ..options }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_answered_over_tls_by_a_private_authority_alone() {
    let (authority, port) = (PrivateAuthority::new(), free_port());
    let server = authority.server_options(port);
    let _redis = RedisServer::start_with(&server.iter().map(String::as_str).collect::<Vec<_>>());
    let model = FakeModel::echoing();
    let (url, ca) = (format!("rediss://127.0.0.1:{port}"), authority.path());
    let store = format!("redisCaFile: '{}'", ca.display());
    let gateway = GatewayProcess::start(&with_store(&model, &store, url));
    let answer = post_message(gateway.port(), "ann", "hello", None).await.unwrap();
    assert_eq!(answer.reply(), "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn gateways_share_a_cluster() {
    let cluster = tokio::task::block_in_place(|| RedisCluster::start(&[]));
    let model = FakeModel::echoing();
    let options = with_store(&model, "", cluster.url());
    let gateways = [GatewayProcess::start(&options), GatewayProcess::start(&options)];
    for number in 0..12 {
        let customer = format!("customer-{number}");
        let key = format!("key-{number}");
        let answer = post_message(gateways[0].port(), &customer, "hello", Some(&key)).await;
        assert_eq!(answer.unwrap().reply(), "hello");
        // The other one knows what became of it.
        let again = post_message(gateways[1].port(), &customer, "hello", Some(&key)).await.unwrap();
        assert_eq!(again.reply(), "hello");
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nearly_full_redis_takes_no_message_until_there_is_room_again() {
    let redis = RedisServer::start();
    let model = FakeModel::echoing();
    let gateway = GatewayProcess::start(&options(&model, Some(&redis)));
    let port = gateway.port();
    assert_eq!(post_message(port, "ann", "before", Some("1")).await.unwrap().reply(), "before");
    assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "61mb"]), "OK");
    let ballast = (56 * 1024 * 1024 - 4096).to_string();
    assert!(!redis.cli(&["SETRANGE", "ballast", &ballast, "x"]).is_empty());

    let refused = within(async {
        for number in 0.. {
            let answer = post_message(port, "bob", "more", Some(&number.to_string())).await;
            let answer = answer.unwrap();
            if answer.status != 200 {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        unreachable!()
    })
    .await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("30")));
    assert_eq!(refused.json()["error"]["code"], "store_full");
    let (_, figures) = get(port, "/metrics").unwrap();
    assert!(figures.contains(r#"outcome="full""#), "{figures}");
    // What was answered before is still known, and the gateway itself is well.
    let again = post_message(port, "ann", "before", Some("1")).await.unwrap();
    assert_eq!(again.reply(), "before");
    assert_eq!(get(port, "/readyz").unwrap().0, 200);

    assert_eq!(redis.cli(&["DEL", "ballast"]), "1");
    within(async {
        while post_message(port, "cid", "after", Some("2")).await.unwrap().status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}
