//! What becomes of a turn once its answer is there, or there is none: it is committed and sent,
//! put off, or given up.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;

use conversation::ports::{Event, Memory, Pause, TurnResult, Waiting};
use conversation::{MessageId, Reply, StoreError, Timestamp};
use tracing::{info, warn};

use crate::answer::Answer;
use crate::delivery::Earlier;
use crate::end::End;
use crate::failure::Failure;
use crate::insistence::insist_on_ending;
use crate::turn::Turn;

/// The longest time that a model or a provider may ask us to wait.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// The messages that a turn answers, and what it knows of their answer.
pub(crate) struct Work<'a> {
    /// The messages, oldest first.
    pub(crate) messages: &'a [Waiting],
    /// How many they are.
    pub(crate) count: NonZeroUsize,
    /// How often they were put off.
    pub(crate) attempts: u32,
    /// What becomes of the history.
    pub(crate) memory: Memory,
    /// Until when models know what happened, the one that is asked now, if one is, among them.
    pub(crate) known_until: Option<Timestamp>,
    /// How many messages without an answer of their own it has not known before.
    pub(crate) unread: usize,
}

impl Turn<'_> {
    /// Makes the answer final, and sends it if a channel does: its first part in place of the
    /// `draft`, if the customer sees one. If the store has no room for it, the messages are put
    /// off: that is no fault of theirs, so it never makes them dead letters.
    pub(crate) async fn finish(
        &self,
        work: &Work<'_>,
        Answer { text, model }: Answer,
        draft: Option<String>,
    ) -> Result<End, StoreError> {
        let reply = Reply { text, model, at: self.pool.parts.clock.now() };
        let channel = self.pool.channel(&self.holding.claim.conversation);
        let mut parts = channel.map(|it| it.parts(&reply, work.messages)).unwrap_or_default();
        if let (Some(first), Some(draft)) = (parts.first_mut(), draft) {
            first.replaces = Some(draft);
        }
        let kept_for = channel.and_then(|channel| channel.receipts_within());
        let Work { count: answered, memory, known_until, .. } = *work;
        let turn = self.id.clone();
        let result = TurnResult { turn, answered, reply, parts, memory, known_until, kept_for };
        let outbox = match self.commit(result).await {
            Ok(outbox) => outbox,
            Err(StoreError::Full) => return self.postpone(work, None).await,
            Err(error) => return Err(error),
        };
        self.pool.figures.answered(answered.get());
        self.pool.figures.read(work.unread);
        if let Some(outbox) = outbox {
            if let ControlFlow::Break(end) = self.deliver(&outbox, Earlier::default()).await? {
                return Ok(end);
            }
            self.release().await?;
        }
        Ok(End::Answered)
    }

    /// Puts the messages off, or gives them up if that has been done too often.
    pub(crate) async fn fail(&self, work: &Work<'_>, failure: &Failure) -> Result<End, StoreError> {
        let (attempts, kinds) = (work.attempts, failure.kinds());
        warn!(attempts, kinds, "no model answered");
        if self.was_tried_enough(attempts) {
            let reason = format!("no answer after {} tries: {kinds}", attempts.saturating_add(1));
            return self.give_up(work.count, &reason).await;
        }
        self.postpone(work, failure.retry_after()).await
    }

    /// Puts the messages off, and tells those who wait.
    async fn postpone(&self, work: &Work<'_>, wait: Option<Duration>) -> Result<End, StoreError> {
        let end = self.put_off(work.attempts, wait).await?;
        let postponed = Event::Postponed { messages: ids(work.messages) };
        self.pool.parts.events.announce(&self.holding.claim.conversation, postponed);
        Ok(end)
    }

    /// Whether the try that has just failed after `attempts` others was the last one.
    pub(crate) fn was_tried_enough(&self, attempts: u32) -> bool {
        attempts.saturating_add(1) >= self.pool.options.max_attempts
    }

    /// Ends the claim until later: until `wait` is over if someone asked for it, else as long as
    /// the schedule says.
    pub(crate) async fn put_off(
        &self,
        attempts: u32,
        wait: Option<Duration>,
    ) -> Result<End, StoreError> {
        let retry = self.pool.options.retry;
        let wait = wait.map(|wait| wait.min(LONGEST_WAIT).max(retry.first));
        let delay = wait.unwrap_or_else(|| retry.delay(attempts, rand::random()));
        self.pause(delay, Pause::Failure).await
    }

    /// Ends the claim for as long as `delay`.
    pub(crate) async fn pause(&self, delay: Duration, why: Pause) -> Result<End, StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        insist_on_ending(self.holding, || store.retry_at(claim, delay, why)).await?;
        Ok(End::Postponed)
    }

    /// Makes a dead letter of what stands first, which an operator should hear of.
    pub(crate) async fn give_up(
        &self,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<End, StoreError> {
        let end = self.park(messages, reason).await?;
        warn!(reason, "made a dead letter");
        Ok(end)
    }

    /// Makes a dead letter of what stands first, which is in order.
    pub(crate) async fn give_up_quietly(
        &self,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<End, StoreError> {
        let end = self.park(messages, reason).await?;
        info!(reason, "made a dead letter");
        Ok(end)
    }

    async fn park(&self, messages: NonZeroUsize, reason: &str) -> Result<End, StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        insist_on_ending(self.holding, || store.park(claim, messages, reason)).await?;
        Ok(End::Parked)
    }

    /// Takes messages out that the customer took back. Ends the claim.
    pub(crate) async fn withdraw(&self, messages: NonZeroUsize) -> Result<(), StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        insist_on_ending(self.holding, || store.withdraw(claim, messages)).await
    }

    /// Ends the claim. If anything waits, another turn is due.
    pub(crate) async fn release(&self) -> Result<(), StoreError> {
        let store = &self.pool.parts.store;
        insist_on_ending(self.holding, || store.release(&self.holding.claim)).await
    }
}

/// The names of messages.
pub(crate) fn ids(messages: &[Waiting]) -> Vec<MessageId> {
    messages.iter().map(|waiting| waiting.id).collect()
}
