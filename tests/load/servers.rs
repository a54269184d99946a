//! What the gateway is measured against: a bare axum handler, and a model that answers at once or
//! after a fixed time. Each runs as a process of its own, started from this same program.

use std::time::Duration;

use support::fake_model::FakeModel;
use tokio::net::TcpListener;

/// Serves one constant answer at `/healthz`, with nothing around it.
pub async fn bare() {
    let body =
        r#"{"status":"ok","uptime":45,"version":"0.1.0","redis":"connected","ollama":"connected"}"#;
    let json = [("content-type", "application/json")];
    let handler = axum::routing::get(move || async move { (json, body) });
    let router = axum::Router::new().route("/healthz", handler);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on 127.0.0.1");
    announce(&listener.local_addr().expect("the address of a bound listener"));
    axum::serve(listener, router).await.expect("a bare server serves until it is ended");
}

/// Streams a short answer after `delay`.
pub async fn model(delay: Duration) {
    let model = FakeModel::lean("Your parcel is on its way and arrives tomorrow.", delay);
    announce(&model.url());
    std::future::pending().await
}

/// Tells the program that started this one where the server is.
fn announce(address: &impl std::fmt::Display) {
    println!("{address}");
}
