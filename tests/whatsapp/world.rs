//! A Redis, a fake model, a fake of the Cloud API, and gateways that know all three.

use std::time::Duration;

use serde_json::{Value, json};
use support::fake_model::{Api, FakeModel};
use support::fake_whatsapp::{Account, Delivered, FakeWhatsApp};
use support::gateway_process::{GatewayOptions, GatewayProcess, get};
use support::http::{Answer, send};
use support::redis_server::RedisServer;

pub const ANN: &str = "4915112345678";

/// What gateways need to answer customers on WhatsApp.
pub struct World {
    pub redis: RedisServer,
    pub model: FakeModel,
    pub whatsapp: FakeWhatsApp,
    /// Whether the model is one that can see.
    pub sees: bool,
}

impl World {
    /// With a model that repeats what it is asked.
    pub fn new() -> Self {
        Self::with(FakeModel::answering(|asked| format!("answered: {}", asked.question())))
    }

    pub fn with(model: FakeModel) -> Self {
        let whatsapp = FakeWhatsApp::start(Account::default());
        Self { redis: RedisServer::start(), model, whatsapp, sees: true }
    }

    pub fn gateway(&self) -> GatewayProcess {
        self.gateway_with("")
    }

    /// A gateway with this in its section of WhatsApp, too.
    pub fn gateway_with(&self, more: &str) -> GatewayProcess {
        GatewayProcess::start(&self.options(more))
    }

    fn options(&self, more: &str) -> GatewayOptions {
        let account = self.whatsapp.account();
        let settings = format!(
            r#"{{
                agents: {{ defaults: {{ model: {{ primary: "fake/test" }}, offlineAnswer: false }} }},
                models: {{ providers: {{ fake: {{
                    api: "openai-completions", baseUrl: "{}", apiKey: "test",
                    models: [{{ id: "test", input: ["text", "{}"] }}],
                }} }} }},
                channels: {{ whatsapp: {{
                    phoneNumberId: "{}", accessToken: "{}", appSecret: "{}",
                    verifyToken: "verify-me", apiRoot: "{}", apiVersion: "{}", {more}
                }} }},
                logging: {{ level: "info" }},
            }}"#,
            self.model.base_url(Api::OpenAi),
            if self.sees { "image" } else { "text" },
            account.phone_number_id,
            account.access_token,
            account.app_secret,
            self.whatsapp.url(),
            account.version,
        );
        let redis_url = Some(self.redis.url());
        GatewayOptions { settings, redis_url, environment: Vec::new() }
    }

    /// A customer writes, and the webhook is acknowledged.
    pub async fn write(&self, gateway: &GatewayProcess, id: &str, text: &str) {
        let posted = self.whatsapp.customer_writes(gateway.port(), ANN, id, text).await;
        assert_eq!(posted.unwrap().status, 200);
    }

    /// Posts `messages` and their `contacts`.
    pub async fn post(&self, gateway: &GatewayProcess, contacts: Value, messages: Value) {
        let number = &self.whatsapp.account().phone_number_id;
        let value = json!({"metadata": {"phone_number_id": number}, "contacts": contacts,
            "messages": messages});
        let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
        let posted = self.whatsapp.post_webhook(gateway.port(), &body).await;
        assert_eq!(posted.unwrap().status, 200);
    }

    /// The first `count` replies that arrive, and there are no others so far.
    pub async fn replies(&self, count: usize) -> Vec<Delivered> {
        within(self.whatsapp.wait_for_delivered(count)).await;
        let delivered = self.whatsapp.delivered();
        assert_eq!(delivered.len(), count, "{delivered:#?}");
        assert_eq!(self.whatsapp.violations(), [""; 0]);
        delivered
    }

    /// Posts what became of a reply.
    pub async fn report(
        &self,
        gateway: &GatewayProcess,
        reply: &Delivered,
        status: &str,
        error: Option<i64>,
    ) {
        let posted = self.whatsapp.reports(gateway.port(), reply, status, error).await;
        assert_eq!(posted.unwrap().status, 200);
    }
}

/// The outcome of `work`, which a test never waits for without end.
pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(40), work).await.expect("it takes far too long")
}

/// Waits until the metrics have this line.
pub async fn wait_for_metric(gateway: &GatewayProcess, line: &str) {
    let port = gateway.port();
    let (wanted, last) = (line.to_owned(), std::sync::Mutex::new(String::new()));
    let looking = async {
        loop {
            let page = tokio::task::spawn_blocking(move || get(port, "/metrics")).await.unwrap();
            let (_, page) = page.unwrap_or_default();
            if page.lines().any(|found| found == wanted) {
                return;
            }
            *last.lock().unwrap() = page;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(40), looking).await;
    assert!(found.is_ok(), "{line} is not in\n{}", last.lock().unwrap());
}

/// The reasons of all dead letters.
pub async fn dead_letters(gateway: &GatewayProcess) -> Vec<String> {
    let answer: Answer =
        send(gateway.port(), "GET", "/api/v1/dead-letters", &[], "").await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let letters = answer.json()["dead_letters"].as_array().unwrap().clone();
    letters.iter().map(|letter| letter["reason"].as_str().unwrap().to_owned()).collect()
}

/// Waits until there are this many.
pub async fn wait_for_dead_letters(gateway: &GatewayProcess, count: usize) -> Vec<String> {
    within(async {
        loop {
            let letters = dead_letters(gateway).await;
            if letters.len() >= count {
                return letters;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
}
