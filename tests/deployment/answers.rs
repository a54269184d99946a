//! The headers of what goes out, and the shape of what nginx answers by itself.

use support::http::send;
use support::nginx::{Nginx, NginxOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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

/// The status and the code of the error that nginx answers to these bytes.
async fn refused(port: u16, bytes: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    let head = head.to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    assert!(head.contains("content-type: application/json"), "{answer}");
    let error = serde_json::from_str::<serde_json::Value>(body).unwrap()["error"].take();
    let id = error["request_id"].as_str().unwrap();
    assert!(head.contains(&format!("x-request-id: {id}")), "{answer}");
    assert!(error["message"].as_str().is_some_and(|words| words.ends_with('.')), "{answer}");
    (status.unwrap(), error["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn requests_that_are_no_http_are_refused_in_the_shape_of_our_errors() {
    let nginx = Nginx::start(&NginxOptions::shipped(&[1]));
    let host = "host: localhost\r\n";
    let long = "x".repeat(9 << 10);
    for (bytes, status, code) in [
        ("GARBAGE\r\n\r\n".to_owned(), 400, "bad_request"),
        (format!("GET /healthz%00 HTTP/1.1\r\n{host}\r\n"), 400, "bad_request"),
        (format!("GET /../../etc HTTP/1.1\r\n{host}\r\n"), 400, "bad_request"),
        ("GET /healthz HTTP/1.1\r\n\r\n".to_owned(), 400, "bad_request"),
        (format!("GET /healthz HTTP/1.1\r\n{host}x: {long}\r\n\r\n"), 431, "header_too_large"),
        (format!("GET /{long} HTTP/1.1\r\n{host}\r\n"), 414, "uri_too_long"),
        (format!("TRACE /healthz HTTP/1.1\r\n{host}\r\n"), 405, "method_not_allowed"),
        (format!("POST / HTTP/1.1\r\n{host}transfer-encoding: gzip\r\n\r\n"), 501, "not_supported"),
    ] {
        let shown = &bytes[..bytes.len().min(60)];
        let found = refused(nginx.http_port(), &bytes).await;
        assert_eq!((found.0, found.1.as_str()), (status, code), "{shown:?}");
    }
    let plain = format!("GET /healthz HTTP/1.1\r\n{host}\r\n");
    let found = refused(nginx.https_port(), &plain).await;
    assert_eq!((found.0, found.1.as_str()), (400, "tls_expected"));
    // Nobody asks for these by name.
    let named = send(nginx.http_port(), "GET", "/.refused/bad_request", &[], "").await.unwrap();
    assert_eq!((named.status, named.json()["error"]["code"].as_str()), (404, Some("not_found")));
}

#[tokio::test]
async fn nginx_says_that_it_lives_without_any_replica() {
    let nginx = Nginx::start(&NginxOptions::shipped(&[1]));
    let answer = send(nginx.http_port(), "GET", "/nginx-health", &[], "").await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
}
