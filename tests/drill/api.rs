//! The API as a way in: `POST /api/v1/message` acknowledges, the recorded replies are the record
//! of what was delivered.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use support::http::{Answer, send};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::audit::insist;
use crate::ledger::{Entry, Ledger, Mark, Record};
use crate::sends::Uncertain;
use crate::verdict::Turn;
use crate::way_in::{Attempt, Manner, WayIn};

/// How long a client waits for an answer before it sends the message again.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a client stays that goes away before it has read the answer.
const STAY: Duration = Duration::from_millis(120);
/// How many of the audit's questions are asked at once.
const QUESTIONS_AT_ONCE: usize = 16;

/// What makes a message the same message when it comes in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// The message's own id, which its sender gave it.
    OfTheMessage,
    /// The name that the proxy in front gives to the request and keeps when it tries again. A
    /// client that sends again sends another message.
    OfTheProxy,
}

/// The API on the loopback address. Where there are several ports they are used in turn.
pub struct Api {
    /// Where customers come in: the proxy in front, or the gateways.
    entrances: Vec<u16>,
    /// Where operators ask: the gateways themselves.
    gateways: Vec<u16>,
    next: AtomicUsize,
    keys: Keys,
}

impl Api {
    /// The API on these ports.
    pub fn new(entrances: Vec<u16>, gateways: Vec<u16>) -> Self {
        Self { entrances, gateways, next: AtomicUsize::new(0), keys: Keys::OfTheMessage }
    }

    /// The same with other keys.
    pub fn with_keys(self, keys: Keys) -> Self {
        Self { keys, ..self }
    }

    /// Posts the message once, and reads the answer to its end.
    pub async fn post(&self, mark: Mark, headers: &[(&str, &str)]) -> std::io::Result<Answer> {
        let headers = [&[("content-type", "application/json")], headers].concat();
        let body = body(mark, self.keys).to_string();
        send(self.one_of(&self.entrances), "POST", "/api/v1/message", &headers, &body).await
    }

    fn one_of(&self, ports: &[u16]) -> u16 {
        ports[self.next.fetch_add(1, Ordering::Relaxed) % ports.len()]
    }

    async fn get(&self, path: &str) -> Option<Answer> {
        get(self.one_of(&self.gateways), path).await
    }

    /// A customer's history, as the gateway on this port tells it.
    async fn history_at(&self, port: u16, customer: u32) -> Option<Vec<Turn>> {
        let answer = get(port, &format!("/api/v1/conversations/drill/{}", user(customer))).await;
        let answer = answer.filter(|answer| answer.status == 200)?;
        let history: Value = serde_json::from_str(&answer.body).ok()?;
        let turns = history["exchanges"].as_array()?.iter().map(|exchange| {
            let asked = exchange["asked"].as_array().into_iter().flatten();
            let asked = asked.filter_map(|said| said["text"].as_str());
            let reply = exchange["reply"]["text"].as_str().unwrap_or_default();
            Turn { asked: asked.flat_map(Mark::all_in).collect(), reply: reply.to_owned() }
        });
        Some(turns.collect())
    }

    /// Sends the request and goes away.
    async fn send_and_leave(&self, body: &str, stay: Duration) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.one_of(&self.entrances))).await?;
        let head = format!(
            "POST /api/v1/message HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + body).as_bytes()).await?;
        sleep(stay).await;
        Ok(())
    }
}

