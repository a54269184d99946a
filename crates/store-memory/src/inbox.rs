//! Taking messages in: each once, each into its conversation's line.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Accepted, Inbox, MessageState};
use conversation::{AnswerBy, Digest, Inbound, KeyDigest, MessageId, StoreError, Timestamp};

use crate::MemoryStore;
use crate::conversation_state::{Conversation, Queued};
use crate::remembered::Remembered;
use crate::state::State;
use crate::weight::Weigh;

/// About what a message takes beyond its words: its key, its reminder, its place in the queue.
const OVERHEAD: usize = 256;

#[async_trait]
impl Inbox for MemoryStore {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        // The digests are taken before the lock is.
        let batch: Vec<(MessageId, Inbound)> =
            batch.into_iter().map(|inbound| (fresh_id(&inbound), inbound)).collect();
        self.step(|state, now| {
            let mut answers = Vec::with_capacity(batch.len());
            let mut refused = None;
            for (id, inbound) in batch {
                state.clear_expired(now);
                match state.accept(id, inbound, now) {
                    Ok(answer) => answers.push(answer),
                    // One conversation that is full does not keep the others' messages out.
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
            refused.map_or(Ok(answers), Err)
        })
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        Ok(self.step(|state, now| {
            let remembered = state.conversation(id.conversation)?.keys.get(id.key, now)?;
            (remembered.token == id.token).then(|| remembered.state.clone())
        }))
    }
}

fn fresh_id(inbound: &Inbound) -> MessageId {
    MessageId {
        conversation: inbound.conversation.digest(),
        key: inbound.key.digest(),
        token: rand::random(),
    }
}

impl State {
    fn accept(
        &mut self,
        id: MessageId,
        inbound: Inbound,
        now: Timestamp,
    ) -> Result<Accepted, StoreError> {
        let Inbound { conversation, key, message, answer_by, request, rate: _ } = inbound;
        let digest = id.conversation;
        if let Some(known) = self.known(digest, id.key, answer_by, now) {
            return Ok(known);
        }
        let queued = Queued { id, key: Arc::from(key.as_str()), message, request, since: now };
        self.find_room(digest, queued.weight())?;
        self.insert(digest, || Conversation::new(conversation));
        let until = now.plus(self.options.dedupe);
        let idle_until = now.plus(self.options.idle);
        let remembered =
            Remembered { token: id.token, answer_by, until, state: MessageState::Waiting };
        self.edit(digest, |found| {
            found.touch(now, idle_until);
            found.keys.insert(id.key, remembered);
            found.waiting.push_back(queued);
        });
        self.expiries.remember_key(until, id);
        self.queue.ensure(digest, now);
        Ok(Accepted::New(id))
    }

    fn known(
        &self,
        digest: Digest,
        key: KeyDigest,
        answer_by: AnswerBy,
        now: Timestamp,
    ) -> Option<Accepted> {
        let remembered = self.conversation(digest)?.keys.get(key, now)?;
        Some(remembered.repeated(digest, key, answer_by))
    }

    fn find_room(&self, digest: Digest, weight: usize) -> Result<(), StoreError> {
        let limit = self.options.waiting_limit;
        if self.conversation(digest).is_some_and(|found| found.waiting_count() >= limit) {
            return Err(StoreError::TooManyWaiting { limit });
        }
        self.admit(weight + OVERHEAD)
    }
}
