//! The description of the API.

use std::sync::Arc;

use http_api::Description;
use serde_json::Value;

use crate::support::{Gateway, Setup, ask};

/// What is served, and by which methods.
const ROUTES: [(&str, &[&str]); 16] = [
    ("/api/v1/channels/{channel}/conversations/{key}", &["delete", "get"]),
    ("/api/v1/channels/{channel}/conversations/{key}/resume", &["post"]),
    ("/api/v1/channels/{channel}/conversations/{key}/say", &["post"]),
    ("/api/v1/channels/{channel}/conversations/{key}/takeover", &["post"]),
    ("/api/v1/conversations/{channel}/{user_id}", &["delete", "get"]),
    ("/api/v1/dead-letters", &["get"]),
    ("/api/v1/dead-letters/{id}/retry", &["post"]),
    ("/api/v1/message", &["post"]),
    ("/api/v1/messages/{id}", &["get"]),
    ("/favicon.ico", &["get"]),
    ("/healthz", &["get", "head"]),
    ("/livez", &["get", "head"]),
    ("/metrics", &["get"]),
    ("/openapi.json", &["get"]),
    ("/readyz", &["get", "head"]),
    ("/status", &["get"]),
];

async fn description(gateway: &Gateway) -> Value {
    let answer = gateway.get("/openapi.json").send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    answer.json()
}

#[tokio::test]
async fn the_description_lists_exactly_the_routes_that_are_served() {
    let gateway = Gateway::start().await;
    let description = description(&gateway).await;
    let paths = description["paths"].as_object().unwrap();
    let listed: Vec<_> = paths
        .iter()
        .map(|(path, item)| {
            let mut methods: Vec<_> =
                item.as_object().unwrap().keys().map(String::as_str).collect();
            methods.sort_unstable();
            (path.as_str(), methods)
        })
        .collect();
    let expected: Vec<_> = ROUTES.iter().map(|(path, methods)| (*path, methods.to_vec())).collect();
    let mut sorted = listed.clone();
    sorted.sort();
    assert_eq!(sorted, expected);

    for (path, methods) in listed {
        let path = path.replace("{channel}", "c").replace("{user_id}", "u").replace("{id}", "i");
        let path = path.replace("{key}", "k");
        for method in ["get", "head", "post", "put", "patch", "delete", "options", "trace"] {
            let answer = ask(gateway.address, &method.to_uppercase(), &path).send().await;
            let described =
                methods.contains(&method) || method == "head" && methods.contains(&"get");
            assert_eq!(answer.status == 405, !described, "{method} {path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn the_description_says_what_is_needed_to_use_the_api() {
    let gateway = Gateway::start().await;
    let description = description(&gateway).await;
    assert!(description["openapi"].as_str().unwrap().starts_with("3."));
    assert_eq!(description["info"]["version"], "1.2.3");
    let scheme = &description["components"]["securitySchemes"]["token"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&"http".into(), &"bearer".into()));

    let message = &description["components"]["schemas"]["NewMessage"];
    assert_eq!(message["required"], serde_json::json!(["channel", "user_id", "message"]));
    assert_eq!(message["properties"]["channel"]["maxLength"], 32);
    assert_eq!(message["properties"]["message"]["maxLength"], 16_000);
    let references = description.to_string();
    let mut checked = 0;
    for part in references.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(description["components"]["schemas"][name].is_object(), "{name} is missing");
        checked += 1;
    }
    assert!(checked > 10);
}

#[tokio::test]
async fn what_further_routes_say_of_themselves_stands_in_the_description() {
    let described = serde_json::json!({
        "openapi": "3.1.0",
        "info": { "title": "further", "version": "0" },
        "paths": { "/further": { "get": { "responses": {} } } },
        "components": { "schemas": { "Further": { "type": "string" } },
            "securitySchemes": { "further": { "type": "http", "scheme": "bearer" } } },
    });
    let described: Description =
        Arc::new(move || serde_json::from_value(described.clone()).unwrap());
    let gateway = Setup { described: vec![described], ..Setup::default() }.serve().await;
    let description = description(&gateway).await;
    assert!(description["paths"]["/further"]["get"].is_object());
    assert!(description["paths"]["/api/v1/message"].is_object());
    let components = &description["components"];
    assert_eq!(components["schemas"]["Further"]["type"], "string");
    let schemes = &components["securitySchemes"];
    assert!(schemes["token"].is_object() && schemes["further"].is_object());
}

#[tokio::test]
async fn every_answer_is_named_kept_out_of_caches_and_not_guessed_at() {
    let gateway = Gateway::start().await;
    for path in ["/healthz", "/api/v1/dead-letters", "/nothing", "/metrics", "/openapi.json"] {
        let answer = gateway.get(path).send().await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
}