impl WayIn for Api {
    fn channel(&self, _: u32) -> &'static str {
        "API"
    }

    fn hand_in<'a>(
        &'a self,
        mark: Mark,
        manner: Manner,
        ledger: &'a Ledger,
    ) -> BoxFuture<'a, Attempt> {
        Box::pin(async move {
            let headers: &[(&str, &str)] = match manner {
                Manner::Wait => &[],
                Manner::Acknowledge => &[("prefer", "respond-async")],
                Manner::Events => &[("accept", "text/event-stream")],
                Manner::CutAfterSending | Manner::CutBeforeReading => {
                    let stay =
                        if manner == Manner::CutBeforeReading { STAY } else { Duration::ZERO };
                    let body = body(mark, self.keys).to_string();
                    let _ = timeout(PATIENCE, self.send_and_leave(&body, stay)).await;
                    return Attempt::Again;
                }
            };
            let posting = self.post(mark, headers);
            let answer = timeout(PATIENCE, posting).await.ok().and_then(Result::ok);
            let told = answer.as_ref().and_then(told);
            let Some((id, reply)) = told else { return Attempt::Again };
            ledger.acknowledged(mark, Some(id));
            if let Some(reply) = reply {
                ledger.replied(mark, &reply);
            }
            Attempt::Acknowledged
        })
    }

    fn turns(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Turn>>> {
        Box::pin(self.history_at(self.one_of(&self.gateways), customer))
    }

    fn histories(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Vec<Turn>>>> {
        Box::pin(async move {
            let mut histories = Vec::new();
            for &port in &self.gateways {
                histories.push(self.history_at(port, customer).await?);
            }
            Some(histories)
        })
    }

    fn collect<'a>(&'a self, entries: Vec<Entry>, ledger: &'a Ledger) -> BoxFuture<'a, ()> {
        let named: Vec<(Mark, String)> = entries
            .into_iter()
            .flat_map(|entry| entry.ids.into_iter().map(move |id| (entry.mark, id)))
            .collect();
        let asking = stream::iter(named).for_each_concurrent(
            QUESTIONS_AT_ONCE,
            move |(mark, id)| async move {
                let path = format!("/api/v1/messages/{id}");
                let ask = || async { self.get(&path).await.as_ref().and_then(recorded) };
                ledger.recorded(mark, insist(ask).await);
            },
        );
        Box::pin(asking)
    }

    fn dead_letters(&self) -> BoxFuture<'_, Option<Vec<Mark>>> {
        Box::pin(async move {
            let answer = self.get("/api/v1/dead-letters?limit=1000").await;
            let answer = answer.filter(|answer| answer.status == 200)?;
            let letters: Value = serde_json::from_str(&answer.body).ok()?;
            let letters = letters["dead_letters"].as_array()?.iter();
            let texts = letters.flat_map(|letter| {
                let messages = letter["messages"].as_array().into_iter().flatten();
                // A reply that could not be sent names the messages that it answers.
                let said = messages.chain(letter.get("unsent_reply"));
                said.filter_map(|said| said["text"].as_str())
            });
            Some(texts.flat_map(Mark::all_in).collect())
        })
    }

    /// It is asked, and doesn't send.
    fn uncertain(&self, _: &BTreeSet<Mark>) -> Vec<(&'static str, Uncertain)> {
        Vec::new()
    }
}

async fn get(port: u16, path: &str) -> Option<Answer> {
    timeout(PATIENCE, send(port, "GET", path, &[], "")).await.ok()?.ok()
}

/// What an answer to `GET /api/v1/messages/{id}` says of the message; nothing if the gateway
/// can't say it now.
fn recorded(answer: &Answer) -> Option<Record> {
    match answer.status {
        200 => {
            let (_, reply) = told(answer)?;
            Some(reply.map_or(Record::Unanswered, Record::Answered))
        }
        202 => Some(Record::Unanswered),
        404 | 410 => Some(Record::Unknown),
        _ => None,
    }
}

fn user(customer: u32) -> String {
    format!("customer-{customer}")
}

fn body(mark: Mark, keys: Keys) -> Value {
    let mut body = json!({
        "channel": "drill",
        "user_id": user(mark.customer),
        "message": mark.question(),
    });
    match keys {
        Keys::OfTheMessage => body["message_id"] = json!(format!("key-{mark}")),
        Keys::OfTheProxy => {}
    }
    body
}

/// The message's id, and the reply if there is one, from an answer of any form that says that the
/// message is stored.
pub fn told(answer: &Answer) -> Option<(String, Option<String>)> {
    if !matches!(answer.status, 200 | 202) {
        return None;
    }
    let is_events =
        answer.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    let objects: Vec<Value> = if is_events {
        let data = answer.body.lines().filter_map(|line| line.strip_prefix("data:"));
        data.filter_map(|data| serde_json::from_str(data.trim()).ok()).collect()
    } else {
        vec![serde_json::from_str(&answer.body).ok()?]
    };
    let id = objects.iter().find_map(|object| object["id"].as_str())?.to_owned();
    let reply = objects.iter().rev().find_map(|object| object["reply"].as_str());
    Some((id, reply.map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: Vec::new(), body: body.to_owned() }
    }

    #[test]
    fn only_a_reply_is_a_reply_and_a_gateway_that_cannot_say_is_asked_again() {
        let reply = answer(200, r#"{"id":"msg_1","reply":"here"}"#);
        assert_eq!(recorded(&reply), Some(Record::Answered("here".to_owned())));
        assert_eq!(recorded(&answer(200, r#"{"id":"msg_1"}"#)), Some(Record::Unanswered));
        assert_eq!(recorded(&answer(202, r#"{"id":"msg_1"}"#)), Some(Record::Unanswered));
        assert_eq!(recorded(&answer(404, "{}")), Some(Record::Unknown));
        assert_eq!(recorded(&answer(503, "{}")), None);
        assert_eq!(recorded(&answer(200, "cut")), None);
    }
}
