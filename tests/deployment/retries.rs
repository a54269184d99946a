//! What nginx does when a replica dies, still starts, or is gone.

use support::fake_model::{Api, FakeModel, Gate, Script};
use support::gateway_process::{GatewayOptions, GatewayProcess, get};
use support::http::{post_message, send};
use support::nginx::{Nginx, NginxOptions};
use support::redis_server::RedisServer;

use crate::upstream::{Does, Upstream};

/// With least_conn idle upstreams take turns, so that of two requests in a row one meets each.
const ROUNDS: usize = 2;

#[tokio::test]
async fn a_post_whose_replica_dies_goes_to_another_one_under_the_same_id() {
    let dying = Upstream::start(Does::Dies).await;
    let living = Upstream::start(Does::answers("200 OK", "{}")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[dying.port(), living.port()]));
    for _ in 0..ROUNDS {
        let body = r#"{"message":"hello"}"#;
        let answer = send(nginx.http_port(), "POST", "/api/v1/message", &[], body).await.unwrap();
        assert_eq!(answer.status, 200);
    }
    let lost = dying.seen().first().expect("one request met the dying one").clone();
    let id = lost.header("x-request-id").unwrap();
    let taken = living.seen();
    let again = taken.iter().find(|seen| seen.header("x-request-id") == Some(id)).unwrap();
    assert_eq!((lost.body(), again.body()), (again.body(), r#"{"message":"hello"}"#));
}

#[tokio::test]
async fn a_post_that_meets_a_replica_that_starts_goes_to_another_one() {
    let starting = Upstream::start(Does::answers("502 Bad Gateway", "starting")).await;
    let living = Upstream::start(Does::answers("200 OK", "{}")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[starting.port(), living.port()]));
    for _ in 0..ROUNDS {
        let answer = send(nginx.http_port(), "POST", "/api/v1/message", &[], "{}").await.unwrap();
        assert_eq!(answer.status, 200);
    }
    assert_eq!((starting.seen().len(), living.seen().len()), (1, 2));
}

#[tokio::test]
async fn two_replicas_of_three_may_die_together() {
    let dying = [Upstream::start(Does::Dies).await, Upstream::start(Does::Dies).await];
    let living = Upstream::start(Does::answers("200 OK", "{}")).await;
    let ports = [dying[0].port(), dying[1].port(), living.port()];
    let nginx = Nginx::start(&NginxOptions::unlimited(&ports));
    for _ in 0..10 {
        let answer = send(nginx.http_port(), "POST", "/api/v1/message", &[], "{}").await.unwrap();
        assert_eq!(answer.status, 200);
    }
    assert!(dying.iter().all(|upstream| !upstream.seen().is_empty()));
}

#[tokio::test]
async fn with_no_replica_left_a_message_is_refused_with_the_key_to_send_it_again_with() {
    let nginx = Nginx::start(&NginxOptions::unlimited(&[support::ports::free_port()]));
    let refused = send(nginx.http_port(), "POST", "/api/v1/message", &[], "{}").await.unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")));
    let id = refused.header("x-request-id").unwrap();
    let error = &refused.json()["error"];
    assert_eq!(error["code"], "unavailable");
    assert_eq!(error["request_id"], id);
    assert_eq!(error["retry_with"], format!("x-request-id:{id}"));

    for given in ["mine", "\"mine\""] {
        let key = [("idempotency-key", given)];
        let refused = send(nginx.http_port(), "POST", "/api/v1/message", &key, "{}").await.unwrap();
        assert_eq!(refused.json()["error"]["retry_with"], "mine");
    }
    let asked = send(nginx.http_port(), "GET", "/api/v1/messages/x", &[], "").await.unwrap();
    assert_eq!(asked.status, 503);
    assert!(asked.json()["error"]["retry_with"].is_null(), "{}", asked.body);
}

#[tokio::test]
async fn connections_to_a_replica_are_kept_for_the_next_request() {
    let upstream = Upstream::start(Does::answers("200 OK", "{}")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[upstream.port()]));
    for _ in 0..50 {
        let answer = send(nginx.http_port(), "POST", "/api/v1/message", &[], "{}").await.unwrap();
        assert_eq!(answer.status, 200);
    }
    assert_eq!(upstream.seen().len(), 50);
    // Each of nginx's workers keeps its own.
    let workers = u32::try_from(std::thread::available_parallelism().unwrap().get()).unwrap();
    assert!(upstream.connections() <= workers, "{} connections", upstream.connections());
}

/// With real gateways: the one that holds the caller is killed while the model thinks.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_answered_once_though_its_replica_is_killed_in_the_middle() {
    let redis = RedisServer::start();
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    let thinking = Gate::default();
    model.push(Script::new().wait(&thinking).say("answered: hello").finish());
    let options = options(&model, &redis);
    let mut gateways = [GatewayProcess::start(&options), GatewayProcess::start(&options)];
    let ports = gateways.each_ref().map(GatewayProcess::port);
    let nginx = Nginx::start(&NginxOptions::unlimited(&ports));
    let port = nginx.http_port();

    let asking = tokio::spawn(async move { post_message(port, "ann", "hello", None).await });
    model.wait_for_requests(1).await;
    let accepted = gateways.iter().position(has_accepted).expect("one of them has accepted it");
    gateways[accepted].kill();
    thinking.open();
    let answer = asking.await.unwrap().unwrap();
    assert_eq!(answer.reply(), "answered: hello");
    assert_eq!(answer.header("idempotent-replayed"), Some("true"), "{:?}", answer.headers);
}

fn has_accepted(gateway: &GatewayProcess) -> bool {
    let (_, figures) = get(gateway.port(), "/metrics").unwrap();
    figures.lines().any(|line| {
        line.starts_with("openclaw_messages_accepted_total")
            && line.contains("outcome=\"new\"")
            && !line.ends_with(" 0")
    })
}

/// Gateways that ask this model, and believe the proxy's request ids.
fn options(model: &FakeModel, redis: &RedisServer) -> GatewayOptions {
    let settings = format!(
        r#"{{
            gateway: {{ trustedProxies: ["127.0.0.1"] }},
            agents: {{ defaults: {{ model: {{ primary: "fake/test" }}, offlineAnswer: false }} }},
            models: {{ providers: {{ fake: {{
                api: "openai-completions", baseUrl: "{}", apiKey: "test",
            }} }} }},
        }}"#,
        model.base_url(Api::OpenAi)
    );
    GatewayOptions { settings, redis_url: Some(redis.url()), environment: Vec::new() }
}
