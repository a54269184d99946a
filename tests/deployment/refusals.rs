//! What nginx makes of refusals that every replica would repeat: they pass as they are, and shut
//! nobody else out.

use std::time::{Duration, Instant};

use support::gateway_process::{GatewayOptions, GatewayProcess};
use support::http::{Answer, post_message, send};
use support::nginx::{Nginx, NginxOptions};
use support::redis_server::RedisServer;

use crate::upstream::{Does, Upstream};

/// More than `max_fails` of all replicas together.
const REFUSALS: usize = 12;

async fn get(nginx: &Nginx, path: &str) -> Answer {
    send(nginx.http_port(), "GET", path, &[], "").await.unwrap()
}

#[tokio::test]
async fn with_a_full_store_messages_are_refused_in_its_words_and_all_else_goes_on() {
    let body = r#"{"error":{"code":"store_full"}}"#;
    let refuses = Does::refuses_posts("503 Service Unavailable", "retry-after: 30\r\n", body);
    let upstreams = [
        Upstream::start(refuses.clone()).await,
        Upstream::start(refuses.clone()).await,
        Upstream::start(refuses).await,
    ];
    let ports = upstreams.each_ref().map(Upstream::port);
    let nginx = Nginx::start(&NginxOptions::unlimited(&ports));
    for _ in 0..REFUSALS {
        let refused = send(nginx.http_port(), "POST", "/api/v1/message", &[], "{}").await.unwrap();
        assert_eq!((refused.status, refused.body.as_str()), (503, body));
        assert_eq!(refused.header("retry-after"), Some("30"));
        for path in ["/healthz", "/api/v1/messages/x"] {
            assert_eq!(get(&nginx, path).await.status, 200, "{path}");
        }
    }
    let posts = upstreams.iter().flat_map(Upstream::seen).filter(|seen| seen.body() == "{}");
    assert_eq!(posts.count(), REFUSALS, "a refusal was tried on several replicas");
}

#[tokio::test]
async fn what_nginx_says_itself_has_its_own_time_to_ask_again_whoever_was_tried_before() {
    let starts = Does::refuses_posts("502 Bad Gateway", "retry-after: 7\r\n", "starting");
    let starting = Upstream::start(starts).await;
    let ports = [starting.port(), support::ports::free_port()];
    let nginx = Nginx::start(&NginxOptions::unlimited(&ports));
    // nginx learns that there is nobody at the other port, so that the one that starts is the last.
    for _ in 0..REFUSALS {
        assert_eq!(get(&nginx, "/healthz").await.status, 200);
    }
    let refused = send(nginx.http_port(), "POST", "/api/v1/message", &[], "{}").await.unwrap();
    assert_eq!(refused.json()["error"]["code"], "unavailable", "{}", refused.body);
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")));
}

/// With real gateways: their store has no room, and later has some again.
#[tokio::test(flavor = "multi_thread")]
async fn real_gateways_with_a_full_redis_refuse_through_nginx_and_take_messages_again() {
    let redis = RedisServer::start();
    let options = GatewayOptions {
        settings: r#"{ gateway: { trustedProxies: ["127.0.0.1"] } }"#.to_owned(),
        redis_url: Some(redis.url()),
        environment: Vec::new(),
    };
    let gateways = [
        GatewayProcess::start(&options),
        GatewayProcess::start(&options),
        GatewayProcess::start(&options),
    ];
    let ports = gateways.each_ref().map(GatewayProcess::port);
    let nginx = Nginx::start(&NginxOptions::unlimited(&ports));
    let port = nginx.http_port();
    let id = post_message(port, "ann", "hello", None).await.unwrap().json()["id"].clone();
    let path = format!("/api/v1/messages/{}", id.as_str().unwrap());

    assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "61mb"]), "OK");
    let ballast = (56 * 1024 * 1024 - 4096).to_string();
    assert!(!redis.cli(&["SETRANGE", "ballast", &ballast, "x"]).is_empty());
    for replica in ports {
        until_it_answers(replica, 503).await;
    }
    for number in 0..REFUSALS {
        let key = format!("key-{number}");
        let refused = post_message(port, "ann", "more", Some(&key)).await.unwrap();
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("30")));
        assert_eq!(refused.json()["error"]["code"], "store_full", "{}", refused.body);
        for path in ["/healthz", path.as_str()] {
            let answer = get(&nginx, path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        }
    }
    assert_eq!(redis.cli(&["DEL", "ballast"]), "1");
    until_it_answers(port, 200).await;
}

/// Sends messages until one is answered like this: a replica looks at Redis' memory now and then.
async fn until_it_answers(port: u16, status: u16) {
    let patience = Instant::now() + Duration::from_secs(30);
    for number in 0.. {
        let user = format!("asks-{port}-{status}-{number}");
        let answer = post_message(port, &user, "hello", None).await.unwrap();
        if answer.status == status {
            return;
        }
        assert!(Instant::now() < patience, "{} {}", answer.status, answer.body);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
