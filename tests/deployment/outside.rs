//! What is not there for those outside.

use support::http::send;
use support::nginx::{Nginx, NginxOptions};

use crate::upstream::{Does, Upstream};

/// Routes for monitors and operators, spelled in every way that reaches them.
const INSIDE: [&str; 12] = [
    "/metrics",
    "/metrics/",
    "//metrics",
    "/%6detrics",
    "/api/../metrics",
    "/status",
    "/api/v1/dead-letters",
    "/api/v1/dead-letters/x/retry",
    "/api/v1/channels/webchat/conversations/u%2Fann",
    "/api/v1/%63hannels/api/conversations/web%2Fann/takeover",
    "/api/v1/conversations/web/ann",
    "/api/v1//conversations/web/ann",
];

#[tokio::test]
async fn metrics_and_operators_routes_are_not_there_for_those_outside() {
    let upstream = Upstream::start(Does::answers("200 OK", "inside")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[upstream.port()]));
    for path in INSIDE {
        let answer = send(nginx.http_port(), "GET", path, &[], "").await.unwrap();
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json()["error"]["code"], "not_found", "{path}");
    }
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
}

#[tokio::test]
async fn operators_that_were_named_reach_their_routes() {
    let upstream = Upstream::start(Does::answers("200 OK", "inside")).await;
    let options =
        NginxOptions::unlimited(&[upstream.port()]).with("NGINX_OPERATORS", "127.0.0.0/8");
    let nginx = Nginx::start(&options);
    for path in INSIDE {
        let answer = send(nginx.http_port(), "GET", path, &[], "").await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "inside"), "{path}");
    }
}

#[tokio::test]
async fn what_a_client_says_of_itself_is_replaced() {
    let upstream = Upstream::start(Does::answers("200 OK", "ok")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[upstream.port()]));
    let forged = [
        ("x-request-id", "chosen"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=1.2.3.4"),
    ];
    send(nginx.http_port(), "GET", "/api/v1/messages/x", &forged, "").await.unwrap();
    let seen = &upstream.seen()[0];
    let id = seen.header("x-request-id").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(seen.header("x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-proto"), Some("http"));
    assert_eq!(seen.header("forwarded"), None);
}
