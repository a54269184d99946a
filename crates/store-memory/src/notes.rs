//! What happens in a conversation besides its messages, and what is carried over to another one.

use async_trait::async_trait;
use conversation::ports::{MessageState, Move, Notes, Noticed};
use conversation::{
    AnswerBy, DedupeKey, Digest, EventHub, Message, MessageId, Note, Remark, Remarked, Said, Scope,
    StoreError, Timestamp,
};

use crate::MemoryStore;
use crate::conversation_state::{Conversation, Queued};
use crate::inbox::OVERHEAD;
use crate::pile::Pile;
use crate::remarks::keep_newest;
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

/// The name under which something that is no message is remembered.
fn fresh_id(conversation: Digest, key: &DedupeKey) -> MessageId {
    MessageId { conversation, key: key.digest(), token: rand::random() }
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

    fn is_known(&self, id: MessageId, now: Timestamp) -> bool {
        let found = self.conversation(id.conversation);
        found.is_some_and(|found| found.keys.get(id.key, now).is_some())
    }

    fn is_of_a_known_message(&self, digest: Digest, remark: &Remark, now: Timestamp) -> bool {
        let found = self.conversation(digest).zip(remark.about.as_deref());
        found.is_some_and(|(found, about)| found.knows(about, now))
    }

    fn carry_over(
        &mut self,
        Move { from, to, key }: &Move,
        now: Timestamp,
        hub: &EventHub,
    ) -> Result<bool, StoreError> {
        let (from, digest) = (from.digest(), to.digest());
        let key = fresh_id(digest, key);
        if from == digest || self.is_known(key, now) {
            return Ok(false);
        }
        self.admit(OVERHEAD)?;
        let brought = self.edit(from, |found| {
            found.expire_history(now);
            (std::mem::take(&mut found.history), std::mem::take(&mut found.remarks))
        });
        let (mut turns, mut remarks) = brought.unwrap_or_default();
        self.insert(digest, || Conversation::new(to.clone()));
        self.keep(key, AnswerBy::Channel, MessageState::Recorded, now);
        let (limit, until) = (self.options.history_limit, now.plus(self.options.idle));
        self.edit(digest, |found| {
            found.touch(now, until);
            put_first(&mut found.history, &mut turns);
            put_first(&mut found.remarks, &mut remarks);
            while found.history.len() > limit {
                found.history.pop_front();
            }
            keep_newest(&mut found.remarks);
        });
        self.remind_of_history(digest, now);
        self.move_person(from, digest, now, hub);
        self.remove_if_empty(from);
        Ok(true)
    }

    /// Lets the person who has the one conversation have the other, unless another one does.
    fn move_person(&mut self, from: Digest, to: Digest, now: Timestamp, hub: &EventHub) {
        let Some(name) = self.edit(from, |found| found.person.take()).flatten() else { return };
        self.tell_readers(from, Said::Resumed, now, hub);
        let is_free = self.conversation(to).is_some_and(|found| found.person.is_none());
        if is_free {
            self.edit(to, |found| found.person = Some(name.clone()));
            self.tell_readers(to, Said::TakenOver { name }, now, hub);
            self.queue.interrupt(to);
        }
    }
}

fn put_first<T: Weigh>(pile: &mut Pile<T>, brought: &mut Pile<T>) {
    while let Some(item) = brought.pop_back() {
        pile.push_front(item);
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
