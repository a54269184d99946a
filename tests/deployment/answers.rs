//! The headers of what goes out, and the shape of what nginx answers by itself.

use support::http::send;
use support::nginx::{Nginx, NginxOptions};

use crate::upstream::{Does, Upstream};

#[tokio::test]
async fn answers_carry_the_headers_that_keep_browsers_safe() {
    let upstream = Upstream::start(Does::answers("200 OK", "ok")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[upstream.port()]));
    for path in ["/", "/api/v1/message", "/metrics", "/nginx-health"] {
        let answer = send(nginx.http_port(), "GET", path, &[], "").await.unwrap();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(answer.header("x-request-id").is_some(), "{path}");
        // Over plain HTTP it has no meaning.
        assert_eq!(answer.header("strict-transport-security"), None);
        assert_eq!(answer.header("server"), Some("nginx"), "{path}");
    }
}

#[tokio::test]
async fn what_the_gateway_says_of_itself_stands() {
    let headers = "x-content-type-options: nosniff\r\nreferrer-policy: same-origin\r\n\
                   content-security-policy: frame-ancestors https://shop.example\r\n\
                   x-request-id: named\r\nretry-after: 30\r\n";
    let upstream =
        Upstream::start(Does::answers_with("429 Too Many Requests", headers, "{}")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[upstream.port()]));
    let answer = send(nginx.http_port(), "GET", "/widget", &[], "").await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (429, "{}"));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-request-id", "named"),
        ("retry-after", "30"),
    ] {
        let values: Vec<&str> = answer
            .headers
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(values, [value]);
    }
    assert_eq!(answer.header("x-frame-options"), None);
}

#[tokio::test]
async fn what_nginx_refuses_itself_has_the_shape_of_our_errors() {
    let nginx = Nginx::start(&NginxOptions::unlimited(&[1]));
    let too_large = [("content-length", "9999999")];
    let path = "/api/v1/message";
    let answer = send(nginx.http_port(), "POST", path, &too_large, "").await.unwrap();
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].as_str()),
        (400, Some("bad_request"))
    );
    let large = "x".repeat(5 << 20);
    let answer = send(nginx.http_port(), "POST", path, &[], &large).await;
    if let Ok(answer) = answer {
        let code = answer.json()["error"]["code"].clone();
        assert_eq!((answer.status, code.as_str()), (413, Some("body_too_large")));
    }
}

#[tokio::test]
async fn nginx_says_that_it_lives_without_any_replica() {
    let nginx = Nginx::start(&NginxOptions::shipped(&[1]));
    let answer = send(nginx.http_port(), "GET", "/nginx-health", &[], "").await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
}
