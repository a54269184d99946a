//! Giving up on what stands first, which becomes a dead letter.

use std::sync::Arc;

use conversation::ports::{Claim, Event, MessageState};
use conversation::{EventHub, MessageId, Said, StoreError, Timestamp};

use crate::conversation_state::Conversation;
use crate::dead::Dead;
use crate::state::State;

impl State {
    pub(crate) fn park(
        &mut self,
        claim: &Claim,
        messages: usize,
        reason: &str,
        now: Timestamp,
        hub: &EventHub,
    ) -> Result<(), StoreError> {
        let digest = self.check(claim)?;
        let has_outbox = |found: &Conversation| found.outbox.is_some();
        if self.miscounts(digest) && !self.conversation(digest).is_some_and(has_outbox) {
            self.end_claim(digest, now);
            return Err(StoreError::Stale);
        }
        let number = self.next_dead;
        let answers = self.conversation(digest).and_then(|found| match found.outbox {
            Some(_) => None,
            None => found.answered_by_transcript(messages),
        });
        let parked = self.edit(digest, |found| give_up(found, number, messages, reason, now));
        if let Some(Some(messages)) = parked {
            self.next_dead += 1;
            self.dead.insert(number, digest);
            // With a reply that can't be sent nothing is said: its messages are answered.
            if !messages.is_empty() {
                let event = Event::Parked { messages, reason: reason.to_owned() };
                hub.announce(digest, &Arc::new(event));
            }
        }
        if let Some(answers) = answers {
            self.add_entry(digest, Said::Failed { answers }, now, hub);
        }
        self.end_claim(digest, now);
        Ok(())
    }
}

/// Makes a dead letter of what stands first. Returns the names of the messages in it, or `None`
/// if there was nothing.
fn give_up(
    found: &mut Conversation,
    number: u64,
    messages: usize,
    reason: &str,
    now: Timestamp,
) -> Option<Vec<MessageId>> {
    let outbox = found.outbox.take();
    let messages = if outbox.is_some() { Vec::new() } else { found.waiting.take(messages) };
    if outbox.is_none() && messages.is_empty() {
        return None;
    }
    let names: Vec<MessageId> = messages.iter().map(|queued| queued.id).collect();
    for id in &names {
        found.keys.set(id, |_| MessageState::Parked { reason: reason.to_owned() });
    }
    let mut answered = Vec::new();
    if let Some(outbox) = &outbox {
        answered = std::mem::take(&mut found.answering);
        for id in &answered {
            found.keys.set(id, |_| MessageState::Undelivered { reason: reason.to_owned() });
        }
        found.sent.give_up(&outbox.turn);
    }
    found.come_to_rest();
    let reason = reason.to_owned();
    found.dead.insert(number, Dead { reason, at: now, messages, outbox, answered });
    Some(names)
}
