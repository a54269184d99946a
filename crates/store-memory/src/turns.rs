//! The steps of answering. Each checks the claim first, under the same lock in which it acts.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{
    Claim, Event, Lease, Memory, MessageState, Opened, Pause, TurnResult, Turns,
};
use conversation::{
    ConversationId, Digest, EventHub, Exchange, MessageId, Outbox, OutboxPart, PartState, Reply,
    Said, StoreError, Timestamp,
};

use crate::MemoryStore;
use crate::conversation_state::{Conversation, no_such_part, send_again};
use crate::state::State;

#[async_trait]
impl Turns for MemoryStore {
    async fn claim(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        Ok(self.wait_for_claims(capacity, patience).await)
    }

    fn lease(&self) -> Duration {
        self.step(|state, _| state.options.lease)
    }

    async fn renew(&self, claims: &[Claim]) -> Result<Vec<Lease>, StoreError> {
        Ok(self.step(|state, now| {
            let until = now.plus(state.options.lease);
            let mut renew =
                |claim: &Claim| state.queue.renew(claim.conversation.digest(), &claim.fence, until);
            claims.iter().map(&mut renew).collect()
        }))
    }

    async fn open(&self, claim: &Claim, limit: NonZeroUsize) -> Result<Opened, StoreError> {
        let (mut opened, history) = self.step(|state, now| {
            let digest = state.check(claim)?;
            // An owner that looks again, since it does not know what became of its commit, must
            // find the messages that it counted where it counted them.
            let is_first = state.queue.open(digest);
            if is_first {
                state.edit(digest, Conversation::take_in_revived);
            }
            state.leave_to_person(digest, now, &self.shared.hub);
            let view = |found: &mut Conversation| {
                if found.goes_on_in(now).is_none() {
                    found.leaving = None;
                }
                found.known_remarks = found.remarks.len();
                (found.opened(limit.get(), now), found.history_at(now))
            };
            state.edit(digest, view).ok_or(StoreError::Stale)
        })?;
        // The history may be long: its words are copied outside the lock.
        opened.history = history.iter().map(|turn| Exchange::clone(turn)).collect();
        Ok(opened)
    }

    async fn commit(&self, claim: &Claim, result: TurnResult) -> Result<(), StoreError> {
        self.step(|state, now| state.commit(claim, result, now, &self.shared.hub))
    }

    async fn sending(&self, claim: &Claim, part: usize) -> Result<(), StoreError> {
        self.step(|state, now| state.edit_part(claim, |found| found.sending(part, now)))
    }

    async fn delivered(
        &self,
        claim: &Claim,
        part: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError> {
        self.step(|state, _| {
            state.edit_part(claim, |found| match found.delivered(part, receipt) {
                true => Ok(()),
                false => Err(no_such_part()),
            })
        })
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.step(|state, now| {
            let digest = state.check(claim)?;
            state.end_claim(digest, now);
            Ok(())
        })
    }

    async fn drafted(&self, claim: &Claim, receipt: &str) -> Result<(), StoreError> {
        self.step(|state, _| {
            let digest = state.check(claim)?;
            state.edit(digest, |found| found.draft = Some(receipt.to_owned()));
            Ok(())
        })
    }

    async fn retry_at(
        &self,
        claim: &Claim,
        delay: Duration,
        pause: Pause,
    ) -> Result<(), StoreError> {
        self.step(|state, now| {
            let digest = state.check(claim)?;
            let has_work = state.conversation(digest).is_some_and(Conversation::has_work);
            if has_work {
                state.edit(digest, |found| put_off(found, pause));
                state.queue.delay(digest, now.plus(delay));
            } else {
                state.end_claim(digest, now);
            }
            Ok(())
        })
    }

    async fn park(
        &self,
        claim: &Claim,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.step(|state, now| state.park(claim, messages.get(), reason, now, &self.shared.hub))
    }

    async fn withdraw(&self, claim: &Claim, messages: NonZeroUsize) -> Result<(), StoreError> {
        self.step(|state, now| state.withdraw(claim, messages.get(), now))
    }

    async fn forward(&self, claim: &Claim, to: &ConversationId) -> Result<(), StoreError> {
        self.step(|state, now| state.forward(claim, to, now, &self.shared.hub))
    }
}

impl State {
    fn commit(
        &mut self,
        claim: &Claim,
        result: TurnResult,
        now: Timestamp,
        hub: &EventHub,
    ) -> Result<(), StoreError> {
        let digest = self.check(claim)?;
        let TurnResult { turn, answered, reply, parts, memory, known_until, kept_for } = result;
        let Some(found) = self.conversation(digest) else { return Err(StoreError::Stale) };
        // The answer to a commit can get lost on its way. Handed in again, it must not take the
        // next messages for its own.
        if found.last_sent.as_ref() == Some(&turn) {
            return Ok(());
        }
        if found.outbox.is_some() || found.waiting.len() < answered.get() {
            return Err(StoreError::Stale);
        }
        if found.leaving.is_some() || self.miscounts(digest) {
            self.end_claim(digest, now);
            return Err(StoreError::Stale);
        }
        let answers = found.answered_by_transcript(answered.get());
        let is_sent = !parts.is_empty();
        let (idle, keep) = (self.options.idle, self.options.history_limit);
        let messages = self.edit(digest, |found| {
            found.touch(now, now.plus(idle));
            match memory {
                Memory::Continues => {}
                Memory::Restarts => {
                    found.history.clear();
                    found.remarks.take(found.known_remarks);
                }
            }
            let messages = found.answer(answered.get(), &reply, known_until, keep);
            found.attempts = 0;
            found.draft = None;
            if is_sent {
                found.last_sent = Some(turn.clone());
                let outbox = outbox(turn, reply.clone(), parts);
                if let Some(kept_for) = kept_for {
                    found.sent.keep(outbox.clone(), messages.clone(), now.plus(kept_for));
                }
                found.outbox = Some(outbox);
                found.answering.clone_from(&messages);
                found.may_be_out.clear();
            }
            messages
        });
        self.remind_of_history(digest, now);
        if let Some(kept_for) = kept_for.filter(|_| is_sent) {
            self.expiries.remember_sent(now.plus(kept_for), digest);
        }
        if !is_sent {
            self.end_claim(digest, now);
        }
        let text = answers.is_some().then(|| reply.text.clone());
        announce_committed(hub, digest, messages.unwrap_or_default(), reply);
        if let (Some(answers), Some(text)) = (answers, text) {
            self.add_entry(digest, Said::Assistant { answers, text }, now, hub);
        }
        Ok(())
    }

