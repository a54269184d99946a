//! Which pages may use the chat.

use serde_json::json;
use support::http::send;

use crate::stage::Stage;

const OWN: &str = "http://localhost";
const SHOP: &str = "https://shop.example";
const EVIL: &str = "https://evil.example";

#[tokio::test]
async fn allowed_pages_may_read_the_answer_and_others_get_none() {
    let stage = Stage::new().await;
    for origin in [OWN, SHOP] {
        let answer = stage.post("/webchat/session", &[("origin", origin)], &json!({})).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"));
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
    for origin in [EVIL, "null", "http://shop.example", "https://shop.example.evil.example"] {
        let answer = stage.post("/webchat/session", &[("origin", origin)], &json!({})).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert_eq!(answer.json()["error"]["code"], "origin_not_allowed");
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn a_token_is_worth_nothing_on_another_sites_page() {
    let stage = Stage::new().await;
    let bearer = format!("Bearer {}", stage.visitor().await);
    for (method, path) in
        [("POST", "/webchat/messages"), ("POST", "/webchat/stop"), ("GET", "/webchat/events")]
    {
        let headers = [
            ("authorization", bearer.as_str()),
            ("origin", EVIL),
            ("content-type", "application/json"),
        ];
        let body = json!({ "id": "a", "text": "Hello" }).to_string();
        let answer = send(stage.port, method, path, &headers, &body).await.unwrap();
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_page_is_told_in_advance_what_it_may_ask() {
    let stage = Stage::new().await;
    for path in ["session", "messages", "stop", "events"] {
        let path = format!("/webchat/{path}");
        let ask = async |origin: &str| {
            send(stage.port, "OPTIONS", &path, &[("origin", origin)], "").await.unwrap()
        };
        let answer = ask(SHOP).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP));
        assert_eq!(answer.header("access-control-max-age"), Some("600"));
        let headers = answer.header("access-control-allow-headers").unwrap();
        for name in ["Authorization", "Content-Type", "Last-Event-ID"] {
            assert!(headers.contains(name), "{headers}");
        }
        assert_eq!(ask(EVIL).await.status, 403);
    }
}

#[tokio::test]
async fn refusals_too_may_be_read_by_the_page() {
    let stage = Stage::new().await;
    let answer = stage.post("/webchat/messages", &[("origin", SHOP)], &json!({})).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP));
}

#[tokio::test]
async fn every_page_may_ask_whether_it_is_allowed_and_hears_of_itself_only() {
    let stage = Stage::new().await;
    for (origin, allowed) in
        [(OWN, true), (SHOP, true), (EVIL, false), ("null", false), ("http://shop.example", false)]
    {
        let headers = [("origin", origin)];
        let answer = send(stage.port, "GET", "/webchat/allowed", &headers, "").await.unwrap();
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({ "allowed": allowed })),
            "{origin}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}
