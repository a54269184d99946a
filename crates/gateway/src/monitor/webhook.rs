//! What each kind of webhook takes, and what its answers mean.

use std::fmt;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::{Value, json};

use crate::asking::{self, Answer};

/// The longest text that is sent, in characters; Telegram takes 4096.
const LONGEST_TEXT: usize = 3000;

/// Somebody to tell. Its address is a secret.
#[derive(Clone)]
pub(super) struct Webhook {
    url: Url,
    kind: Kind,
}

/// How it wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Slack's incoming webhooks, and whatever takes the same.
    Text,
    /// `sendMessage` of Telegram's Bot API.
    Telegram,
}

/// What became of an alert.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Delivered,
    /// Worth another try, perhaps only after this time.
    Failed(String, Option<Duration>),
    /// No other try would help.
    Refused(String),
}

/// Reads the address of a webhook. What is wrong with it is said without repeating it.
pub(super) fn parse(text: &str) -> Result<Webhook, String> {
    let wrong = "give it as https://hooks.slack.com/services/… or \
                 https://api.telegram.org/bot<TOKEN>/sendMessage?chat_id=<CHAT>";
    let url = Url::parse(text.trim()).map_err(|error| format!("{error}; {wrong}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(format!("this is no HTTP address; {wrong}"));
    }
    let kind = if is_telegram(&url) { Kind::Telegram } else { Kind::Text };
    let has_chat = url.query_pairs().any(|(name, value)| name == "chat_id" && !value.is_empty());
    if kind == Kind::Telegram && !has_chat {
        return Err(
            "Telegram needs to know the chat: add ?chat_id=<CHAT> to the address".to_owned()
        );
    }
    Ok(Webhook { url, kind })
}

/// By its path, so that a Bot API server of one's own is one too.
fn is_telegram(url: &Url) -> bool {
    let mut path = url.path().trim_end_matches('/').rsplit('/');
    let method = path.next().unwrap_or_default();
    let bot = path.next().unwrap_or_default();
    method.eq_ignore_ascii_case("sendMessage") && bot.starts_with("bot")
}

impl Webhook {
    /// A client to tell it with.
    pub(super) fn client(&self, patience: Duration) -> anyhow::Result<Client> {
        asking::client(&self.url, patience)
    }

    /// The request that tells it.
    pub(super) fn request(&self, client: &Client, text: &str) -> RequestBuilder {
        let text: String = text.chars().take(LONGEST_TEXT).collect();
        match self.kind {
            Kind::Text => client
                .post(self.url.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(json!({ "text": escaped(&text) }).to_string()),
            Kind::Telegram => {
                // All parameters go into the body, in the one form in which each is just a text.
                let mut form = self.url.clone();
                form.query_pairs_mut().append_pair("text", &text);
                let mut url = self.url.clone();
                url.set_query(None);
                client
                    .post(url)
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(form.query().unwrap_or_default().to_owned())
            }
        }
    }

    /// What an answer means.
    pub(super) fn outcome(&self, answer: &Answer) -> Outcome {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let in_body = body.pointer("/parameters/retry_after").and_then(Value::as_u64);
        let wait = answer.retry_after.or(in_body.map(Duration::from_secs));
        let said = || {
            let described = body.get("description").and_then(Value::as_str);
            let words: String = described.unwrap_or(&answer.body).chars().take(100).collect();
            format!("it answered {}: {}", answer.status, words.trim())
        };
        match (self.kind, answer.status) {
            // Telegram says what it means in the body too.
            (Kind::Telegram, 200..300) if body.get("ok") == Some(&Value::Bool(false)) => {
                Outcome::Refused(said())
            }
            (_, 200..300) => Outcome::Delivered,
            (_, 408 | 429 | 500..) => Outcome::Failed(said(), wait),
            (_, _) => Outcome::Refused(said()),
        }
    }
}

/// For logs: the server's name, since the rest is a secret.
impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.host_str().unwrap_or("a webhook"))
    }
}

/// The three characters that Slack wants written otherwise.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
