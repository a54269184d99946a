//! The figures, and what the log says of a request.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use conversation::StoreError;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Gateway, Log, Setup, ask, within};

#[tokio::test]
async fn requests_are_counted_by_route_method_and_status() {
    let extra = Router::new()
        .route("/only/{here}", get(|| async { "ok" }).post(|| async { StatusCode::CONFLICT }));
    let gateway = Setup { extra, ..Setup::default() }.serve().await;
    for path in ["/only/1", "/only/2", "/only/4915112345678"] {
        gateway.get(path).send().await;
    }
    ask(gateway.address, "POST", "/only/1").send().await;
    ask(gateway.address, "BREW", "/only/1").send().await;

    let page = gateway.get("/metrics").send().await;
    assert!(page.header("content-type").starts_with("text/plain; version=0.0.4"));
    let counts: Vec<_> = page.text().lines().filter(|line| line.contains("/only/")).collect();
    for line in [
        r#"openclaw_http_requests_total{route="/only/{here}",method="GET",status="200"} 3"#,
        r#"openclaw_http_requests_total{route="/only/{here}",method="POST",status="409"} 1"#,
        r#"openclaw_http_requests_total{route="/only/{here}",method="other",status="405"} 1"#,
        r#"openclaw_http_request_duration_seconds_count{route="/only/{here}"} 5"#,
    ] {
        assert!(counts.contains(&line), "{line} is not among {counts:#?}");
    }
    assert!(!page.text().contains("4915112345678"));
}

#[tokio::test]
async fn a_request_whose_caller_went_away_is_counted_too() {
    let extra = Router::new().route("/without/end", get(std::future::pending::<&str>));
    let gateway = Setup { extra, ..Setup::default() }.serve().await;
    let mut wire = TcpStream::connect(gateway.address).await.unwrap();
    wire.write_all(b"GET /without/end HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    drop(wire);
    let line =
        r#"openclaw_http_requests_total{route="/without/end",method="GET",status="aborted"} 1"#;
    within(async { while !gateway.get("/metrics").send().await.text().contains(line) {} }).await;
}

#[tokio::test]
async fn messages_are_counted_by_what_became_of_them() {
    let gateway = Gateway::start().await;
    let body = json!({ "channel": "c", "user_id": "u", "message": "m", "message_id": "k" });
    let other = json!({ "channel": "c", "user_id": "u", "message": "n", "message_id": "k" });
    for body in [&body, &body, &other] {
        gateway.message(body).header("prefer", "wait=0").send().await;
    }
    gateway.store.fail(Some(StoreError::Full));
    assert_eq!(gateway.message(&body).send().await.status, 503);
    let page = gateway.get("/metrics").send().await;
    for outcome in ["new", "duplicate", "conflict", "full"] {
        let line =
            format!(r#"openclaw_messages_accepted_total{{channel="api",outcome="{outcome}"}}"#);
        assert!(page.text().contains(&line), "{line} is missing");
    }
}

#[tokio::test]
async fn every_log_line_of_a_request_names_it_and_none_names_a_person() {
    let setup = Setup { auth: http_api::ApiAuth::Token("s3cret".into()), ..Setup::default() };
    let gateway = setup.serve().await;
    gateway.answerer().echo_for_ever();
    let body = json!({
        "channel": "shop", "user_id": "+4915112345678", "message": "my private words",
        "message_id": "private-key", "user_name": "Erika", "language": "de",
    });
    let answer = gateway.message(&body).header("authorization", "Bearer s3cret").send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let path = "/api/v1/conversations/shop/+4915112345678";
    let erased = ask(gateway.address, "DELETE", path).header("authorization", "Bearer s3cret");
    let erased = erased.send().await;
    let probe = gateway.get("/healthz").send().await;

    let text = Log::shared().text();
    for answer in [&answer, &erased, &probe] {
        let id = answer.header("x-request-id");
        let line = text.lines().find(|line| line.contains(id) && line.contains("request ended"));
        assert!(line.is_some_and(|line| line.contains("status=\"200\"")), "{id}: {text}");
    }
    assert!(text.contains("route=\"/api/v1/message\"") && text.contains("method=\"POST\""));
    assert!(text.contains("a conversation was erased") && text.contains("conversation=api:#"));
    for private in ["4915112345678", "private", "Erika", "s3cret", "echo"] {
        assert!(!text.contains(private), "{private} is in the log: {text}");
    }
}
