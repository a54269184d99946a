//! What happens in a conversation besides its messages, and what is carried over to another one.

use async_trait::async_trait;
use conversation::ports::{MessageState, Notes, Noticed};
use conversation::{
    AnswerBy, ConversationId, DedupeKey, Digest, Message, MessageId, Note, Remarked, StoreError,
    Timestamp,
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

    async fn carry_over(
        &self,
        from: &ConversationId,
        to: &ConversationId,
        key: &DedupeKey,
    ) -> Result<bool, StoreError> {
        let key = fresh_id(to.digest(), key);
        self.step(|state, now| {
            state.clear_expired(now);
            state.carry_over(from.digest(), to, key, now)
        })
    }
}

/// The name under which something that is no message is remembered.
fn fresh_id(conversation: Digest, key: &DedupeKey) -> MessageId {
    MessageId { conversation, key: key.digest(), token: rand::random() }
}

impl State {
    fn note(&mut self, note: Note, now: Timestamp) -> Result<Noticed, StoreError> {
        let Note { conversation, key, remark } = note;
        let digest = conversation.digest();
        let id = fresh_id(digest, &key);
        if self.is_known(id, now) {
            return Ok(Noticed::Duplicate);
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

    fn carry_over(
        &mut self,
        from: Digest,
        to: &ConversationId,
        key: MessageId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let digest = key.conversation;
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
        Ok(true)
    }
}

fn put_first<T: Weigh>(pile: &mut Pile<T>, brought: &mut Pile<T>) {
    while let Some(item) = brought.pop_back() {
        pile.push_front(item);
    }
}

impl Conversation {
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

/// Gives a message new words; who said it, when, and what it asks of the gateway stays.
fn reword(message: &mut Message, now: &Message) {
    message.text.clone_from(&now.text);
    message.attachments.clone_from(&now.attachments);
}
