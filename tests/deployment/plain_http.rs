//! What port 80 does.

use support::http::send;
use support::nginx::{Nginx, NginxOptions};

use crate::upstream::{Does, Upstream};

async fn asked(nginx: &Nginx, method: &str, path: &str) -> (u16, Option<String>) {
    let answer = send(nginx.http_port(), method, path, &[], "").await.unwrap();
    (answer.status, answer.header("location").map(str::to_owned))
}

#[tokio::test]
async fn as_shipped_port_80_redirects_all_but_health() {
    let upstream = Upstream::start(Does::answers("200 OK", "ok")).await;
    let nginx = Nginx::start(&NginxOptions::shipped(&[upstream.port()]));
    for path in ["/healthz", "/readyz", "/livez", "/nginx-health"] {
        assert_eq!(asked(&nginx, "GET", path).await, (200, None), "{path}");
    }
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/webchat/x?y=1"),
        ("POST", "/api/v1/message"),
        ("POST", "/webhooks/telegram"),
    ] {
        let expected = (308, Some(format!("https://localhost{path}")));
        assert_eq!(asked(&nginx, method, path).await, expected);
    }
}

#[tokio::test]
async fn browsers_are_sent_to_the_port_that_was_named() {
    let nginx = Nginx::start(&NginxOptions::shipped(&[1]).with("NGINX_HTTPS_PORT", "8443"));
    let expected = (308, Some("https://localhost:8443/".to_owned()));
    assert_eq!(asked(&nginx, "GET", "/").await, expected);
}

#[tokio::test]
async fn webhooks_are_served_on_port_80_where_that_is_switched_on() {
    let upstream = Upstream::start(Does::answers("200 OK", "ok")).await;
    let options = NginxOptions::shipped(&[upstream.port()]).with("NGINX_PLAIN_HTTP", "webhooks");
    let nginx = Nginx::start(&options);
    assert_eq!(asked(&nginx, "POST", "/webhooks/whatsapp").await.0, 200);
    assert_eq!(asked(&nginx, "POST", "/api/v1/message").await.0, 308);
    assert_eq!(asked(&nginx, "GET", "/").await.0, 308);
}

#[tokio::test]
async fn all_is_served_on_port_80_where_tls_ends_in_front() {
    let upstream = Upstream::start(Does::answers("200 OK", "ok")).await;
    let options = NginxOptions::shipped(&[upstream.port()]).with("NGINX_PLAIN_HTTP", "all");
    let nginx = Nginx::start(&options);
    for path in ["/", "/api/v1/message", "/webhooks/whatsapp"] {
        assert_eq!(asked(&nginx, "POST", path).await, (200, None), "{path}");
    }
}
