//! A visitor of Web Chat: a session, and a stream of events that is opened again wherever it ends,
//! with the id of the last entry that came.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use support::http::{connect_from, send_from};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use crate::ledger::Mark;
use crate::verdict::Turn;

/// How long an answer may take, and how long a stream may be silent: its heartbeat is 20 s.
const PATIENCE: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(45);
/// The pauses before a stream is opened again.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// One visitor, at an address of its own.
pub struct Visitor {
    address: Ipv4Addr,
    entrances: Vec<u16>,
    next: AtomicUsize,
    token: String,
    seen: Mutex<Seen>,
}

/// What a visitor has been shown.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The ids of all entries.
    ids: BTreeSet<String>,
    last: Option<String>,
    /// The visitor's own messages, in their order.
    own: Vec<Mark>,
    turns: Vec<Turn>,
    /// How often a stream was opened.
    pub streams: usize,
    /// What was against the protocol.
    pub violations: Vec<String>,
}

impl Seen {
    /// Takes a whole event.
    fn take(&mut self, event: &str) {
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
        if field("event: ") != Some("entry") {
            return;
        }
        let data = field("data: ").unwrap_or_default();
        let Ok(entry) = serde_json::from_str::<Value>(data) else {
            return self.violations.push(format!("an entry that is no JSON: {data}"));
        };
        let id = field("id: ").unwrap_or_default();
        if id.is_empty() || entry["id"] != id {
            return self.violations.push(format!("an entry under another id: {event}"));
        }
        if !self.ids.insert(id.to_owned()) {
            return self.violations.push(format!("an entry for the second time: {event}"));
        }
        self.last = Some(id.to_owned());
        self.add(&entry);
    }

    fn add(&mut self, entry: &Value) {
        let text = entry["text"].as_str().unwrap_or_default();
        let marks = |of: &Value| of.as_str().and_then(Mark::named).into_iter().collect::<Vec<_>>();
        match entry["from"].as_str() {
            Some("customer") => {
                let own = marks(&entry["key"]);
                if own.is_empty() || own != Mark::all_in(text) || self.own.contains(&own[0]) {
                    self.violations.push(format!("one's own message is strange: {entry}"));
                }
                self.own.extend(own);
            }
            Some("assistant") => {
                let answers = entry["answers"].as_array().into_iter().flatten();
                let asked = answers.flat_map(marks).collect();
                self.turns.push(Turn { asked, reply: text.to_owned() });
            }
            Some("notice") => {}
            _ => self.violations.push(format!("nobody said this: {entry}")),
        }
    }

    /// What was answered.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }
}

impl Visitor {
    /// A visitor whose session is made at any of these ports. None if nobody makes one now.
    pub async fn enter(customer: u32, entrances: Vec<u16>) -> Option<Self> {
        let [.., high, low] = customer.to_be_bytes();
        let address = Ipv4Addr::new(127, 1, high, low.wrapping_add(1).max(1));
        let headers = [("content-type", "application/json")];
        let port = *entrances.first()?;
        let asked = send_from(address, port, "POST", "/webchat/session", &headers, "{}");
        let answer = timeout(PATIENCE, asked).await.ok()?.ok().filter(|it| it.status == 200)?;
        let made: Value = serde_json::from_str(&answer.body).ok()?;
        let token = made["token"].as_str()?.to_owned();
        let next = AtomicUsize::new(customer as usize);
        Some(Self { address, entrances, next, token, seen: Mutex::default() })
    }

