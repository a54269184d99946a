//! The health routes.

use http_api::{Models, OllamaLink, Phase, Providers, Room, StoreLink};
use serde_json::json;

use crate::support::{Answer, Gateway, Log, Setup, ask};

#[tokio::test]
async fn healthz_has_exactly_the_documented_shape() {
    let gateway = Gateway::start().await;
    gateway.vitals.set_store(StoreLink::Connected);
    gateway.vitals.set_ollama(OllamaLink::Connected);
    let answer = gateway.get("/healthz").send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let uptime = answer.json()["uptime"].as_u64().unwrap();
    let expected = format!(
        r#"{{"status":"ok","uptime":{uptime},"version":"1.2.3","redis":"connected","ollama":"connected"}}"#
    );
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn healthz_answers_head_with_the_same_headers_and_no_body() {
    let gateway = Gateway::start().await;
    let get = gateway.get("/healthz").send().await;
    let head = ask(gateway.address, "HEAD", "/healthz").send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.header("content-type"), get.header("content-type"));
}

#[tokio::test]
async fn trouble_with_models_is_degraded_and_a_lost_store_is_unavailable() {
    let gateway = Gateway::start().await;
    let health = async || {
        let answer = gateway.get("/healthz").send().await;
        let body = answer.json();
        (answer.status, [&body["status"], &body["redis"], &body["ollama"]].map(Clone::clone))
    };
    assert_eq!(health().await, (200, [json!("ok"), json!("embedded"), json!("not configured")]));
    gateway.vitals.set_models(Models::Troubled);
    assert_eq!(health().await.1[0], "degraded");
    gateway.vitals.set_models(Models::Well);
    gateway.vitals.set_ollama(OllamaLink::Disconnected);
    assert_eq!(
        health().await,
        (200, [json!("degraded"), json!("embedded"), json!("disconnected")])
    );
    gateway.vitals.set_store(StoreLink::Disconnected);
    assert_eq!(
        health().await,
        (503, [json!("unavailable"), json!("disconnected"), json!("disconnected")])
    );
}

#[tokio::test]
async fn readyz_says_why_the_replica_is_not_ready_and_livez_does_not_care() {
    let gateway = Gateway::start().await;
    let ready = async || {
        let answer = gateway.get("/readyz").send().await;
        let reason = answer.json()["reason"].as_str().unwrap_or_default().to_owned();
        assert_eq!(gateway.get("/livez").send().await.text(), "ok");
        (answer.status, reason)
    };
    assert_eq!(ready().await, (200, String::new()));
    gateway.vitals.set_models(Models::Troubled);
    assert_eq!(ready().await.0, 200, "models never make a replica unready");
    gateway.vitals.set_phase(Phase::Starting);
    assert_eq!(ready().await, (503, "it is still starting".into()));
    gateway.vitals.set_phase(Phase::Draining);
    assert_eq!(ready().await, (503, "it is draining and will end".into()));
    gateway.vitals.set_phase(Phase::Ready);
    gateway.vitals.set_store(StoreLink::Disconnected);
    assert_eq!(ready().await, (503, "its store can't be reached".into()));
}

#[tokio::test]
async fn a_probes_log_line_names_its_request() {
    let gateway = Gateway::start().await;
    for (method, path) in [("GET", "/healthz"), ("HEAD", "/livez"), ("PUT", "/readyz")] {
        let answer = ask(gateway.address, method, path).send().await;
        let (id, log) = (answer.header("x-request-id"), Log::shared().text());
        let line =
            log.lines().find(|line| line.contains(id)).expect("a line with the request's id");
        for expected in ["DEBUG", method, path, &answer.status.to_string()] {
            assert!(line.contains(expected), "{expected} is missing in {line}");
        }
    }
}

/// What an answer's header says, but for what differs with every answer.
fn lasting(answer: &Answer) -> Vec<(String, String)> {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "date" && *name != "x-request-id")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    headers
}

#[tokio::test]
async fn the_short_way_of_a_plain_get_gives_the_same_header_as_the_way_through_the_router() {
    let gateway = Gateway::start().await;
    for phase in [Phase::Ready, Phase::Draining] {
        gateway.vitals.set_phase(phase);
        for path in ["/healthz", "/livez", "/readyz"] {
            let get = gateway.get(path).send().await;
            let head = ask(gateway.address, "HEAD", path).send().await;
            assert_eq!((get.status, lasting(&get)), (head.status, lasting(&head)), "{path}");
            let closes = lasting(&get).contains(&("connection".to_owned(), "close".to_owned()));
            assert_eq!(closes, phase == Phase::Draining, "{path}");
        }
    }
}

#[tokio::test]
async fn nothing_of_a_requests_header_comes_back_in_the_answers() {
    let gateway = Gateway::start().await;
    let plain = gateway.get("/healthz").send().await;
    let mut asked = gateway.get("/healthz?from=here").header("content-type", "text/evil");
    for name in ["cookie", "authorization", "x-anything", "cache-control", "accept"] {
        asked = asked.header(name, "secret");
    }
    assert_eq!(lasting(&asked.send().await), lasting(&plain));
}

#[tokio::test]
async fn a_probe_with_any_method_takes_over_the_name_that_a_trusted_proxy_gave_it() {
    let trusting = Setup { trusted_proxies: vec!["127.0.0.1/32"], ..Setup::default() };
    let (trusting, wary) = (trusting.serve().await, Gateway::start().await);
    for method in ["GET", "HEAD", "PUT"] {
        let name = async |gateway: &Gateway| {
            let asked = ask(gateway.address, method, "/readyz").header("x-request-id", "abc-1");
            asked.send().await.header("x-request-id").to_owned()
        };
        assert_eq!(name(&trusting).await, "abc-1", "{method}");
        assert_ne!(name(&wary).await, "abc-1", "{method}");
    }
}

#[tokio::test]
async fn a_refused_token_of_a_channel_is_degraded_and_ready_and_says_so() {
    let gateway = Gateway::start().await;
    gateway.vitals.set_providers(Providers::Refusing);
    let answer = gateway.get("/healthz").send().await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("degraded")));
    let reason = answer.json()["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("refuses this gateway's token"), "{reason}");
    assert_eq!(gateway.get("/readyz").send().await.status, 200);
    gateway.vitals.set_providers(Providers::Well);
    let answer = gateway.get("/healthz").send().await.json();
    assert_eq!((&answer["status"], answer.get("reason")), (&json!("ok"), None));
}

#[tokio::test]
async fn a_full_store_is_degraded_and_ready_and_says_that_messages_are_refused() {
    let gateway = Gateway::start().await;
    gateway.vitals.set_room(Room::None);
    let answer = gateway.get("/healthz").send().await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("degraded")));
    let reason = answer.json()["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("store is full") && reason.contains("refused"), "{reason}");
    // All replicas share the store: taking this one away would help nobody.
    assert_eq!(gateway.get("/readyz").send().await.status, 200);
    gateway.vitals.set_room(Room::Enough);
    let answer = gateway.get("/healthz").send().await.json();
    assert_eq!((&answer["status"], answer.get("reason")), (&json!("ok"), None));
}
