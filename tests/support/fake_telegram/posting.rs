//! Posting updates to the webhook: in their order, and each until it is taken.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;

use super::State;
use super::contract::{Outcome, carry_out, read};
use crate::fake_server::{lock, until};
use crate::http::{self, Answer};

/// How long the gateway may take for an update.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest pause between two attempts, in Telegram's seconds.
const LONGEST_PAUSE: u32 = 60;

/// A registered webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The port on the loopback address.
    pub port: u16,
    /// The path.
    pub path: String,
    /// What is said with each update.
    pub secret: String,
}

/// An attempt to post an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The update's number.
    pub update: i64,
    /// The status of the answer, or none if there was none.
    pub status: Option<u16>,
}

impl Hook {
    /// Takes an address on this machine.
    pub(super) fn new(url: &str, secret: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://127.0.0.1:")?;
        let (port, path) = rest.split_once('/')?;
        let (path, secret) = (format!("/{path}"), secret.to_owned());
        Some(Self { port: port.parse().ok()?, path, secret })
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.path)
    }
}

/// Posts what there is until it is aborted.
pub(super) async fn post_updates(state: Arc<State>) {
    let mut failures = 0;
    loop {
        let is_due = || lock(&state.hook).is_some() && !lock(&state.updates).is_empty();
        until(&state.changed, is_due).await;
        let Some((hook, update)) = next(&state) else { continue };
        let id = update["update_id"].as_i64().unwrap_or_default();
        let stay = lock(&state.postings).stay(id);
        let answer = match stay {
            Some(stay) => {
                let _ = tokio::time::timeout(stay, post(&hook, &update)).await;
                None
            }
            None => post(&hook, &update).await,
        };
        let status = answer.as_ref().map(|answer| answer.status);
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        if is_taken {
            failures = 0;
            lock(&state.updates).pop_front();
            lock(&state.postings).was_taken(id);
            answer.iter().for_each(|answer| carry_out_in_answer(&state, answer));
        } else {
            failures += 1;
            let what = status.map_or("no answer".to_owned(), |status| {
                format!("Wrong response from the webhook: {status}")
            });
            *lock(&state.hook_error) = Some(what);
        }
        lock(&state.posted).push(Posted { update: id, status });
        state.changed.notify_waiters();
        if !is_taken {
            let asked = answer.as_ref().and_then(|it| it.header("retry-after")?.parse().ok());
            tokio::time::sleep(state.second * asked.unwrap_or_else(|| pause(failures))).await;
        }
    }
}

fn next(state: &State) -> Option<(Hook, Value)> {
    let hook = lock(&state.hook).clone()?;
    let update = lock(&state.updates).front().cloned()?;
    Some((hook, update))
}

/// At once, then after 2, 4, 8 … seconds.
fn pause(failures: u32) -> u32 {
    match failures {
        0 | 1 => 0,
        more => 2_u32.saturating_pow(more - 1).min(LONGEST_PAUSE),
    }
}

async fn post(hook: &Hook, update: &Value) -> Option<Answer> {
    let headers = [
        ("content-type", "application/json"),
        ("x-telegram-bot-api-secret-token", hook.secret.as_str()),
    ];
    let body = update.to_string();
    let posting = http::send(hook.port, "POST", &hook.path, &headers, &body);
    tokio::time::timeout(PATIENCE, posting).await.ok()?.ok()
}

/// An answer to an update may hold a call, which is carried out like any other.
fn carry_out_in_answer(state: &State, answer: &Answer) {
    let Ok(Value::Object(mut call)) = serde_json::from_str(&answer.body) else { return };
    let Some(Value::String(method)) = call.remove("method") else { return };
    if answer.header("content-type") != Some("application/json") {
        return state.violation("a call in an answer that isn't application/json".to_owned());
    }
    match read(&method, Value::Object(call)) {
        Ok(call) => {
            lock(&state.calls).push(call.clone());
            if let Outcome::Violation(what) = carry_out(state, &call) {
                state.violation(what);
            }
        }
        Err(what) => state.violation(what),
    }
}

/// Updates for whoever asks. Only one may ask at a time, and none while a webhook is set.
pub(super) async fn hand_out(state: &State, parameters: &Value) -> Outcome {
    use super::contract::Failure;
    let conflict = |description: &str| {
        Outcome::Failure(Failure { code: 409, description: description.to_owned() })
    };
    if lock(&state.hook).is_some() {
        return conflict(
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        );
    }
    if state.is_polled.swap(true, Ordering::SeqCst) {
        state.conflicts.fetch_add(1, Ordering::SeqCst);
        return conflict(
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        );
    }
    let _asking = Asking(state);
    if let Some(offset) = parameters["offset"].as_i64() {
        let is_confirmed =
            |update: &Value| update["update_id"].as_i64().is_some_and(|id| id < offset);
        lock(&state.updates).retain(|update| !is_confirmed(update));
        state.changed.notify_waiters();
    }
    let patience = Duration::from_secs(parameters["timeout"].as_u64().unwrap_or(0));
    let there_is_one = until(&state.changed, || !lock(&state.updates).is_empty());
    let _ = tokio::time::timeout(patience, there_is_one).await;
    let limit = parameters["limit"].as_u64().unwrap_or(100);
    let limit = usize::try_from(limit).unwrap_or(100).clamp(1, 100);
    Outcome::Result(lock(&state.updates).iter().take(limit).cloned().collect())
}

/// Whoever asks for updates, while it does.
struct Asking<'a>(&'a State);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.is_polled.store(false, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }
}