    /// Takes the oldest messages out, since the customer took them back.
    fn withdraw(
        &mut self,
        claim: &Claim,
        messages: usize,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let digest = self.check(claim)?;
        let is_there =
            |found: &Conversation| found.outbox.is_none() && found.waiting.len() >= messages;
        if !self.conversation(digest).is_some_and(is_there) {
            return Err(StoreError::Stale);
        }
        if self.miscounts(digest) {
            self.end_claim(digest, now);
            return Err(StoreError::Stale);
        }
        self.edit(digest, |found| {
            for queued in found.waiting.take(messages) {
                found.keys.set(&queued.id, |_| MessageState::TakenBack);
            }
            found.come_to_rest();
        });
        self.end_claim(digest, now);
        Ok(())
    }

    /// Makes sure that history and remarks are cleared away when their time is over.
    pub(crate) fn remind_of_history(&mut self, digest: Digest, now: Timestamp) {
        let had_one = self.edit(digest, |found| std::mem::replace(&mut found.has_reminder, true));
        if had_one == Some(false) {
            self.expiries.remember_history(now.plus(self.options.idle), digest);
        }
    }

    fn edit_part(
        &mut self,
        claim: &Claim,
        edit: impl FnOnce(&mut Conversation) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let digest = self.check(claim)?;
        self.edit(digest, edit).unwrap_or(Err(StoreError::Stale))
    }
}

/// Counts the attempt if it was one, and lets what is being sent wait again unless its outcome will
/// be known later.
fn put_off(found: &mut Conversation, pause: Pause) {
    match pause {
        Pause::Failure => {
            found.attempts = found.attempts.saturating_add(1);
            let parts = found.outbox.iter().flat_map(|outbox| &outbox.parts).enumerate();
            let sending = parts.filter(|(_, part)| part.state == PartState::Sending);
            let sending: Vec<usize> = sending.map(|(index, _)| index).collect();
            found.may_be_out.retain(|index| !sending.contains(index));
            found.may_be_out.extend(sending);
        }
        Pause::Pace => {}
        Pause::Receipt => return,
    }
    if let Some(outbox) = &mut found.outbox {
        send_again(outbox);
    }
}

fn outbox(turn: String, reply: Reply, parts: Vec<conversation::Part>) -> Outbox {
    let pending = |part| OutboxPart { part, state: PartState::Pending };
    Outbox { turn, reply, parts: parts.into_iter().map(pending).collect() }
}

fn announce_committed(hub: &EventHub, digest: Digest, messages: Vec<MessageId>, reply: Reply) {
    if hub.is_watched(digest) {
        hub.announce(digest, &Arc::new(Event::Committed { messages, reply }));
    }
}
