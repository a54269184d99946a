//! Requests that are wrong, and the sentence that each of them gets.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::{Value, json};

use crate::support::{Answer, Gateway, Setup, ask, question};

async fn post(gateway: &Gateway, content_type: &str, body: impl Into<bytes::Bytes>) -> Answer {
    let request = ask(gateway.address, "POST", "/api/v1/message");
    request.header("content-type", content_type).body(body).send().await
}

#[tokio::test]
async fn what_is_not_json_is_refused_with_the_place() {
    let gateway = Gateway::start().await;
    let refused = post(&gateway, "application/json", "{\n  \"channel\": oops\n}").await;
    refused.assert_error(400, "not_json", &["line 2", "column", "`message`"]);
    for (body, says) in [
        (&b""[..], "EOF"),
        (b"hello", "line 1"),
        (b"{\"channel\":\"a\"", "EOF"),
        (b"{\"message\":\"\\ud800\"}", "line 1"),
        (b"{\"message\":\"\xff\"}", "line 1"),
        (b"{\"message\":\"x\"} trailing", "trailing"),
        (b"[\"shop\", \"u1\", ", "EOF"),
    ] {
        post(&gateway, "application/json", body).await.assert_error(400, "not_json", &[says]);
    }
}

#[tokio::test]
async fn json_that_is_no_object_is_refused() {
    let gateway = Gateway::start().await;
    for body in [
        "7",
        "null",
        "\"text\"",
        "[[1]]",
        "[\"shop\", \"u1\", \"hi\"]",
        "{\"message\":\"a\",\"message\":\"b\"}",
    ] {
        let refused = post(&gateway, "application/json", body).await;
        refused.assert_error(422, "invalid_request", &["JSON object", "line 1"]);
    }
}

#[tokio::test]
async fn a_wrong_field_is_named_with_its_limit_and_what_was_found() {
    let gateway = Gateway::start().await;
    let long = "ä".repeat(16_001);
    let cases: &[(&str, Value, &[&str])] = &[
        ("channel", Value::Null, &["`channel` is missing", "1 to 32"]),
        ("channel", json!(""), &["`channel` is empty"]),
        ("channel", json!("  "), &["`channel` is empty"]),
        ("message", json!("\u{200b}\u{feff} \u{2060}"), &["`message` is empty"]),
        ("message", json!("\u{3164}\u{2800}\u{fe0f}"), &["`message` is empty"]),
        ("user_id", json!("\u{200b}"), &["`user_id` is empty"]),
        ("channel", json!(7), &["`channel` must be a string", "a number"]),
        ("channel", json!("Shop"), &["a-z", "'S'"]),
        ("channel", json!("a/b"), &["'/'"]),
        ("channel", json!("a".repeat(33)), &["1 to 32", "33"]),
        ("user_id", Value::Null, &["`user_id` is missing", "1 to 256"]),
        ("user_id", json!(" "), &["`user_id` is empty"]),
        ("user_id", json!(["u"]), &["a list"]),
        ("user_id", json!("u".repeat(257)), &["1 to 256", "257"]),
        ("user_id", json!("€".repeat(200)), &["479 bytes", "600"]),
        ("user_id", json!("a\u{0}b"), &["control characters"]),
        ("message", Value::Null, &["`message` is missing", "1 to 16000"]),
        ("message", json!(" \n\t"), &["`message` is empty", "1 to 16000"]),
        ("message", json!({}), &["an object"]),
        ("message", json!(long), &["1 to 16000", "16001"]),
        ("message_id", json!(""), &["`message_id`", "1 to 200"]),
        ("message_id", json!(12), &["`message_id` must be a string", "a number"]),
        ("message_id", json!("m".repeat(201)), &["1 to 200", "201"]),
        ("message_id", json!("a b"), &["visible ASCII"]),
        ("user_name", json!("n".repeat(129)), &["128", "129"]),
        ("user_name", json!("a\nb"), &["control characters"]),
        ("language", json!("d e"), &["IETF"]),
        ("language", json!(true), &["a boolean"]),
        ("stream", json!("yes"), &["`stream`", "true or false"]),
    ];
    for (field, value, says) in cases {
        let mut body = question();
        body[field] = value.clone();
        let refused = gateway.message(&body).send().await;
        refused.assert_error(422, "invalid_request", says);
    }
}

#[tokio::test]
async fn all_problems_of_a_body_are_told_at_once() {
    let gateway = Gateway::start().await;
    let refused = gateway.message(&json!({ "channel": "A", "message": "" })).send().await;
    let says = ["`channel` must be", "`user_id` is missing", "`message` is empty"];
    refused.assert_error(422, "invalid_request", &says);
}

