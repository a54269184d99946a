//! What happens in a conversation besides its messages.

use async_trait::async_trait;
use conversation::ports::{MessageState, Move, Notes, Noticed};
use conversation::{
    AnswerBy, Digest, Message, MessageId, Note, Remark, Remarked, Scope, StoreError, Timestamp,
};

use crate::MemoryStore;
use crate::conversation_state::{Conversation, Queued};
use crate::inbox::OVERHEAD;
use crate::moving::fresh_id;
use crate::state::State;
use crate::weight::Weigh;

#[async_trait]
impl Notes for MemoryStore {
    async fn note(&self, notes: Vec<Note>) -> Result<Vec<Noticed>, StoreError> {
        self.step(|state, now| {
            let note = |note| {
                state.clear_expired(now);
                state.note(note, now)
            };
            let noticed: Vec<Result<Noticed, StoreError>> = notes.into_iter().map(note).collect();
            noticed.into_iter().collect()
        })
    }

    async fn carry_over(&self, moves: Vec<Move>) -> Result<Vec<bool>, StoreError> {
        self.step(|state, now| {
            let carry = |told: &Move| {
                state.clear_expired(now);
                state.carry_over(told, now, &self.shared.hub)
            };
            moves.iter().map(carry).collect()
        })
    }
}

impl State {
    fn note(&mut self, note: Note, now: Timestamp) -> Result<Noticed, StoreError> {
        let Note { conversation, key, remark, scope } = note;
        let digest = conversation.digest();
        let id = fresh_id(digest, &key);
        if self.is_known(id, now) {
            return Ok(Noticed::Duplicate);
        }
        match scope {
            Scope::Always => {}
            Scope::OfKnownMessages if self.is_of_a_known_message(digest, &remark, now) => {}
            Scope::OfKnownMessages => return Ok(Noticed::Ignored),
        }
        self.find_room_for_remark(digest, &remark)?;
        self.admit(remark.weight() + OVERHEAD)?;
        self.insert(digest, || Conversation::new(conversation));
        self.keep(id, AnswerBy::Channel, MessageState::Recorded, now);
        if !self.queue.is_held(digest)
            && let Some(about) = &remark.about
            && self.edit(digest, |found| found.amend(about, &remark.what)) == Some(true)
        {
            return Ok(Noticed::Amended);
        }
        self.keep_remark(digest, remark, now);
        Ok(Noticed::Kept)
    }

    pub(crate) fn is_known(&self, id: MessageId, now: Timestamp) -> bool {
        let found = self.conversation(id.conversation);
        found.is_some_and(|found| found.keys.get(id.key, now).is_some())
    }

    fn is_of_a_known_message(&self, digest: Digest, remark: &Remark, now: Timestamp) -> bool {
        let found = self.conversation(digest).zip(remark.about.as_deref());
        found.is_some_and(|(found, about)| found.knows(about, now))
    }
}

impl Conversation {
    /// Whether it has to do with the message that its provider calls so.
    fn knows(&self, reference: &str, now: Timestamp) -> bool {
        let is_it = |message: &Message| message.reference.as_deref() == Some(reference);
        let is_queued = |queued: &Queued| is_it(&queued.message);
        let remembers = now < self.history_until
            && (self.history.iter().any(|turn| turn.asked.iter().any(is_it))
                || self.remarks.iter().any(|kept| said(&kept.remark.what).is_some_and(is_it)));
        remembers
            || self.waiting.iter().chain(self.revived.iter()).any(is_queued)
            || self.dead.iter().any(|dead| dead.messages.iter().any(is_queued))
    }

    /// Changes the message that this is about, or takes it out. Says whether it waits.
    fn amend(&mut self, about: &str, what: &Remarked) -> bool {
        let is_meant = |queued: &Queued| queued.message.reference.as_deref() == Some(about);
        match what {
            Remarked::Edited(message) => {
                let reword = |queued: &mut Queued| reword(&mut queued.message, message);
                self.revived.change(is_meant, reword) || self.waiting.change(is_meant, reword)
            }
            Remarked::TakenBack => {
                let taken = self.revived.pull(is_meant).or_else(|| self.waiting.pull(is_meant));
                let Some(taken) = taken else { return false };
                self.keys.set(&taken.id, |_| MessageState::TakenBack);
                true
            }
            Remarked::Reacted(_)
            | Remarked::Unanswered(_)
            | Remarked::Colleague(_)
            | Remarked::Happened(_) => false,
        }
    }
}

/// The message that a remark brings.
fn said(what: &Remarked) -> Option<&Message> {
    match what {
        Remarked::Edited(message)
        | Remarked::Unanswered(message)
        | Remarked::Colleague(message) => Some(message),
        Remarked::TakenBack | Remarked::Reacted(_) | Remarked::Happened(_) => None,
    }
}

/// Gives a message new words; who said it, when, and what it asks of the gateway stays.
fn reword(message: &mut Message, now: &Message) {
    message.text.clone_from(&now.text);
    message.attachments.clone_from(&now.attachments);
}
