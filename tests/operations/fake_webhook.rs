//! Slack's incoming webhook and Telegram's `sendMessage`, as strict as the real ones about what
//! they accept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

const SLACK_SECRET: &str = "T0/B0/sl4ck-s3cret";
const TELEGRAM_SECRET: &str = "12345:t3legram-s3cret";
const CHAT: &str = "-1001234567890";

/// How an alert is answered before others are taken.
#[derive(Clone, Copy, Debug)]
pub enum Refusal {
    /// Too many: come back after so many seconds.
    TooMany(u32),
    /// It failed inside.
    Broken,
    /// It is not wanted any more, ever.
    Gone,
}

#[derive(Default)]
struct Heard {
    /// What was delivered, in order.
    texts: Vec<String>,
    /// What was asked in a wrong way.
    violations: Vec<String>,
    /// How the next ones are answered.
    refusals: Vec<Refusal>,
    /// How many requests there were in all.
    requests: usize,
}

/// A server that is both.
pub struct FakeWebhook {
    port: u16,
    heard: Arc<Mutex<Heard>>,
    news: watch::Receiver<usize>,
}

#[derive(Clone)]
struct Desk {
    heard: Arc<Mutex<Heard>>,
    news: watch::Sender<usize>,
}

impl FakeWebhook {
    /// Starts one that refuses first in these ways.
    pub async fn start(refusals: &[Refusal]) -> Self {
        let heard = Arc::new(Mutex::new(Heard {
            refusals: refusals.iter().rev().copied().collect(),
            ..Heard::default()
        }));
        let (news, listening) = watch::channel(0);
        let desk = Desk { heard: Arc::clone(&heard), news };
        let routes = Router::new()
            .route("/services/{*secret}", post(slack))
            .route("/{bot}/sendMessage", post(telegram))
            .with_state(desk);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { port, heard, news: listening }
    }

    pub fn slack_url(&self) -> String {
        format!("http://127.0.0.1:{}/services/{SLACK_SECRET}", self.port)
    }

    pub fn telegram_url(&self) -> String {
        format!(
            "http://127.0.0.1:{}/bot{TELEGRAM_SECRET}/sendMessage?chat_id={CHAT}\
             &disable_notification=true",
            self.port
        )
    }

    /// Waits until so many alerts were delivered, and returns all.
    pub async fn texts(&mut self, number: usize) -> Vec<String> {
        let delivered = self.news.wait_for(|&known| known >= number);
        let in_time = tokio::time::timeout(Duration::from_secs(60), delivered).await.is_ok();
        assert!(in_time, "only these came: {:?}", self.locked().texts);
        self.checked().texts.clone()
    }

    /// How many requests came, whatever became of them.
    pub fn requests(&self) -> usize {
        self.checked().requests
    }

    /// Fails the test if anything was asked in a wrong way.
    fn checked(&self) -> MutexGuard<'_, Heard> {
        let heard = self.locked();
        assert!(heard.violations.is_empty(), "{:?}", heard.violations);
        heard
    }

    fn locked(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What no output may hold.
pub fn assert_no_secret(text: &str) {
    for secret in ["sl4ck", "t3legram", "s3cret", CHAT] {
        assert!(!text.contains(secret), "{secret} was printed: {text}");
    }
}

impl Desk {
    /// Notes a request, and how it is refused, if it is.
    fn refusal(&self) -> Option<Refusal> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.requests += 1;
        heard.refusals.pop()
    }

    fn take(&self, text: &str) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.texts.push(text.to_owned());
        let _ = self.news.send_replace(heard.texts.len());
    }

    fn object(&self, violation: String) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).violations.push(violation);
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn slack(
    State(desk): State<Desk>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    if secret != SLACK_SECRET {
        desk.object(format!("Slack: the path ends in {secret}"));
        return (StatusCode::FORBIDDEN, "invalid_token").into_response();
    }
    match desk.refusal() {
        Some(Refusal::TooMany(seconds)) => {
            let after = [(header::RETRY_AFTER, seconds.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, after, "rate_limited").into_response();
        }
        Some(Refusal::Broken) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Refusal::Gone) => return (StatusCode::NOT_FOUND, "no_service").into_response(),
        None => {}
    }
    let parsed: Value = serde_json::from_str(&body).unwrap_or_default();
    let text = parsed["text"].as_str().filter(|text| !text.is_empty());
    let is_escaped = |text: &str| !text.contains(['<', '>']);
    match (content_type(&headers), parsed.as_object().map(serde_json::Map::len), text) {
        ("application/json", Some(1), Some(text)) if is_escaped(text) => {
            desk.take(text);
            "ok".into_response()
        }
        (kind, _, _) => {
            desk.object(format!("Slack got {kind}: {body}"));
            (StatusCode::BAD_REQUEST, "invalid_payload").into_response()
        }
    }
}

async fn telegram(
    State(desk): State<Desk>,
    Path(bot): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let error = |code: StatusCode, description: &str, parameters: Value| {
        let body = json!({
            "ok": false, "error_code": code.as_u16(), "description": description,
            "parameters": parameters,
        });
        (code, axum::Json(body)).into_response()
    };
    if bot != format!("bot{TELEGRAM_SECRET}") {
        desk.object(format!("Telegram: the bot is {bot}"));
        return error(StatusCode::UNAUTHORIZED, "Unauthorized", Value::Null);
    }
    match desk.refusal() {
        Some(Refusal::TooMany(seconds)) => {
            let parameters = json!({ "retry_after": seconds });
            return error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", parameters);
        }
        Some(Refusal::Broken) => {
            return error(StatusCode::BAD_GATEWAY, "Bad Gateway", Value::Null);
        }
        Some(Refusal::Gone) => {
            return error(StatusCode::FORBIDDEN, "Forbidden: bot was kicked", Value::Null);
        }
        None => {}
    }
    let fields: Vec<(String, String)> = form(&body);
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
    let is_right = content_type(&headers) == "application/x-www-form-urlencoded"
        && uri.query().is_none()
        && field("chat_id") == Some(CHAT)
        && field("disable_notification") == Some("true")
        && fields.len() == 3;
    match field("text") {
        Some(text) if is_right && (1..=4096).contains(&text.chars().count()) => {
            desk.take(text);
            axum::Json(json!({ "ok": true, "result": { "message_id": 1 } })).into_response()
        }
        _ => {
            desk.object(format!("Telegram got {uri} {headers:?}: {body}"));
            error(StatusCode::BAD_REQUEST, "Bad Request: message text is empty", Value::Null)
        }
    }
}

/// The fields of a form.
fn form(body: &str) -> Vec<(String, String)> {
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let hex = String::from_utf8(vec![*high, *low]).unwrap();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
                rest = after;
            }
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).unwrap()
}
