//! Who may use the API, and which routes everyone may use.

use http_api::ApiAuth;
use serde_json::json;

use crate::support::{Gateway, Setup, ask, question};

async fn gateway(auth: ApiAuth) -> Gateway {
    let gateway = Setup { auth, ..Setup::default() }.serve().await;
    gateway.answerer().echo_for_ever();
    gateway
}

fn token() -> ApiAuth {
    ApiAuth::Token("s3cret".into())
}

#[tokio::test]
async fn the_token_opens_the_api() {
    let gateway = gateway(token()).await;
    for value in ["Bearer s3cret", "bearer s3cret", "BEARER  s3cret"] {
        let answer = gateway.message(&question()).header("authorization", value).send().await;
        assert_eq!(answer.status, 200, "{value}");
    }
}

#[tokio::test]
async fn without_the_token_the_api_stays_closed() {
    let gateway = gateway(token()).await;
    let refused = gateway.message(&question()).send().await;
    refused.assert_error(401, "token_missing", &["Authorization: Bearer"]);
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"openclaw\"");
    for value in ["Bearer", "Bearer ", "Basic czNjcmV0", "s3cret"] {
        let refused = gateway.message(&question()).header("authorization", value).send().await;
        refused.assert_error(401, "token_missing", &[]);
    }
    for value in ["Bearer s3cre", "Bearer s3cret2", "Bearer S3CRET"] {
        let refused = gateway.message(&question()).header("authorization", value).send().await;
        refused.assert_error(401, "token_wrong", &["OPENCLAW_GATEWAY_TOKEN"]);
        assert!(refused.header("www-authenticate").contains("invalid_token"));
    }
    assert_eq!(gateway.vitals.accepted_total(), 0);
}

#[tokio::test]
async fn a_gateway_without_a_token_that_can_be_reached_says_how_to_set_one() {
    let gateway = gateway(ApiAuth::Locked).await;
    let refused = gateway.message(&question()).header("authorization", "Bearer x").send().await;
    refused.assert_error(401, "token_not_set", &["OPENCLAW_GATEWAY_TOKEN", "gateway.auth.token"]);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn without_a_token_a_page_that_took_over_a_name_is_refused_and_this_machine_is_not() {
    let open = gateway(ApiAuth::Open).await;
    let refused = open.message(&question()).host("evil.example:18789").send().await;
    refused.assert_error(403, "foreign_host", &["localhost", "OPENCLAW_GATEWAY_TOKEN"]);
    assert_eq!(open.vitals.accepted_total(), 0);
    for host in ["localhost:18789", "shop.localhost", "127.0.0.1:18789", "[::1]:18789"] {
        assert_eq!(open.message(&question()).host(host).send().await.status, 200, "{host}");
    }
    assert_eq!(open.get("/healthz").host("gateway.internal").send().await.status, 200);

    let guarded = gateway(token()).await;
    let answer = guarded.message(&question()).host("shop.example");
    assert_eq!(answer.header("authorization", "Bearer s3cret").send().await.status, 200);
}

#[tokio::test]
async fn every_route_of_the_api_asks_for_the_token() {
    let gateway = gateway(token()).await;
    let description = gateway.get("/openapi.json").send().await.json();
    let mut checked = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let filled =
                path.replace("{channel}", "c").replace("{user_id}", "u").replace("{id}", "i");
            let status =
                ask(gateway.address, &method, &filled).json(&json!({})).send().await.status;
            let guarded = path.starts_with("/api/") || path == "/status";
            assert_eq!(status == 401, guarded, "{method} {path} answered {status}");
            checked += usize::from(guarded);
        }
    }
    assert_eq!(checked, 12);
}

#[tokio::test]
async fn health_figures_page_and_webhooks_need_no_token() {
    let extra = axum::Router::new().route("/webhooks/x", axum::routing::post(|| async { "ok" }));
    let gateway = Setup { auth: ApiAuth::Locked, extra, ..Setup::default() }.serve().await;
    for path in ["/healthz", "/livez", "/readyz", "/metrics", "/favicon.ico", "/openapi.json"] {
        assert_eq!(gateway.get(path).send().await.status, 200, "{path}");
    }
    assert_eq!(ask(gateway.address, "POST", "/webhooks/x").send().await.text(), "ok");
}
