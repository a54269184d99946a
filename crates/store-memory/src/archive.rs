//! What is kept beyond the work at hand, and erasing it.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Archive, DeadLetter, Event, MessageState};
use conversation::{ConversationId, Digest, Exchange, StoreError, Timestamp};

use crate::MemoryStore;
use crate::conversation_state::{Conversation, send_again};
use crate::dead::Dead;
use crate::state::State;

#[async_trait]
impl Archive for MemoryStore {
    async fn history(&self, conversation: &ConversationId) -> Result<Vec<Exchange>, StoreError> {
        let digest = conversation.digest();
        let history = self.step(|state, now| {
            state.conversation(digest).map(|found| found.history_at(now)).unwrap_or_default()
        });
        Ok(history.iter().map(|turn| Exchange::clone(turn)).collect())
    }

    async fn forget(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        let digest = conversation.digest();
        Ok(self.step(|state, now| {
            state.clear_expired(now);
            let is_erased = state.remove(digest).is_some();
            if is_erased {
                // Who waits for an answer, or watches, had better look again.
                self.shared.hub.announce(digest, &Arc::new(Event::Missed));
            }
            is_erased
        }))
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        Ok(self.step(|state, _| {
            let oldest = state.dead.iter().take(limit);
            oldest
                .filter_map(|(&number, &digest)| state.conversation(digest)?.dead_letter(number))
                .collect()
        }))
    }

    async fn revive(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.step(|state, now| state.revive(id, now)))
    }
}

impl State {
    fn revive(&mut self, id: &str, now: Timestamp) -> bool {
        let Some((number, digest)) = self.find_dead(id) else { return false };
        let is_held = self.queue.is_held(digest);
        let is_back = self.edit(digest, |found| {
            if is_held && found.dead.get(number).is_some_and(|dead| dead.outbox.is_some()) {
                return false;
            }
            found.dead.remove(number).is_some_and(|dead| bring_back(found, number, dead))
        });
        if is_back != Some(true) {
            return false;
        }
        self.dead.remove(&number);
        if !is_held {
            self.edit(digest, Conversation::take_in_revived);
        }
        self.queue.ensure(digest, now);
        true
    }

    fn find_dead(&self, id: &str) -> Option<(u64, Digest)> {
        let number = id.parse().ok()?;
        self.dead.get(&number).map(|&digest| (number, digest))
    }
}

/// Puts a dead letter ahead of what waits, or back if its reply finds another one unsent.
fn bring_back(found: &mut Conversation, number: u64, mut dead: Dead) -> bool {
    match &mut dead.outbox {
        Some(_) if found.outbox.is_some() => {
            found.dead.insert(number, dead);
            return false;
        }
        // Whoever revives a reply has decided to send it, whether or not it went out before.
        Some(outbox) => {
            send_again(outbox);
            found.may_be_out.clear();
            if !dead.answered.is_empty() {
                found.answer_again(&dead.answered, outbox);
                found.answering = std::mem::take(&mut dead.answered);
            }
        }
        None => {}
    }
    found.outbox = dead.outbox.or(found.outbox.take());
    for queued in dead.messages.into_iter().rev() {
        found.keys.set(&queued.id, |_| MessageState::Waiting);
        found.revived.push_front(queued);
    }
    true
}
