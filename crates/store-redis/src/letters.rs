//! The stored form of dead letters, and their names.
//!
//! One that a later version wrote is still listed, so that it hides no other and an operator
//! learns of it.

use std::collections::HashMap;
use std::time::Duration;

use conversation::ports::DeadLetter;
use conversation::{ConversationId, Digest, Message, StoreError, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::{keys, millis, stored};

const ID_PREFIX: &str = "dead_";

/// A fresh id for a dead letter. It names the conversation's digest, so that the letter is found
/// in its partition.
pub(crate) fn letter_id(conversation: Digest) -> String {
    format!("{ID_PREFIX}{conversation}{:016x}", rand::random::<u64>())
}

/// The conversation's digest that a dead letter's id names.
pub(crate) fn digest_of(id: &str) -> Option<Digest> {
    keys::digest(id.strip_prefix(ID_PREFIX)?.get(..32)?)
}

/// A dead letter as its partition lists it.
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) digest: Digest,
    since: Timestamp,
}

impl Listed {
    /// Takes the id and the time, in milliseconds, from the list; nothing if the id is not one.
    pub(crate) fn new(id: String, since: f64) -> Option<Self> {
        // Half a millisecond more, so that what the division loses takes no whole one away.
        let since = Duration::try_from_secs_f64((since + 0.5) / 1000.0).unwrap_or_default();
        let digest = digest_of(&id)?;
        Some(Self { id, digest, since: Timestamp(millis(since)) })
    }
}

#[derive(Deserialize)]
struct StoredLetter {
    v: u32,
    at: u64,
    reason: String,
    conversation: ConversationId,
    #[serde(default)]
    envelopes: Vec<String>,
    #[serde(default)]
    outbox: HashMap<String, String>,
}

/// What any version of a dead letter tells, whatever the rest of it has become.
#[derive(Deserialize)]
struct Outline {
    conversation: ConversationId,
    #[serde(default)]
    reason: Value,
}

/// Reads a dead letter, or at least whose it is; nothing if not even that can be read.
pub(crate) fn read(listed: Listed, body: &str) -> Option<DeadLetter> {
    match read_whole(&listed, body) {
        Ok(letter) => Some(letter),
        Err(error) => {
            tracing::warn!(letter = listed.id, %error, "a dead letter can't be read here");
            read_outline(listed, body, &error)
        }
    }
}

fn read_whole(listed: &Listed, body: &str) -> Result<DeadLetter, StoreError> {
    const WHAT: &str = "a dead letter";
    let letter: StoredLetter = stored::from_json(WHAT, body)?;
    stored::known_version(WHAT, letter.v)?;
    let messages: Vec<Message> = letter
        .envelopes
        .iter()
        .map(|envelope| stored::waiting(listed.digest, envelope).map(|waiting| waiting.message))
        .collect::<Result<_, _>>()?;
    let fields = letter.outbox.iter().map(|(field, value)| (field.as_str(), value.as_str()));
    Ok(DeadLetter {
        id: listed.id.clone(),
        conversation: letter.conversation,
        reason: letter.reason,
        at: Timestamp(letter.at),
        messages,
        outbox: stored::outbox(fields)?,
    })
}

fn read_outline(listed: Listed, body: &str, error: &StoreError) -> Option<DeadLetter> {
    let outline: Outline = stored::from_json("a dead letter's outline", body).ok()?;
    let reason = match outline.reason.as_str() {
        Some(reason) => format!("{error}; it lies here for this reason: {reason}"),
        None => error.to_string(),
    };
    Some(DeadLetter {
        id: listed.id,
        conversation: outline.conversation,
        reason,
        at: listed.since,
        messages: Vec::new(),
        outbox: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER_V1: &str = r#"{"v":1,"at":5,"reason":"r","conversation":"api:web\/a","outbox":{"b":"{\"v\":1,\"turn\":\"t\",\"reply\":{\"text\":\"a\",\"model\":\"m\",\"at\":1},\"parts\":[{\"text\":\"a\"}]}","n":"1","s:0":"s"}}"#;

    fn listed() -> Listed {
        Listed::new(letter_id(Digest([1; 16])), 7.0).unwrap()
    }

    #[test]
    fn a_dead_letters_id_leads_to_its_conversation_and_garbage_leads_nowhere() {
        let digest = Digest([0xa7; 16]);
        assert_eq!(digest_of(&letter_id(digest)), Some(digest));
        for garbage in [
            "",
            "dead_",
            "dead_zz",
            "dead_\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(digest_of(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn the_time_in_the_list_is_read_to_the_millisecond() {
        for milliseconds in 1_795_369_398_000..1_795_369_399_000 {
            let since: f64 = milliseconds.to_string().parse().unwrap();
            let listed = Listed::new(letter_id(Digest([1; 16])), since).unwrap();
            assert_eq!(listed.since, Timestamp(milliseconds));
        }
        assert_eq!(Listed::new(letter_id(Digest([1; 16])), -1.0).unwrap().since, Timestamp(0));
    }

    #[test]
    fn a_dead_letter_of_version_1_stays_readable() {
        let letter = read(listed(), LETTER_V1).unwrap();
        assert_eq!(letter.conversation.key(), "web/a");
        assert_eq!((letter.reason.as_str(), letter.at), ("r", Timestamp(5)));
        assert_eq!(letter.outbox.unwrap().next(), Some(0));
    }

    #[test]
    fn of_a_later_dead_letter_is_told_what_can_be_read() {
        let later = LETTER_V1.replacen("\"v\":1", "\"v\":9", 1).replace("\"at\":5", "\"at\":[]");
        for (body, version) in [(LETTER_V1.replacen("\"v\":1", "\"v\":9", 1), "9"), (later, "")] {
            let letter = read(listed(), &body).unwrap();
            assert_eq!(letter.conversation.key(), "web/a");
            assert_eq!((letter.at, letter.outbox), (Timestamp(7), None));
            assert!(letter.reason.contains("can't be read"), "{}", letter.reason);
            assert!(letter.reason.contains(version), "{}", letter.reason);
            assert!(letter.reason.ends_with(": r"), "{}", letter.reason);
        }
        assert_eq!(read(listed(), "garbage"), None);
        assert_eq!(read(listed(), r#"{"v":9}"#), None);
    }
}
