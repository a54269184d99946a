//! The stored forms, each with its version, so that replicas of two versions can run side by
//! side and old data stays readable.
//!
//! A script must find a message's key and token without parsing JSON, so a waiting message is
//! an *envelope*: a header of fixed width, then JSON.
//!
//! ```text
//! envelope  1 version · 1 'r' recorded, 'c' sent by the channel or 't' in the transcript · 16 key digest · 11 token ·
//!           16 fingerprint (dashes where none) · 13 time of acceptance in milliseconds ·
//!           the replica that waits for the answer, if any · line end ·
//!           JSON {"key","message","request"}, and "slow":true over the sender's rate
//! record    11 token · 16 fingerprint · 13 time of acceptance · 1 state (w waiting, a answered,
//!           p parked, u undelivered, t taken back, r recorded, rf gone on elsewhere) · the reply as
//!           JSON, or the reason
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use conversation::ports::{MessageState, Move, Waiting};
use conversation::{
    AnswerBy, Command, Digest, Exchange, Fingerprint, Inbound, KeyDigest, Message, MessageId,
    Outbox, OutboxPart, Part, PartState, Reply, Sender, StoreError, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::errors::{unreadable, unreadable_json};

/// The version of the envelope that this code writes.
const ENVELOPE: u8 = b'1';
/// Where an envelope's time of acceptance stands.
const ACCEPTED_AT: usize = 45;
/// Where an envelope's listener stands.
const LISTENER: usize = 58;
/// Where a record's state stands.
const RECORD_STATE: usize = 40;
/// The version of the JSON forms that this code writes.
pub(crate) const VERSION: u32 = 1;
/// Stands for the fingerprint of a message whose answer isn't recorded.
const NO_FINGERPRINT: &str = "----------------";

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredMessage<M> {
    #[serde(default)]
    key: String,
    message: M,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// Whether its sender is asked to wait, as only the script that accepts it can tell.
    #[serde(default, skip_serializing)]
    slow: bool,
}

impl StoredMessage<Message> {
    pub(crate) fn into_message(self) -> Message {
        let command = if self.slow { Some(Command::SlowDown) } else { self.message.command };
        Message { command, ..self.message }
    }
}

/// What the scripts need of a message on its way in.
pub(crate) struct Incoming {
    pub(crate) id: MessageId,
    pub(crate) key: String,
    /// The envelope up to the time of acceptance, which the server adds.
    pub(crate) before_time: String,
    /// The envelope after it.
    pub(crate) after_time: String,
}

impl Incoming {
    /// Spells a message for the store, under a fresh token. `listener` is the replica that waits
    /// for the answer, or nothing.
    pub(crate) fn new(
        inbound: &Inbound,
        conversation: Digest,
        listener: &str,
    ) -> Result<Self, StoreError> {
        let id = MessageId { conversation, key: inbound.key.digest(), token: rand::random() };
        let key = BASE64.encode(id.key.0);
        let (kind, fingerprint) = match inbound.answer_by {
            AnswerBy::Record(fingerprint) => ('r', BASE64.encode(fingerprint.0)),
            AnswerBy::Transcript(fingerprint) => ('t', BASE64.encode(fingerprint.0)),
            AnswerBy::Channel => ('c', NO_FINGERPRINT.to_owned()),
        };
        let (version, token) = (char::from(ENVELOPE), BASE64.encode(id.token));
        let stored = StoredMessage {
            key: inbound.key.as_str().to_owned(),
            message: &inbound.message,
            request: inbound.request.clone(),
            slow: false,
        };
        let json = to_json("a message", &stored)?;
        Ok(Self {
            id,
            before_time: format!("{version}{kind}{key}{token}{fingerprint}"),
            after_time: format!("{listener}\n{json}"),
            key,
        })
    }
}

/// The replica that waits for the answer to a stored message, if any.
pub(crate) fn listener(envelope: &str) -> Option<&str> {
    let (listener, _json) = envelope.get(LISTENER..)?.split_once('\n')?;
    (!listener.is_empty()).then_some(listener)
}

/// When a stored message was accepted.
pub(crate) fn accepted_at(envelope: &str) -> Option<Timestamp> {
    envelope.get(ACCEPTED_AT..LISTENER)?.parse().ok().map(Timestamp)
}

/// Reads a waiting message.
pub(crate) fn waiting(conversation: Digest, envelope: &str) -> Result<Waiting, StoreError> {
    const WHAT: &str = "a waiting message";
    if envelope.as_bytes().first() != Some(&ENVELOPE) {
        return Err(unreadable(WHAT, "its version is not known here"));
    }
    let head = envelope.get(2..29).ok_or_else(|| unreadable(WHAT, "it is too short"))?;
    let rest = envelope.get(LISTENER..).and_then(|rest| rest.split_once('\n'));
    let (_listener, json) = rest.ok_or_else(|| unreadable(WHAT, "it has no message"))?;
    let stored: StoredMessage<Message> = from_json(WHAT, json)?;
    let (key, request) = (stored.key.clone(), stored.request.clone());
    Ok(Waiting {
        id: message_id(conversation, head)?,
        key,
        request,
        message: stored.into_message(),
    })
}

/// The same stored message without the way to its customer, who is elsewhere now.
pub(crate) fn without_way(envelope: &str) -> String {
    let without = || {
        let (head, json) = envelope.split_once('\n')?;
        let mut stored: serde_json::Value = serde_json::from_str(json).ok()?;
        stored.get_mut("message")?.as_object_mut()?.remove("reach")?;
        Some(format!("{head}\n{stored}"))
    };
    without().unwrap_or_else(|| envelope.to_owned())
}

/// The name of the message that a script refers to by key digest and token.
pub(crate) fn message_id(conversation: Digest, head: &str) -> Result<MessageId, StoreError> {
    let wrong = || unreadable("a message's key and token", "not 27 characters of base64");
    let (key, token) = head.split_at_checked(16).ok_or_else(wrong)?;
    let mut id = MessageId { conversation, key: KeyDigest([0; 12]), token: [0; 8] };
    let key = BASE64.decode_slice(key, &mut id.key.0).map_err(|_| wrong())?;
    let token = BASE64.decode_slice(token, &mut id.token).map_err(|_| wrong())?;
    if (key, token) == (12, 8) { Ok(id) } else { Err(wrong()) }
}

/// The record of something that is no message, up to the time, which the server adds.
pub(crate) fn fresh_record() -> String {
    format!("{}{NO_FINGERPRINT}", BASE64.encode(rand::random::<[u8; 8]>()))
}

/// The digest of a deduplication key, as the scripts spell it.
pub(crate) fn key_digest(key: KeyDigest) -> String {
    BASE64.encode(key.0)
}

/// A move as the conversation remembers it that it leaves.
pub(crate) fn move_digest(Move { to, key, .. }: &Move) -> String {
    let parts = [b"moved to".as_slice(), to.as_str().as_bytes(), key.as_str().as_bytes()];
    BASE64.encode(Fingerprint::of(&parts).0)
}

/// One of a conversation's senders, as the scripts spell it.
pub(crate) fn sender(sender: Sender) -> String {
    BASE64.encode(sender.0)
}

/// A record up to its time, of what has no fingerprint and is no message.
pub(crate) fn record_head(token: [u8; 8]) -> String {
    format!("{}{NO_FINGERPRINT}", BASE64.encode(token))
}

/// Reads a record: the message's token and how far it has come.
pub(crate) fn record(stored: &str) -> Result<([u8; 8], MessageState), StoreError> {
    const WHAT: &str = "a message's record";
    let short = || unreadable(WHAT, "it is too short");
    let mut token = [0; 8];
    BASE64
        .decode_slice(stored.get(..11).ok_or_else(short)?, &mut token)
        .map_err(|_| unreadable(WHAT, "its token is not base64"))?;
    let rest = stored.get(RECORD_STATE + 1..).ok_or_else(short)?;
    let state = match stored.as_bytes().get(RECORD_STATE) {
        Some(b'w') => MessageState::Waiting,
        Some(b'a') if rest.is_empty() => MessageState::Answered(None),
        Some(b'a') => MessageState::Answered(Some(from_json(WHAT, rest)?)),
        Some(b'p') => MessageState::Parked { reason: rest.to_owned() },
        Some(b'u') => MessageState::Undelivered { reason: rest.to_owned() },
        Some(b't') => MessageState::TakenBack,
        // An earlier version takes it for one that is recorded.
        Some(b'r') if rest == "f" => MessageState::MovedOn,
        Some(b'r') => MessageState::Recorded,
        Some(_) | None => return Err(unreadable(WHAT, "its state is not known here")),
    };
    Ok((token, state))
}

/// A reply as it is stored.
pub(crate) fn reply(reply: &Reply) -> Result<String, StoreError> {
    to_json("a reply", reply)
}

#[derive(Deserialize)]
struct StoredExchange {
    v: u32,
    asked: Vec<StoredMessage<Message>>,
    reply: Reply,
    #[serde(default)]
    known: Option<Timestamp>,
}

/// Reads one turn of a history.
fn exchange(stored: &str) -> Result<Exchange, StoreError> {
    const WHAT: &str = "a turn of the history";
    let StoredExchange { v, asked, reply, known } = from_json(WHAT, stored)?;
    known_version(WHAT, v)?;
    let asked = asked.into_iter().map(StoredMessage::into_message).collect();
    Ok(Exchange { asked, reply, known_until: known })
}

/// Reads a history. A turn that can't be read here, since a later version wrote it, is left out:
/// it is context for the next answer, and worth less than the answer itself.
pub(crate) fn history(turns: &[String]) -> Vec<Exchange> {
    let read = |turn: &String| {
        let warn = |error: &StoreError| tracing::warn!(%error, "a turn is left out");
        exchange(turn).inspect_err(warn).ok()
    };
    turns.iter().filter_map(read).collect()
}

#[derive(Serialize, Deserialize)]
struct StoredOutbox {
    v: u32,
    turn: String,
    reply: Reply,
    parts: Vec<Part>,
}

/// An outbox's unchanging half; how far each part has come stands beside it.
pub(crate) fn outbox_body(turn: &str, reply: &Reply, parts: &[Part]) -> Result<String, StoreError> {
    let (turn, reply, parts) = (turn.to_owned(), reply.clone(), parts.to_vec());
    to_json("a reply on its way out", &StoredOutbox { v: VERSION, turn, reply, parts })
}

/// Reads an outbox from the fields of its hash: `b` the body, `s:N` how far part N has come. The
/// scripts alone read `n`, the number of parts, `m`, the messages that it answers, and `q:N` of a part
/// that is pending again, but may have gone out.
pub(crate) fn outbox<'a>(
    fields: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<Option<Outbox>, StoreError> {
    const WHAT: &str = "a reply on its way out";
    let Some((_, body)) = fields.clone().find(|(field, _)| *field == "b") else {
        return Ok(None);
    };
    let StoredOutbox { v, turn, reply, parts } = from_json(WHAT, body)?;
    known_version(WHAT, v)?;
    let mut parts: Vec<_> =
        parts.into_iter().map(|part| OutboxPart { part, state: PartState::Pending }).collect();
    for (field, value) in fields {
        let Some(index) = field.strip_prefix("s:") else { continue };
        let index: usize = index.parse().map_err(|error| unreadable(WHAT, &error))?;
        let part = parts.get_mut(index).ok_or_else(|| unreadable(WHAT, "a part is missing"))?;
        part.state = part_state(value)?;
    }
    Ok(Some(Outbox { turn, reply, parts }))
}

fn part_state(stored: &str) -> Result<PartState, StoreError> {
    match stored.split_at_checked(1) {
        Some(("s", "")) => Ok(PartState::Sending),
        Some(("d", "")) => Ok(PartState::Delivered(None)),
        Some(("d", receipt)) => Ok(PartState::Delivered(Some(receipt.to_owned()))),
        Some(_) | None => Err(unreadable("a part's state", "it is not known here")),
    }
}

pub(crate) fn to_json(what: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| unreadable_json(what, &error))
}

pub(crate) fn from_json<'a, T: Deserialize<'a>>(
    what: &'static str,
    json: &'a str,
) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| unreadable_json(what, &error))
}

/// Refuses a form that a later version wrote.
pub(crate) fn known_version(what: &'static str, version: u32) -> Result<(), StoreError> {
    if version == VERSION {
        return Ok(());
    }
    Err(unreadable(what, &format!("its version {version} is not known here")))
}

#[cfg(test)]
#[path = "stored_tests.rs"]
mod tests;
