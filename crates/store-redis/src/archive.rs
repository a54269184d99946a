//! Histories, dead letters, and erasing a person.

use async_trait::async_trait;
use conversation::ports::{Archive, DeadLetter};
use conversation::{ConversationId, Digest, Exchange, Message, StoreError, Timestamp};
use deadpool_redis::redis::{Cmd, Pipeline};
use serde::Deserialize;
use std::collections::HashMap;

use crate::link::GROUP;
use crate::{Inner, RedisStore, stored};

const ID_PREFIX: &str = "dead_";

/// A fresh id for a dead letter. It names the conversation's digest, so that the letter is found
/// in its partition.
pub(crate) fn letter_id(conversation: Digest) -> String {
    format!("{ID_PREFIX}{conversation}{:016x}", rand::random::<u64>())
}

/// The conversation's digest that a dead letter's id names.
fn digest_of(id: &str) -> Option<Digest> {
    let hex = id.strip_prefix(ID_PREFIX)?.get(..32)?;
    let mut digest = Digest([0; 16]);
    for (index, byte) in digest.0.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
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

#[async_trait]
impl Archive for RedisStore {
    async fn history(&self, conversation: &ConversationId) -> Result<Vec<Exchange>, StoreError> {
        let mut range = Cmd::new();
        range.arg("LRANGE").arg(self.inner.keys.history(conversation.digest())).arg(0).arg(-1);
        let turns: Vec<String> = self.inner.link.run(&range).await?;
        turns.iter().map(|turn| stored::exchange(turn)).collect()
    }

    async fn forget(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        let inner = &self.inner;
        let (keys, verb) = (&inner.keys, &inner.scripts.forget);
        let digest = conversation.digest();
        let partition = keys.partition(digest);
        let mut call = verb.call();
        call.arg(keys.ready(partition))
            .arg(keys.conversation(digest))
            .arg(keys.inbox(digest))
            .arg(keys.history(digest))
            .arg(keys.outbox(digest))
            .arg(keys.records(digest))
            .arg(keys.watchers(digest))
            .arg(keys.letters(digest))
            .arg(keys.dead(partition))
            .arg(keys.delayed(partition))
            .arg(GROUP)
            .arg(conversation.as_str());
        let erased: u64 = inner.link.call(verb, &call).await?;
        Ok(erased > 0)
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let mut letters = Vec::new();
        let ids = self.inner.letter_ids(limit).await?;
        if ids.is_empty() {
            return Ok(letters);
        }
        let mut bodies = Pipeline::with_capacity(ids.len());
        for (id, digest) in &ids {
            bodies.hget(self.inner.keys.letters(*digest), id);
        }
        let bodies: Vec<Option<String>> = self.inner.link.run_all(&bodies).await?;
        for ((id, digest), body) in ids.into_iter().zip(bodies) {
            // One that was revived or erased since its id was read is simply gone.
            let Some(body) = body else { continue };
            letters.push(read(id, digest, &body)?);
        }
        letters.sort_by_key(|letter| letter.at);
        letters.truncate(limit);
        Ok(letters)
    }

    async fn revive(&self, id: &str) -> Result<bool, StoreError> {
        let Some(digest) = digest_of(id) else {
            return Ok(false);
        };
        let inner = &self.inner;
        let (keys, verb) = (&inner.keys, &inner.scripts.revive);
        let partition = keys.partition(digest);
        let mut call = verb.call();
        call.arg(keys.ready(partition))
            .arg(keys.conversation(digest))
            .arg(keys.inbox(digest))
            .arg(keys.outbox(digest))
            .arg(keys.records(digest))
            .arg(keys.dead(partition))
            .arg(keys.letters(digest))
            .arg(id)
            .arg(GROUP);
        let revived: u64 = inner.link.call(verb, &call).await?;
        Ok(revived > 0)
    }
}

impl Inner {
    /// The oldest dead letters of every partition: up to `limit` of each, since only together
    /// do they tell which are the oldest.
    async fn letter_ids(&self, limit: usize) -> Result<Vec<(String, Digest)>, StoreError> {
        let mut ranges = Pipeline::new();
        let last = isize::try_from(limit).unwrap_or(isize::MAX).saturating_sub(1);
        for partition in 0..self.keys.partitions() {
            ranges.zrange(self.keys.dead(partition), 0, last.max(0));
        }
        let ids: Vec<Vec<String>> = self.link.run_all(&ranges).await?;
        let known = |id: String| digest_of(&id).map(|digest| (id, digest));
        Ok(ids.into_iter().flatten().filter_map(known).collect())
    }
}

fn read(id: String, digest: Digest, body: &str) -> Result<DeadLetter, StoreError> {
    const WHAT: &str = "a dead letter";
    let letter: StoredLetter = stored::from_json(WHAT, body)?;
    stored::known_version(WHAT, letter.v)?;
    let messages: Vec<Message> = letter
        .envelopes
        .iter()
        .map(|envelope| stored::waiting(digest, envelope).map(|waiting| waiting.message))
        .collect::<Result<_, _>>()?;
    let fields = letter.outbox.iter().map(|(field, value)| (field.as_str(), value.as_str()));
    Ok(DeadLetter {
        id,
        conversation: letter.conversation,
        reason: letter.reason,
        at: Timestamp(letter.at),
        messages,
        outbox: stored::outbox(fields)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_dead_letter_of_version_1_stays_readable() {
        let body = r#"{"v":1,"at":5,"reason":"r","conversation":"api:web\/a","outbox":{"b":"{\"v\":1,\"turn\":\"t\",\"reply\":{\"text\":\"a\",\"model\":\"m\",\"at\":1},\"parts\":[{\"text\":\"a\"}]}","n":"1","s:0":"s"}}"#;
        let letter = read("dead_x".into(), Digest([1; 16]), body).unwrap();
        assert_eq!(letter.conversation.key(), "web/a");
        assert_eq!(letter.outbox.unwrap().next(), Some(0));
        let later = body.replacen("\"v\":1", "\"v\":9", 1);
        assert!(read("dead_x".into(), Digest([1; 16]), &later).is_err());
    }
}
