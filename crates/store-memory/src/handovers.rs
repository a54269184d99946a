//! Conversations that a person has instead of the model.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Event, Handovers, MessageState, Saying, Spoken};
use conversation::{
    AnswerBy, Author, ConversationId, Digest, EventHub, Message, MessageId, Remark, Remarked, Said,
    StoreError, Timestamp,
};

use crate::MemoryStore;
use crate::conversation_state::Conversation;
use crate::state::State;
use crate::weight::Weigh;

/// About what a saying takes beyond its words, which are kept twice: its key, its reminder.
const OVERHEAD: usize = 256;

#[async_trait]
impl Handovers for MemoryStore {
    async fn take_over(&self, conversation: &ConversationId, name: &str) -> Result<(), StoreError> {
        self.step(|state, now| state.take_over(conversation, name, now, &self.shared.hub))
    }

    async fn resume(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        let digest = conversation.digest();
        Ok(self.step(|state, now| {
            let person = state.edit(digest, |found| found.person.take()).flatten();
            if person.is_some() {
                state.tell_readers(digest, Said::Resumed, now, &self.shared.hub);
                state.remove_if_empty(digest);
            }
            person.is_some()
        }))
    }

    async fn taken_over_by(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<String>, StoreError> {
        let digest = conversation.digest();
        Ok(self.step(|state, _| state.conversation(digest).and_then(|found| found.person.clone())))
    }

    async fn say(
        &self,
        conversation: &ConversationId,
        saying: Saying,
    ) -> Result<Spoken, StoreError> {
        let digest = conversation.digest();
        self.step(|state, now| state.say(digest, saying, now, &self.shared.hub))
    }
}

impl State {
    fn take_over(
        &mut self,
        conversation: &ConversationId,
        name: &str,
        now: Timestamp,
        hub: &EventHub,
    ) -> Result<(), StoreError> {
        let digest = conversation.digest();
        self.admit(OVERHEAD + name.len())?;
        self.insert(digest, || Conversation::new(conversation.clone()));
        let before = self.edit(digest, |found| found.person.replace(name.to_owned())).flatten();
        if before.as_deref() != Some(name) {
            self.tell_readers(digest, Said::TakenOver { name: name.to_owned() }, now, hub);
        }
        self.queue.interrupt(digest);
        Ok(())
    }

    fn say(
        &mut self,
        digest: Digest,
        saying: Saying,
        now: Timestamp,
        hub: &EventHub,
    ) -> Result<Spoken, StoreError> {
        let Some(found) = self.conversation(digest).filter(|found| found.transcript.is_kept(now))
        else {
            return Ok(Spoken::NobodyReads);
        };
        let key = saying.digest();
        if found.keys.get(key, now).is_some() {
            return Ok(Spoken::Duplicate);
        }
        let Saying { name, text, at, .. } = saying;
        let said = Said::Person { name: name.clone(), text: text.clone() };
        let author = Author { display_name: Some(name), ..Author::default() };
        let what = Remarked::Colleague(Message { author, ..Message::text(text, at) });
        let remark = Remark { about: None, what, at };
        self.admit(2 * remark.weight() + OVERHEAD)?;
        let id = MessageId { conversation: digest, key, token: rand::random() };
        self.keep(id, AnswerBy::Channel, MessageState::Recorded, now);
        self.keep_remark(digest, remark, now);
        self.add_entry(digest, said, now, hub);
        Ok(Spoken::New)
    }

    /// Adds an entry if the conversation is read along.
    pub(crate) fn tell_readers(
        &mut self,
        digest: Digest,
        said: Said,
        now: Timestamp,
        hub: &EventHub,
    ) {
        if self.conversation(digest).is_some_and(|found| found.transcript.is_kept(now)) {
            self.add_entry(digest, said, now, hub);
        }
    }

    /// Makes remarks of what waits, if a person has the conversation.
    pub(crate) fn leave_to_person(&mut self, digest: Digest, now: Timestamp, hub: &EventHub) {
        let Some(found) = self.conversation(digest) else { return };
        if found.person.is_none() || found.waiting.is_empty() {
            return;
        }
        let until = now.plus(self.options.idle);
        self.edit(digest, |found| {
            found.touch(now, until);
            let waiting = found.waiting.len();
            for queued in found.waiting.take(waiting) {
                found.keys.set(&queued.id, |_| MessageState::Recorded);
                let (at, message) = (queued.message.at, queued.message);
                found.remark(Remark { about: None, what: Remarked::Unanswered(message), at }, now);
            }
            if found.outbox.is_none() {
                found.attempts = 0;
                found.draft = None;
            }
        });
        self.remind_of_history(digest, now);
        // Who waits for an answer to them waits in vain, and had better look again.
        hub.announce(digest, &Arc::new(Event::Missed));
    }
}
