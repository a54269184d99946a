//! Web Chat of a real gateway: what its settings and its surroundings make of it.

use std::time::{Duration, Instant};

use serde_json::json;
use support::event_stream::Tape;
use support::gateway_process::{GatewayOptions, GatewayProcess};
use support::http::send;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The head of the answer to who asks for a session by this name, from this name's own page.
async fn asked_by_name(gateway: &GatewayProcess, host: &str) -> String {
    let mut wire = TcpStream::connect(("127.0.0.1", gateway.port())).await.unwrap();
    let request = format!(
        "POST /webchat/session HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    wire.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    wire.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_gateway_for_this_machine_takes_no_page_of_a_foreign_name_for_its_own() {
    let of_this_machine = GatewayProcess::start(&GatewayOptions::default());
    let settings = "{ gateway: { bind: 'lan' } }".to_owned();
    let of_a_network = GatewayProcess::start(&GatewayOptions { settings, ..Default::default() });
    for (gateway, foreign) in [(&of_this_machine, "403"), (&of_a_network, "200")] {
        let answer = asked_by_name(gateway, &format!("localhost:{}", gateway.port())).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let answer = asked_by_name(gateway, &format!("shop.example:{}", gateway.port())).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {foreign}")), "{answer}");
    }
}

#[tokio::test]
async fn visitors_behind_a_proxy_of_the_environment_have_limits_of_their_own() {
    let environment = vec![("OPENCLAW_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned())];
    let gateway = GatewayProcess::start(&GatewayOptions { environment, ..Default::default() });
    let from = async |address: &str| {
        let headers = [("content-type", "application/json"), ("x-forwarded-for", address)];
        send(gateway.port(), "POST", "/webchat/session", &headers, "{}").await.unwrap().status
    };
    let patience = Instant::now() + Duration::from_secs(60);
    while from("203.0.113.7").await == 200 {
        assert!(Instant::now() < patience, "one address gets sessions without end");
    }
    assert_eq!(from("203.0.113.8:4711").await, 200);
}

#[tokio::test]
async fn a_gateway_that_has_nothing_to_answer_with_says_so() {
    let state = async |settings: &str| {
        let settings = settings.to_owned();
        let gateway = GatewayProcess::start(&GatewayOptions { settings, ..Default::default() });
        let headers = [("content-type", "application/json")];
        let session = send(gateway.port(), "POST", "/webchat/session", &headers, "{}").await;
        let session = session.unwrap().json();
        let token = session["token"].as_str().unwrap();
        let mut tape = Tape::open(gateway.port(), token, None).await.unwrap();
        tape.expect("hello").await.data["state"].clone()
    };
    let empty = std::env::temp_dir().join(format!("openclaw-no-skills-{}", std::process::id()));
    std::fs::create_dir_all(&empty).unwrap();
    let nothing = json!({ "skills": { "directory": empty } }).to_string();
    assert_eq!(state(&nothing).await, "degraded");
    assert_eq!(state("{}").await, "ok", "the skills answer");
    std::fs::remove_dir(&empty).unwrap();
}

#[tokio::test]
async fn the_routes_of_the_chat_stand_in_the_gateways_description() {
    let gateway = GatewayProcess::start(&GatewayOptions::default());
    let answer = send(gateway.port(), "GET", "/openapi.json", &[], "").await.unwrap();
    assert_eq!(answer.status, 200);
    let description = answer.json();
    for path in ["/webchat/session", "/webchat/messages", "/webchat/stop", "/webchat/events"] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
    assert!(description["components"]["schemas"]["ErrorBody"].is_object());
    assert_eq!(description["components"]["securitySchemes"]["session"]["scheme"], "bearer");
}
