//! Histories, dead letters, and erasing a person.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Archive, DeadLetter, Event};
use conversation::{ConversationId, Exchange, StoreError};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::letters::{self, digest_of};
use crate::link::GROUP;
use crate::{Inner, RedisStore, stored};

#[async_trait]
impl Archive for RedisStore {
    async fn history(&self, conversation: &ConversationId) -> Result<Vec<Exchange>, StoreError> {
        let mut range = Cmd::new();
        range.arg("LRANGE").arg(self.inner.keys.history(conversation.digest())).arg(0).arg(-1);
        let turns: Vec<String> = self.inner.link.run(&range).await?;
        Ok(stored::history(&turns))
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
            .arg(keys.revived(digest))
            .arg(keys.remarks(digest))
            .arg(keys.rate(digest))
            .arg(keys.sent(digest))
            .arg(keys.transcript(digest))
            .arg(keys.rates(digest))
            .arg(keys.set_aside(digest))
            .arg(GROUP)
            .arg(conversation.as_str())
            .arg(&inner.options.replica)
            .arg(keys.events())
            .arg(digest.to_string());
        let erased: u64 = inner.link.call(verb, &call).await?;
        if erased > 0 {
            inner.hub.announce(digest, &Arc::new(Event::Missed));
        }
        Ok(erased > 0)
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let mut letters = Vec::new();
        let ids = self.inner.letter_ids(limit).await?;
        if ids.is_empty() {
            return Ok(letters);
        }
        let mut bodies = Pipeline::with_capacity(ids.len());
        for listed in &ids {
            bodies.hget(self.inner.keys.letters(listed.digest), &listed.id);
        }
        let bodies: Vec<Option<String>> = self.inner.link.run_all(&bodies).await?;
        for (listed, body) in ids.into_iter().zip(bodies) {
            // One that was revived or erased since its id was read is simply gone.
            let Some(body) = body else { continue };
            letters.extend(letters::read(listed, &body));
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
            .arg(keys.revived(digest))
            .arg(keys.sent(digest))
            .arg(id)
            .arg(GROUP);
        let revived: u64 = inner.link.call(verb, &call).await?;
        Ok(revived > 0)
    }
}

impl Inner {
    /// The oldest dead letters of every partition: up to `limit` of each, since only together
    /// do they tell which are the oldest.
    async fn letter_ids(&self, limit: usize) -> Result<Vec<letters::Listed>, StoreError> {
        let mut ranges = Pipeline::new();
        let last = isize::try_from(limit).unwrap_or(isize::MAX).saturating_sub(1);
        for partition in 0..self.keys.partitions() {
            ranges.zrange_withscores(self.keys.dead(partition), 0, last.max(0));
        }
        let ids: Vec<Vec<(String, f64)>> = self.link.run_all(&ranges).await?;
        let known = |(id, since)| letters::Listed::new(id, since);
        Ok(ids.into_iter().flatten().filter_map(known).collect())
    }
}