#[tokio::test]
async fn the_longest_values_are_taken() {
    let gateway = Gateway::start().await;
    let body = json!({
        "channel": "a".repeat(32), "user_id": "u".repeat(256), "message": "ä".repeat(16_000),
        "message_id": "m".repeat(200), "user_name": "n".repeat(128), "language": null,
    });
    let taken = gateway.message(&body).header("prefer", "wait=0").send().await;
    assert_eq!(taken.status, 202, "{}", taken.text());
}

#[tokio::test]
async fn a_wrong_content_type_is_refused_with_the_right_one() {
    let gateway = Gateway::start().await;
    let body = question().to_string();
    let none = ask(gateway.address, "POST", "/api/v1/message").body(body.clone()).send().await;
    none.assert_error(415, "unsupported_media_type", &["application/json", "no Content-Type"]);
    for found in ["application/x-www-form-urlencoded", "text/plain; charset=utf-8", "json"] {
        let essence = found.split(';').next().unwrap();
        let refused = post(&gateway, found, body.clone()).await;
        refused.assert_error(415, "unsupported_media_type", &["application/json", essence]);
    }
    for taken in ["Application/JSON; charset=utf-8", "application/vnd.shop+json"] {
        assert_eq!(post(&gateway, taken, "{}").await.status, 422);
    }
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_its_header() {
    let gateway = Gateway::start().await;
    let encoded = async |encoding: &str| {
        gateway
            .message(&question())
            .header("content-encoding", encoding)
            .header("prefer", "wait=0")
            .send()
            .await
    };
    let refused = encoded("gzip").await;
    refused.assert_error(415, "unsupported_media_type", &["Content-Encoding", "compression"]);
    assert_ne!(encoded("identity").await.status, 415);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_the_limit() {
    let gateway = Gateway::start().await;
    let limit = 256 * 1024;
    let refused = post(&gateway, "application/json", vec![b' '; limit + 1]).await;
    refused.assert_error(413, "body_too_large", &["262144", "262145"]);
    let refused = post(&gateway, "application/json", vec![b' '; 3 * 1024 * 1024]).await;
    refused.assert_error(413, "body_too_large", &["262144"]);
    // Up to the limit it is read, and found to be something else.
    assert_eq!(post(&gateway, "application/json", vec![b' '; limit]).await.status, 400);
}

#[tokio::test]
async fn an_unknown_route_is_not_found() {
    let gateway = Gateway::start().await;
    for path in ["/api/v1/nothing", "/healthz/", "/api/v1/message/", "//", "/index.php?a=b"] {
        let refused = gateway.get(path).send().await;
        refused.assert_error(404, "unknown_route", &["/openapi.json"]);
    }
    for method in ["POST", "OPTIONS", "PUT", "BREW"] {
        let refused = ask(gateway.address, method, "/nothing").send().await;
        refused.assert_error(404, "unknown_route", &["/nothing"]);
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_with_the_right_ones() {
    let gateway = Gateway::start().await;
    for (method, path, allow) in [
        ("GET", "/api/v1/message", "POST"),
        ("OPTIONS", "/api/v1/message", "POST"),
        ("BREW", "/api/v1/message", "POST"),
        ("PUT", "/api/v1/conversations/a/b", "GET,HEAD,DELETE"),
        ("POST", "/healthz", "GET,HEAD"),
        ("DELETE", "/favicon.ico", "GET,HEAD"),
        ("GET", "/api/v1/channels/chat/conversations/a/takeover", "POST"),
        ("PUT", "/api/v1/channels/chat/conversations/a", "GET,HEAD,DELETE"),
    ] {
        let refused = ask(gateway.address, method, path).send().await;
        refused.assert_error(405, "method_not_allowed", &[method, "Allow"]);
        assert_eq!(refused.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn an_error_of_a_head_request_has_no_body() {
    let gateway = Gateway::start().await;
    for (path, status) in [("/nothing", 404), ("/api/v1/message", 405)] {
        let refused = ask(gateway.address, "HEAD", path).send().await;
        assert_eq!((refused.status, refused.body.len()), (status, 0));
        assert!(!refused.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn errors_of_other_routes_and_panics_get_the_same_shape() {
    async fn panics() -> StatusCode {
        panic!("with a secret")
    }
    let extra = Router::new()
        .route("/hook", get(|| async { (StatusCode::FORBIDDEN, "plain text") }))
        .route("/teapot", get(|| async { StatusCode::IM_A_TEAPOT }))
        .route("/panic", get(panics));
    let gateway = Setup { extra, ..Setup::default() }.serve().await;
    gateway.get("/hook").send().await.assert_error(403, "forbidden", &[]);
    gateway.get("/teapot").send().await.assert_error(418, "refused", &[]);
    let refused = ask(gateway.address, "POST", "/hook").send().await;
    refused.assert_error(405, "method_not_allowed", &["POST"]);
    let broken = gateway.get("/panic").send().await;
    broken.assert_error(500, "internal", &["request_id"]);
    assert!(!broken.text().contains("secret"));
}
