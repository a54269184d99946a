//! A gateway that takes connections before it has anything to serve.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use http_api::{Entrance, OllamaLink, Phase, ServeOptions, StoreLink, Vitals};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::support::{ask, question};

struct Starting {
    address: SocketAddr,
    entrance: Entrance,
    vitals: Arc<Vitals>,
    _served: AbortOnDropHandle<()>,
}

async fn starting() -> Starting {
    let vitals = Vitals::new("1.2.3", StoreLink::Disconnected, OllamaLink::NotConfigured);
    let vitals = Arc::new(vitals);
    let entrance = Entrance::new(vitals.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (options, never) = (ServeOptions::default(), CancellationToken::new());
    let serving = http_api::serve(listener, entrance.clone(), vitals.clone(), options, never);
    let served = tokio::spawn(async move {
        serving.await;
    });
    Starting { address, entrance, vitals, _served: AbortOnDropHandle::new(served) }
}

#[tokio::test]
async fn until_it_has_a_router_it_lives_is_not_ready_and_refuses_all_else_in_the_one_shape() {
    let starting = starting().await;
    let probe = async |path| ask(starting.address, "GET", path).send().await;
    assert_eq!(probe("/livez").await.status, 200);
    let ready = probe("/readyz").await;
    assert_eq!(
        (ready.status, ready.json()["reason"].as_str()),
        (503, Some("it is still starting"))
    );
    let health = probe("/healthz").await;
    assert_eq!((health.status, health.json()["redis"].as_str()), (503, Some("disconnected")));
    for refused in [
        ask(starting.address, "POST", "/api/v1/message").json(&question()).send().await,
        probe("/").await,
        probe("/metrics").await,
        probe("/no/such/route").await,
    ] {
        refused.assert_error(502, "starting", &["Nothing was stored"]);
        assert_eq!(refused.header("retry-after"), "2");
    }
}

#[tokio::test]
async fn from_the_moment_it_has_a_router_that_answers() {
    let starting = starting().await;
    starting.entrance.open(Router::new().route("/", get(async || "open")));
    starting.vitals.set_phase(Phase::Ready);
    assert_eq!(ask(starting.address, "GET", "/").send().await.text(), "open");
}
