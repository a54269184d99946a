//! What has to be cleared away when: keys after the deduplication time, histories after the idle
//! time, transcripts after theirs, all constant, so that queues in order of arrival are enough; and sent replies, each after
//! a time of its own.
//!
//! An entry is a reminder only. Whoever reads a key or a history checks the time itself, so late
//! clearing costs memory and never correctness.

use std::collections::{BTreeSet, VecDeque};

use conversation::{Digest, MessageId, Timestamp};

use crate::weight::Weigh;

/// The reminders, oldest first.
#[derive(Default)]
pub(crate) struct Expiries {
    keys: VecDeque<(Timestamp, MessageId)>,
    histories: VecDeque<(Timestamp, Digest)>,
    sent: BTreeSet<(Timestamp, Digest)>,
    transcripts: VecDeque<(Timestamp, Digest)>,
}

impl Expiries {
    pub(crate) fn remember_key(&mut self, until: Timestamp, id: MessageId) {
        self.keys.push_back((until, id));
    }

    pub(crate) fn remember_history(&mut self, until: Timestamp, conversation: Digest) {
        self.histories.push_back((until, conversation));
    }

    pub(crate) fn remember_sent(&mut self, until: Timestamp, conversation: Digest) {
        self.sent.insert((until, conversation));
    }

    pub(crate) fn remember_transcript(&mut self, until: Timestamp, conversation: Digest) {
        self.transcripts.push_back((until, conversation));
    }

    /// The next key whose time is over.
    pub(crate) fn next_key(&mut self, now: Timestamp) -> Option<MessageId> {
        self.keys.pop_front_if(|(until, _)| *until <= now).map(|(_, id)| id)
    }

    /// The next conversation whose history may be over.
    pub(crate) fn next_history(&mut self, now: Timestamp) -> Option<Digest> {
        self.histories.pop_front_if(|(until, _)| *until <= now).map(|(_, digest)| digest)
    }

    /// The next conversation whose sent replies may be over.
    pub(crate) fn next_sent(&mut self, now: Timestamp) -> Option<Digest> {
        let (until, digest) = *self.sent.first()?;
        if until > now {
            return None;
        }
        self.sent.remove(&(until, digest));
        Some(digest)
    }

    /// The next conversation whose transcript may be over.
    pub(crate) fn next_transcript(&mut self, now: Timestamp) -> Option<Digest> {
        self.transcripts.pop_front_if(|(until, _)| *until <= now).map(|(_, digest)| digest)
    }
}

impl Weigh for Expiries {
    fn weight(&self) -> usize {
        self.keys.len() * size_of::<(Timestamp, MessageId)>()
            + (self.histories.len() + self.transcripts.len() + self.sent.len())
                * size_of::<(Timestamp, Digest)>()
    }
}
