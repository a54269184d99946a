//! nginx's access log.

use support::http::send;
use support::nginx::{Nginx, NginxOptions};

use crate::upstream::{Does, Upstream};

#[tokio::test]
async fn the_log_has_upstream_and_timings_and_nothing_of_what_was_said() {
    let dying = Upstream::start(Does::Dies).await;
    let living = Upstream::start(Does::answers("200 OK", "secret-reply")).await;
    let nginx = Nginx::start(&NginxOptions::unlimited(&[dying.port(), living.port()]));
    let headers = [
        ("authorization", "Bearer secret-token"),
        ("idempotency-key", "secret-key"),
        ("referer", "https://secret.example"),
        ("user-agent", "secret-agent"),
    ];
    let paths = [
        "/api/v1/message",
        "/webhooks/whatsapp?hub.verify_token=secret-query",
        "/api/v1/conversations/whatsapp/secret-customer",
        "/api/v1/messages/secret-id",
        "/webchat/secret-with-%22quotes%22",
    ];
    for path in paths {
        send(nginx.http_port(), "POST", path, &headers, "secret-message").await.unwrap();
    }
    let log = loop {
        let log = nginx.access_log();
        if log.len() == paths.len() {
            break log;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    let text = nginx.access_log_text();
    assert!(!text.contains("secret"), "{text}");
    let errors = nginx.printed();
    assert!(!errors.contains("secret"), "{errors}");
    let mut shown: Vec<&str> = log.iter().map(|line| line["path"].as_str().unwrap()).collect();
    // nginx's workers write each for itself.
    shown.sort_unstable();
    assert_eq!(
        shown,
        [
            "/...",
            "/api/v1/conversations/...",
            "/api/v1/message",
            "/api/v1/messages/...",
            "/webhooks/whatsapp",
        ]
    );
    let retried = log
        .iter()
        .find(|line| line["upstream_status"].as_str().unwrap().contains(", "))
        .expect("a request that was sent twice");
    assert_eq!(retried["status"], 200);
    assert_eq!(
        retried["upstream"],
        format!("127.0.0.1:{}, 127.0.0.1:{}", dying.port(), living.port())
    );
    assert!(retried["seconds"].is_number());
    for field in ["upstream_connect_seconds", "upstream_header_seconds", "upstream_seconds"] {
        let last = retried[field].as_str().unwrap().rsplit(", ").next().unwrap();
        assert!(last.parse::<f64>().is_ok(), "{field}: {last}");
    }
    let id = living.seen()[0].header("x-request-id").unwrap().to_owned();
    assert!(log.iter().any(|line| line["request_id"] == id.as_str()));
}
