//! What the channel says of its routes.

use serde_json::{Value, json};
use support::http::send;

use crate::stage::Stage;

const ROUTES: [(&str, &str); 8] = [
    ("/", "get"),
    ("/webchat/allowed", "get"),
    ("/webchat/assets/{set}/{name}", "get"),
    ("/webchat/events", "get"),
    ("/webchat/messages", "post"),
    ("/webchat/session", "post"),
    ("/webchat/stop", "post"),
    ("/webchat/widget.js", "get"),
];

#[tokio::test]
async fn every_route_is_described_with_what_it_takes_and_how_it_refuses() {
    let stage = Stage::new().await;
    let description = serde_json::to_value(&stage.description).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let listed = |(path, item): (&String, &Value)| -> Vec<(String, String)> {
        item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())).collect()
    };
    let mut listed: Vec<_> = paths.iter().flat_map(listed).collect();
    listed.sort();
    assert_eq!(listed, ROUTES.map(|(path, method)| (path.to_owned(), method.to_owned())));
    for (path, method) in ROUTES {
        let operation = &paths[path][method];
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 10), "{path}");
        let is_stated = |status: u16| operation["responses"][status.to_string()].is_object();
        let headers = [("content-type", "application/json")];
        let known = path.replace("{set}", "x").replace("{name}", "panel.js");
        let asked = send(stage.port, &method.to_uppercase(), &known, &headers, "[]").await.unwrap();
        assert!(is_stated(asked.status), "{path} answers {}", asked.status);
    }
    let posted = &paths["/webchat/messages"]["post"];
    let body = &posted["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/WebChatMessage");
    assert_eq!(posted["security"], json!([{ "session": [] }]));
    for status in ["401", "403", "409", "413", "415", "422", "429", "503"] {
        let schema = &posted["responses"][status]["content"]["application/json"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/ErrorBody", "{status}");
    }
}

#[tokio::test]
async fn a_schema_is_either_the_channels_own_or_the_servers_form_of_errors() {
    let stage = Stage::new().await;
    let description = serde_json::to_value(&stage.description).unwrap();
    let schemas = description["components"]["schemas"].as_object().unwrap();
    assert!(schemas.keys().all(|name| name.starts_with("WebChat")), "{:?}", schemas.keys());
    let text = description.to_string();
    let mut checked = 0;
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(name == "ErrorBody" || schemas.contains_key(name), "{name} is missing");
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}