    /// Posts a message, and says what it is called if it is stored.
    pub async fn post(&self, mark: Mark) -> Option<String> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("content-type", "application/json"), ("authorization", &*bearer)];
        let body = serde_json::json!({"id": mark.name(), "text": mark.question()}).to_string();
        let path = "/webchat/messages";
        let asked = send_from(self.address, self.port(), "POST", path, &headers, &body);
        let answer = timeout(PATIENCE, asked).await.ok()?.ok()?;
        if answer.status == 401 {
            self.lock().violations.push(format!("a session was refused: {}", answer.body));
        }
        let answer = Some(answer).filter(|it| matches!(it.status, 200 | 202))?;
        let taken: Value = serde_json::from_str(&answer.body).ok()?;
        Some(taken["message_id"].as_str()?.to_owned())
    }

    /// Reads along for ever.
    pub async fn read_along(self: Arc<Self>) {
        let mut pause = PAUSE;
        loop {
            let last = self.lock().last.clone();
            let took_part = self.follow(self.port(), last.as_deref(), |event| {
                let mut seen = self.lock();
                seen.take(event);
                false
            });
            pause = if took_part.await { PAUSE } else { LONGEST_PAUSE.min(pause * 2) };
            sleep(pause).await;
        }
    }

    /// All that a gateway tells somebody who comes anew, up to the last entry that this visitor has
    /// seen. None if it doesn't tell that in time.
    pub async fn ask_anew(&self, port: u16) -> Option<Vec<Turn>> {
        let Some(last) = self.lock().last.clone() else { return Some(Vec::new()) };
        let told = Mutex::new(Seen::default());
        let has_all = |event: &str| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.take(event);
            told.last.as_ref() == Some(&last)
        };
        timeout(PATIENCE, self.follow(port, None, has_all)).await.ok()?;
        let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        (told.last == Some(last)).then_some(told.turns)
    }

    /// Reads one stream until it ends, or until enough was told. Says whether it was one.
    async fn follow(&self, port: u16, after: Option<&str>, enough: impl Fn(&str) -> bool) -> bool {
        let Ok(mut stream) = connect_from(self.address, port).await else { return false };
        let after = after.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        // In HTTP/1.0 a body comes as it is, without chunks, up to the end of the connection.
        let request = format!(
            "GET /webchat/events HTTP/1.0\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
             {after}\r\n",
            self.token
        );
        if stream.write_all(request.as_bytes()).await.is_err() {
            return false;
        }
        let (mut bytes, mut is_stream) = (Vec::new(), false);
        while let Ok(Ok(1..)) = timeout(SILENCE, stream.read_buf(&mut bytes)).await {
            if !is_stream {
                let Some(end) = find(&bytes, b"\r\n\r\n") else { continue };
                if bytes.get(9..12).is_none_or(|status| status != b"200") {
                    return false;
                }
                bytes.drain(..end + 4);
                is_stream = true;
                self.lock().streams += 1;
            }
            while let Some(end) = find(&bytes, b"\n\n") {
                let event: Vec<u8> = bytes.drain(..end + 2).collect();
                if enough(&String::from_utf8_lossy(&event)) {
                    return true;
                }
            }
        }
        is_stream
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn port(&self) -> u16 {
        self.entrances[self.next.fetch_add(1, Ordering::Relaxed) % self.entrances.len()]
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, data: &str) -> String {
        format!("id: {id}\nevent: entry\ndata: {{\"id\":\"{id}\",{data}}}\n\n")
    }

    #[test]
    fn what_was_answered_is_what_the_entries_say() {
        let mut seen = Seen::default();
        seen.take("event: hello\ndata: {\"state\":\"ok\"}\n\n");
        seen.take(&entry("1-0", r##""from":"customer","key":"c0001m002","text":"? #c0001m002""##));
        seen.take(&entry("2-0", r##""from":"assistant","answers":["c0001m002"],"text":"So""##));
        let mark = Mark { customer: 1, number: 2 };
        assert_eq!(seen.turns(), [Turn { asked: vec![mark], reply: "So".to_owned() }]);
        assert_eq!((seen.last.as_deref(), seen.violations.len()), (Some("2-0"), 0));
    }

    #[test]
    fn an_entry_that_comes_again_and_a_message_that_stands_twice_are_noticed() {
        let mut seen = Seen::default();
        let own = r##""from":"customer","key":"c0001m002","text":"? #c0001m002""##;
        seen.take(&entry("1-0", own));
        seen.take(&entry("1-0", own));
        assert_eq!(seen.violations.len(), 1, "{seen:?}");
        seen.take(&entry("2-0", own));
        seen.take(&entry("3-0", r#""text":"from nobody""#));
        assert_eq!(seen.violations.len(), 3, "{seen:?}");
    }
}
