//! A Redis, a fake model, a fake Telegram, and as many gateways as a test needs.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use support::fake_model::{Api, FakeModel};
use support::fake_telegram::{Delivered, FakeTelegram};
use support::gateway_process::{GatewayOptions, GatewayProcess, run_gateway};
use support::http::{self, Answer};
use support::redis_server::RedisServer;

const TOKEN: &str = "424242:AAH-very_secret-token";
/// What Telegram says with each update.
pub const SECRET: (&str, &str) = ("x-telegram-bot-api-secret-token", "0123456789abcdef-Hook");
/// The route.
pub const PATH: &str = "/webhooks/telegram";

/// What the gateways of a test share.
pub struct World {
    pub redis: RedisServer,
    pub model: FakeModel,
    pub telegram: FakeTelegram,
    /// Further settings of the channel.
    more: String,
    /// How many turns a gateway works on at once.
    turns: u16,
}

impl World {
    /// With a model that repeats what it was told.
    pub fn new(more: &str) -> Self {
        Self::with(FakeModel::echoing(), more)
    }

    pub fn with(model: FakeModel, more: &str) -> Self {
        // What Telegram would wait for a second it waits for twenty milliseconds here.
        let telegram = FakeTelegram::start_with(TOKEN, "the_bot", Duration::from_millis(20));
        Self { redis: RedisServer::start(), model, telegram, more: more.to_owned(), turns: 1024 }
    }

    /// One whose gateways work on one turn at a time.
    pub fn with_one_worker() -> Self {
        Self { turns: 1, ..Self::new("") }
    }

    fn options(&self) -> GatewayOptions {
        let settings = format!(
            r#"{{
                agents: {{ defaults: {{
                    model: {{ primary: "fake/test" }}, offlineAnswer: false, maxConcurrent: {},
                }} }},
                models: {{ providers: {{ fake: {{
                    api: "openai-completions", baseUrl: "{}", apiKey: "test",
                    models: [{{ id: "test", input: ["text", "image"] }}],
                }} }} }},
                channels: {{ telegram: {{
                    botToken: "{TOKEN}", webhookSecret: "{}", apiRoot: "{}", {}
                }} }},
                logging: {{ level: "debug" }},
            }}"#,
            self.turns,
            self.model.base_url(Api::OpenAi),
            SECRET.1,
            self.telegram.api_root(),
            self.more,
        );
        let redis_url = Some(self.redis.url());
        GatewayOptions { settings, redis_url, environment: Vec::new() }
    }

    /// A gateway to which Telegram posts.
    pub async fn gateway(&self) -> GatewayProcess {
        let gateway = self.unregistered();
        let url = gateway.url("");
        let told = self.command(&["webhook", "set", "telegram", "--url", &url]).await;
        assert!(told.status.success(), "{told:?}");
        gateway
    }

    /// A gateway of which Telegram doesn't know.
    pub fn unregistered(&self) -> GatewayProcess {
        GatewayProcess::start(&self.options())
    }

    /// Runs a command of the gateway's with the same settings.
    pub async fn command(&self, arguments: &[&str]) -> Output {
        let file = std::env::temp_dir().join(format!(
            "openclaw-telegram-{}-{}.json",
            std::process::id(),
            self.redis.port()
        ));
        std::fs::write(&file, self.options().settings).unwrap();
        let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
        let named = file.clone();
        let running = tokio::task::spawn_blocking(move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let path = named.to_str().unwrap();
            run_gateway(&arguments, Path::new("."), &[("OPENCLAW_CONFIG_PATH", path)])
        });
        let output = running.await.unwrap();
        let _ = std::fs::remove_file(file);
        output
    }

    /// What one chat sees, once there are so many messages in it.
    pub async fn seen(&self, chat: i64, count: usize) -> Vec<Delivered> {
        let mut all = count;
        loop {
            within(self.telegram.wait_for_delivered(all)).await;
            let delivered = self.telegram.delivered();
            let of_chat: Vec<_> = delivered.iter().filter(|it| it.chat == chat).cloned().collect();
            if of_chat.len() >= count {
                return of_chat;
            }
            all = delivered.len() + 1;
        }
    }

    /// The words that one chat sees, once there are so many messages in it.
    pub async fn texts(&self, chat: i64, count: usize) -> Vec<String> {
        self.seen(chat, count).await.into_iter().map(|it| it.text).collect()
    }

    /// Nothing was asked of the fakes that the real ones would refuse.
    pub fn assert_kept_to_the_contract(&self) {
        assert_eq!(self.telegram.violations(), Vec::<String>::new());
        assert_eq!(self.model.violations(), Vec::<String>::new());
        assert_eq!(self.telegram.conflicts(), 0);
    }
}

/// A message of a person in a chat of their own.
pub fn message(person: i64, id: i64, text: &str) -> Value {
    json!({
        "message_id": id,
        "from": {"id": person, "is_bot": false, "first_name": "Ann", "language_code": "de"},
        "chat": {"id": person, "first_name": "Ann", "type": "private"},
        "date": 1_769_860_800, "text": text,
    })
}

/// A message of a person in a group.
pub fn in_group(group: i64, person: i64, id: i64, text: &str) -> Value {
    let mut said = message(person, id, text);
    said["chat"] = json!({"id": group, "type": "supergroup", "title": "Fans"});
    said
}

/// Posts an update as Telegram does.
pub async fn post(gateway: &GatewayProcess, headers: &[(&str, &str)], body: &str) -> Answer {
    within(http::send(gateway.port(), "POST", PATH, headers, body)).await.unwrap()
}

/// The outcome of `work`, which a test never waits for without end.
pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work).await.expect("it takes far too long")
}
