//! A Redis, a fake model and as many gateways as a test needs.

use std::time::Duration;

use support::fake_model::{Api, FakeModel};
use support::gateway_process::{GatewayOptions, GatewayProcess, get};
use support::redis_server::RedisServer;

/// Settings that ask the fake model, and fall back to nothing.
pub fn options(model: &FakeModel, redis: Option<&RedisServer>) -> GatewayOptions {
    let settings = format!(
        r#"{{
            agents: {{ defaults: {{ model: {{ primary: "fake/test" }}, offlineAnswer: false }} }},
            models: {{ providers: {{ fake: {{
                api: "openai-completions", baseUrl: "{}", apiKey: "test",
            }} }} }},
            logging: {{ level: "debug" }},
        }}"#,
        model.base_url(Api::OpenAi)
    );
    let redis_url = redis.map(RedisServer::url);
    GatewayOptions { settings, redis_url, environment: Vec::new() }
}

/// Waits until a path answers with this status.
pub async fn wait_for_status(port: u16, path: &'static str, wanted: u16) {
    let asking = move || get(port, path).is_none_or(|(status, _)| status != wanted);
    let answered = async {
        while tokio::task::spawn_blocking(asking).await.unwrap() {
            tokio::task::yield_now().await;
        }
    };
    within(answered).await;
}

/// The outcome of `work`, which a test never waits for without end.
pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.expect("it takes far too long")
}

/// A gateway on this Redis that asks this model.
pub fn gateway(model: &FakeModel, redis: &RedisServer) -> GatewayProcess {
    GatewayProcess::start(&options(model, Some(redis)))
}
