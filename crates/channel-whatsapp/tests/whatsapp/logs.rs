//! What the log never holds: numbers, names, words and tokens, whatever goes wrong.

use std::io::Write;
use std::sync::{Arc, Mutex};

use conversation::ports::{Channel as _, Received};
use serde_json::json;
use support::fake_whatsapp::Script;
use tracing_subscriber::fmt::MakeWriter;

use crate::sending::waiting;
use crate::stage::{Stage, conversation, options, say, sender};

const ANN: &str = "4915112345678";

/// What was logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// All that was logged so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The runtime has one thread, which the subscriber is set for.
#[tokio::test]
async fn the_log_holds_neither_numbers_nor_names_nor_words_nor_tokens() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("channel_whatsapp=trace")
        .with_writer(log.clone())
        .finish();
    let _set = tracing::subscriber::set_default(subscriber);
    let stage = Stage::set().await;
    let account = stage.fake.account().clone();
    let channel = sender(&options(&account, &stage.fake.url()));

    stage.fake.customer_writes(stage.port, ANN, "wamid.1", "secret words").await.unwrap();
    let elements = json!([{"from": ANN, "id": ANN, "type": "hologram", "hologram": "secret words"},
        {"id": "wamid.1", "name": "A Customer", "text": "secret words"}]);
    let value = json!({"messages": elements, "contacts": [{"profile": {"name": "A Customer"}}]});
    for field in ["messages", "account_update"] {
        let body = json!({"entry": [{"changes": [{"field": field, "value": value}]}]});
        assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    }
    say(&channel, ANN, "secret words").await.unwrap();
    let [delivered] = <[_; 1]>::try_from(stage.fake.delivered()).unwrap();
    *stage.store.received.lock().unwrap() = Received::Undelivered;
    for code in [131_047, 131_026, 131_062] {
        stage.fake.reports(stage.port, &delivered, "failed", Some(code)).await.unwrap();
    }
    *stage.store.received.lock().unwrap() = Received::Unknown;
    for _ in 0..2 {
        stage.fake.reports(stage.port, &delivered, "failed", Some(131_042)).await.unwrap();
    }
    for code in [190, 131_031, 131_026, 131_062] {
        stage.fake.push(Script::error(400, code));
        say(&channel, ANN, "secret words").await.unwrap_err();
    }
    stage.fake.stop().await;
    channel.typing(&conversation(ANN), &waiting("wamid.1")).await;

    let log = log.text();
    let digest = conversation(ANN).digest().to_string();
    assert!(!log.contains(&digest) && log.contains(&digest[..8]), "{log}");
    for (code, alerts) in [("131047", 1), ("131062", 2), ("131042", 1)] {
        let told = log.lines().filter(|line| line.contains("ERROR") && line.contains(code));
        assert_eq!(told.count(), alerts, "{log}");
    }
    for said in ["131047", "131026", "190", "131031", "typing indicator", "can't be read"] {
        assert!(log.contains(said), "nothing of {said} in {log}");
    }
    for secret in [ANN, "A Customer", "secret words", &account.access_token, &account.app_secret] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
