//! The dead letters of one conversation: what was given up, and waits for an operator.

use std::collections::BTreeMap;

use conversation::{MessageId, Outbox, Timestamp};

use crate::conversation_state::Queued;
use crate::weight::Weigh;

/// Something given up.
pub(crate) struct Dead {
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
    pub(crate) messages: Vec<Queued>,
    pub(crate) outbox: Option<Outbox>,
    /// The messages that the reply answers, if the provider could not deliver it.
    pub(crate) answered: Vec<MessageId>,
}

impl Weigh for Dead {
    fn weight(&self) -> usize {
        let messages: usize = self.messages.iter().map(Weigh::weight).sum();
        let answered = size_of_val(self.answered.as_slice());
        size_of_val(self) + self.reason.len() + messages + self.outbox.weight() + answered
    }
}

/// Dead letters by number, oldest first.
#[derive(Default)]
pub(crate) struct DeadLetters {
    by_number: BTreeMap<u64, Dead>,
    weight: usize,
}

impl DeadLetters {
    pub(crate) fn insert(&mut self, number: u64, dead: Dead) {
        self.weight += dead.weight();
        self.by_number.insert(number, dead);
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Dead> {
        let dead = self.by_number.remove(&number)?;
        self.weight -= dead.weight();
        Some(dead)
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Dead> {
        self.by_number.get(&number)
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.by_number.keys().copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Dead> {
        self.by_number.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }
}

impl Weigh for DeadLetters {
    fn weight(&self) -> usize {
        self.weight
    }
}
