//! All that the store holds, and what every verb needs of it: looking a claim up, changing a
//! conversation while keeping the books, and clearing away what has expired.

use std::collections::{BTreeMap, HashMap};

use conversation::ports::{Claim, ReplicaReport};
use conversation::{Digest, StoreError, Timestamp};

use crate::Options;
use crate::accord::Agreements;
use crate::conversation_state::Conversation;
use crate::expiries::Expiries;
use crate::queue::Queue;
use crate::transcripts::Place;
use crate::weight::Weigh;

/// How many reminders of each kind one call works off at most.
const CLEARED_AT_ONCE: usize = 16;

/// The data of one installation.
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) queue: Queue,
    pub(crate) expiries: Expiries,
    /// Where each dead letter lies, oldest first.
    pub(crate) dead: BTreeMap<u64, Digest>,
    pub(crate) next_dead: u64,
    pub(crate) replicas: BTreeMap<String, ReplicaReport>,
    pub(crate) agreements: Agreements,
    /// Where the last entry of any transcript stands.
    pub(crate) last_entry: Place,
    conversations: HashMap<Digest, Conversation>,
    /// The weight of all conversations together.
    weight: usize,
}

impl State {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            queue: Queue::default(),
            expiries: Expiries::default(),
            dead: BTreeMap::new(),
            next_dead: 0,
            replicas: BTreeMap::new(),
            agreements: Agreements::default(),
            last_entry: Place::default(),
            conversations: HashMap::new(),
            weight: 0,
        }
    }

    /// The digest of the claimed conversation, if the claim is held.
    pub(crate) fn check(&self, claim: &Claim) -> Result<Digest, StoreError> {
        let digest = claim.conversation.digest();
        if self.queue.holds(digest, &claim.fence) { Ok(digest) } else { Err(StoreError::Stale) }
    }

    pub(crate) fn conversation(&self, digest: Digest) -> Option<&Conversation> {
        self.conversations.get(&digest)
    }

    /// Changes a conversation, and keeps account of its weight.
    pub(crate) fn edit<T>(
        &mut self,
        digest: Digest,
        change: impl FnOnce(&mut Conversation) -> T,
    ) -> Option<T> {
        let conversation = self.conversations.get_mut(&digest)?;
        let before = conversation.weight();
        let result = change(conversation);
        self.weight = self.weight + conversation.weight() - before;
        Some(result)
    }

    /// Makes sure that the conversation is there.
    pub(crate) fn insert(&mut self, digest: Digest, make: impl FnOnce() -> Conversation) {
        self.conversations.entry(digest).or_insert_with(|| {
            let conversation = make();
            self.weight += conversation.weight();
            conversation
        });
    }

    /// Takes a conversation out with all that belongs to it.
    pub(crate) fn remove(&mut self, digest: Digest) -> Option<Conversation> {
        let conversation = self.conversations.remove(&digest)?;
        self.weight -= conversation.weight();
        self.queue.remove(digest);
        for number in conversation.dead.numbers() {
            self.dead.remove(&number);
        }
        Some(conversation)
    }

    /// Ends the claim on a conversation, and queues it again if there is more to do.
    pub(crate) fn end_claim(&mut self, digest: Digest, now: Timestamp) {
        if self.conversation(digest).is_some_and(Conversation::has_work) {
            self.queue.make_ready(digest, now);
        } else {
            self.queue.remove(digest);
            self.edit(digest, Conversation::come_to_rest);
        }
    }

    /// When the oldest message that waits anywhere was accepted.
    pub(crate) fn oldest_waiting(&self) -> Option<Timestamp> {
        self.conversations.values().filter_map(Conversation::oldest_waiting).min()
    }

    /// About how many bytes everything takes.
    pub(crate) fn total_weight(&self) -> usize {
        self.weight + self.expiries.weight() + self.agreements.weight()
    }

    /// Makes sure that `more` bytes fit. Nothing is forgotten for that before its time: a key that
    /// is gone too early would let a repeated message be answered twice.
    pub(crate) fn admit(&self, more: usize) -> Result<(), StoreError> {
        if self.total_weight() + more <= self.options.memory_limit {
            Ok(())
        } else {
            Err(StoreError::Full)
        }
    }

    /// Clears away some of what has expired: more than one call can add, so that it never piles
    /// up, and no more than that.
    pub(crate) fn clear_expired(&mut self, now: Timestamp) {
        self.clear_sent(now);
        for _ in 0..CLEARED_AT_ONCE {
            let Some(id) = self.expiries.next_key(now) else { break };
            self.edit(id.conversation, |found| found.keys.remove(id.key, id.token));
            self.remove_if_empty(id.conversation);
        }
        for _ in 0..CLEARED_AT_ONCE {
            let Some(digest) = self.expiries.next_history(now) else { break };
            let is_over = self.edit(digest, |found| {
                found.has_reminder = !found.expire_history(now);
                !found.has_reminder
            });
            if is_over == Some(false) {
                self.expiries.remember_history(now.plus(self.options.idle), digest);
            }
            self.remove_if_empty(digest);
        }
        for _ in 0..CLEARED_AT_ONCE {
            let Some(digest) = self.expiries.next_transcript(now) else { break };
            if self.edit(digest, |found| found.transcript.expire(now)) == Some(false) {
                let until = now.plus(self.options.transcript);
                self.expiries.remember_transcript(until, digest);
            }
            self.remove_if_empty(digest);
        }
    }

    fn clear_sent(&mut self, now: Timestamp) {
        for _ in 0..CLEARED_AT_ONCE {
            let Some(digest) = self.expiries.next_sent(now) else { break };
            // A later reply keeps the earlier ones longer, and has a reminder of its own.
            self.edit(digest, |found| found.sent.expire(now));
            self.remove_if_empty(digest);
        }
    }

    /// Removes a conversation of which nothing is kept.
    pub(crate) fn remove_if_empty(&mut self, digest: Digest) {
        let is_empty = self.conversation(digest).is_some_and(Conversation::is_empty);
        if is_empty && !self.queue.contains(digest) {
            self.remove(digest);
        }
    }
}

#[cfg(test)]
impl State {
    /// How many conversations are stored.
    pub(crate) fn conversation_count(&self) -> usize {
        self.conversations.len()
    }

    /// The weight of all conversations, added up anew.
    pub(crate) fn weight_recounted(&self) -> usize {
        self.agreements.weight()
            + self.expiries.weight()
            + self.conversations.values().map(Weigh::weight).sum::<usize>()
    }
}
