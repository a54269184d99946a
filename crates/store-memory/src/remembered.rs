//! The keys of a conversation's messages: what makes a repetition the same message, and how far
//! that message has come.

use std::collections::HashMap;

use conversation::ports::{Accepted, MessageState};
use conversation::{AnswerBy, Digest, KeyDigest, MessageId, Timestamp};

use crate::weight::Weigh;

/// One accepted message's key.
pub(crate) struct Remembered {
    pub(crate) token: [u8; 8],
    pub(crate) answer_by: AnswerBy,
    pub(crate) until: Timestamp,
    pub(crate) state: MessageState,
}

impl Remembered {
    /// What to say when the message is handed in again.
    pub(crate) fn repeated(
        &self,
        conversation: Digest,
        key: KeyDigest,
        answer_by: AnswerBy,
    ) -> Accepted {
        match (self.answer_by, answer_by) {
            (AnswerBy::Record(first), AnswerBy::Record(second))
            | (AnswerBy::Transcript(first), AnswerBy::Transcript(second))
                if first != second =>
            {
                Accepted::Conflict
            }
            (
                AnswerBy::Record(_) | AnswerBy::Channel | AnswerBy::Transcript(_),
                AnswerBy::Record(_) | AnswerBy::Channel | AnswerBy::Transcript(_),
            ) => {
                let id = MessageId { conversation, key, token: self.token };
                Accepted::Duplicate(id, self.state.clone())
            }
        }
    }
}

impl Weigh for Remembered {
    fn weight(&self) -> usize {
        let text = match &self.state {
            MessageState::Answered(reply) => reply.weight(),
            MessageState::Parked { reason } | MessageState::Undelivered { reason } => reason.len(),
            MessageState::Waiting
            | MessageState::TakenBack
            | MessageState::Recorded
            | MessageState::MovedOn => 0,
        };
        size_of_val(self) + size_of::<KeyDigest>() + text
    }
}

/// All the remembered keys of one conversation.
#[derive(Default)]
pub(crate) struct Keys {
    by_digest: HashMap<KeyDigest, Remembered>,
    weight: usize,
}

impl Keys {
    /// The message under `key`, if it is still remembered at `now`.
    pub(crate) fn get(&self, key: KeyDigest, now: Timestamp) -> Option<&Remembered> {
        self.by_digest.get(&key).filter(|remembered| now < remembered.until)
    }

    /// Remembers a message, in the place of an expired one if need be.
    pub(crate) fn insert(&mut self, key: KeyDigest, remembered: Remembered) {
        self.weight += remembered.weight();
        if let Some(old) = self.by_digest.insert(key, remembered) {
            self.weight -= old.weight();
        }
    }

    /// Writes down how far the message `id` has come, if it is still the one under its key.
    pub(crate) fn set(&mut self, id: &MessageId, state: impl FnOnce(AnswerBy) -> MessageState) {
        let found = self.by_digest.get_mut(&id.key).filter(|found| found.token == id.token);
        if let Some(remembered) = found {
            self.weight -= remembered.weight();
            remembered.state = state(remembered.answer_by);
            self.weight += remembered.weight();
        }
    }

    /// Forgets the message under `key` with this token.
    pub(crate) fn remove(&mut self, key: KeyDigest, token: [u8; 8]) {
        if self.by_digest.get(&key).is_some_and(|found| found.token == token)
            && let Some(old) = self.by_digest.remove(&key)
        {
            self.weight -= old.weight();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_digest.is_empty()
    }
}

impl Weigh for Keys {
    fn weight(&self) -> usize {
        self.weight
    }
}
