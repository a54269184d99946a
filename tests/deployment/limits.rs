//! How much one client may send.

use support::http::{Answer, send};
use support::nginx::{Nginx, NginxOptions};

use crate::upstream::{Does, Upstream};

/// An nginx that lets one request through and one more in a burst, each minute, on every way.
async fn strict() -> (Upstream, Nginx) {
    let upstream = Upstream::start(Does::answers("200 OK", "ok")).await;
    let mut options = NginxOptions::shipped(&[upstream.port()]).with("NGINX_PLAIN_HTTP", "all");
    for zone in ["API", "CHAT", "WEBHOOK"] {
        options = options
            .with(&format!("NGINX_{zone}_RATE"), "1r/m")
            .with(&format!("NGINX_{zone}_BURST"), "1");
    }
    let nginx = Nginx::start(&options);
    (upstream, nginx)
}

async fn ask(nginx: &Nginx, path: &str) -> Answer {
    send(nginx.http_port(), "POST", path, &[], "{}").await.unwrap()
}

#[tokio::test]
async fn too_many_requests_of_one_client_are_a_429_in_our_shape() {
    let (upstream, nginx) = strict().await;
    for path in ["/api/v1/message", "/webchat/messages", "/webhooks/telegram"] {
        assert_eq!(ask(&nginx, path).await.status, 200, "{path}");
        assert_eq!(ask(&nginx, path).await.status, 200, "{path}");
        let refused = ask(&nginx, path).await;
        assert_eq!(refused.status, 429, "{path}");
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(refused.header("content-type"), Some("application/json"));
        let error = &refused.json()["error"];
        assert_eq!(error["code"], "too_many_requests");
        assert_eq!(error["request_id"].as_str(), refused.header("x-request-id"));
    }
    assert_eq!(upstream.seen().len(), 6);
}

#[tokio::test]
async fn health_is_never_refused() {
    let (_upstream, nginx) = strict().await;
    for _ in 0..20 {
        let answer = send(nginx.http_port(), "GET", "/healthz", &[], "").await.unwrap();
        assert_eq!(answer.status, 200);
    }
}

/// A provider sends what all its customers write from few addresses.
#[test]
fn as_shipped_webhooks_may_send_more_than_the_api_and_it_more_than_the_chat() {
    let path = support::gateway_process::workspace_root().join("nginx/nginx.conf");
    let text = std::fs::read_to_string(path).unwrap();
    let rate = |zone: &str| -> u32 {
        let (_, rest) = text.split_once(&format!("zone={zone}:10m rate=")).unwrap();
        rest.split_once("r/s").unwrap().0.parse().unwrap()
    };
    assert!(rate("webhooks") > rate("api") && rate("api") > rate("chat"));
}
