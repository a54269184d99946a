//! One turn: what is done with a conversation from the claim to the release.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;

use conversation::ports::{Event, Memory, Opened, Pause, TurnResult, Waiting};
use conversation::{Exchange, MessageId, Reply, StoreError};
use tracing::{debug, warn};

use crate::answer::{Answer, answer, while_typing};
use crate::end::End;
use crate::failure::Failure;
use crate::holding::Holding;
use crate::insistence::{insist, insist_on_ending};
use crate::pool::Inner;
use crate::span::name_requests;

/// The longest time that a model or a provider may ask us to wait.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// A turn at work.
pub(crate) struct Turn<'a> {
    pub(crate) pool: &'a Inner,
    pub(crate) holding: &'a Holding,
    pub(crate) id: String,
}

impl Turn<'_> {
    /// Works until the claim is given up, or left to whoever claims it next.
    pub(crate) async fn run(&self) -> End {
        let error = match self.steps().await {
            Ok(end) => return end,
            Err(error) => error,
        };
        let end = End::from(&error);
        if end == End::Unreadable {
            warn!(%error, "a turn is left to other replicas");
        } else {
            debug!(%error, "the turn ended early");
        }
        end
    }

    async fn steps(&self) -> Result<End, StoreError> {
        let (claim, options) = (&self.holding.claim, &self.pool.options);
        if claim.fence.deliveries > options.max_deliveries {
            return self.give_up(options.collect, "its owners kept failing over it").await;
        }
        let opened = insist(self.holding, || self.pool.parts.store.open(claim, options.collect));
        let opened = match opened.await {
            Err(error @ StoreError::Unreadable { .. }) => return self.leave_unread(&error).await,
            opened => opened?,
        };
        self.pool.unread.was_read(&claim.conversation);
        let Opened { messages, history, outbox, mut attempts, .. } = opened;
        name_requests(&messages);
        let had_outbox = outbox.is_some();
        if let Some(outbox) = outbox {
            if let ControlFlow::Break(end) = self.deliver(&outbox, attempts).await? {
                return Ok(end);
            }
            // They were the reply's attempts, and went with it, in the store as well.
            attempts = 0;
        }
        let Some(count) = NonZeroUsize::new(messages.len()) else {
            self.release().await?;
            return Ok(if had_outbox { End::Delivered } else { End::Idle });
        };
        match self.answer(history, &messages).await {
            Ok(answer) => self.finish(&messages, count, answer, attempts).await,
            Err(failure) => self.fail(&messages, count, &failure, attempts).await,
        }
    }

    /// Asks the model.
    async fn answer(
        &self,
        history: Vec<Exchange>,
        messages: &[Waiting],
    ) -> Result<Answer, Failure> {
        let Inner { parts, prompter, options, .. } = self.pool;
        let conversation = &self.holding.claim.conversation;
        parts.events.announce(conversation, Event::Started { messages: ids(messages) });
        let prompt = prompter.prompt(&*parts.knowledge, conversation, &history, messages);
        drop(history);
        let answering = answer(parts, conversation, prompt, options.turn_timeout);
        match (self.pool.channel(conversation), messages.last()) {
            (Some(channel), Some(newest)) => {
                while_typing(channel, conversation, newest, answering).await
            }
            (Some(_) | None, _) => answering.await,
        }
    }

    /// Makes the answer final, and sends it if a channel does. If the store has no room for it,
    /// the messages are put off: that is no fault of theirs, so it never makes them dead letters.
    async fn finish(
        &self,
        messages: &[Waiting],
        answered: NonZeroUsize,
        Answer { text, model }: Answer,
        attempts: u32,
    ) -> Result<End, StoreError> {
        let reply = Reply { text, model, at: self.pool.parts.clock.now() };
        let channel = self.pool.channel(&self.holding.claim.conversation);
        let parts = channel.map(|channel| channel.parts(&reply, messages)).unwrap_or_default();
        let (memory, kept_for) = (Memory::Continues, None);
        let turn = self.id.clone();
        let result = TurnResult { turn, answered, reply, parts, memory, kept_for };
        let outbox = match self.commit(result).await {
            Ok(outbox) => outbox,
            Err(StoreError::Full) => return self.postpone(messages, attempts, None).await,
            Err(error) => return Err(error),
        };
        self.pool.figures.answered(answered.get());
        if let Some(outbox) = outbox {
            if let ControlFlow::Break(end) = self.deliver(&outbox, 0).await? {
                return Ok(end);
            }
            self.release().await?;
        }
        Ok(End::Answered)
    }

    /// Puts the messages off, or gives them up if that has been done too often.
    async fn fail(
        &self,
        messages: &[Waiting],
        count: NonZeroUsize,
        failure: &Failure,
        attempts: u32,
    ) -> Result<End, StoreError> {
        let kinds = failure.kinds();
        warn!(attempts, kinds, "no model answered");
        if self.was_tried_enough(attempts) {
            let tries = attempts.saturating_add(1);
            return self.give_up(count, &format!("no answer after {tries} tries: {kinds}")).await;
        }
        self.postpone(messages, attempts, failure.retry_after()).await
    }

    /// Puts the messages off, and tells those who wait.
    async fn postpone(
        &self,
        messages: &[Waiting],
        attempts: u32,
        wait: Option<Duration>,
    ) -> Result<End, StoreError> {
        let end = self.put_off(attempts, wait).await?;
        let postponed = Event::Postponed { messages: ids(messages) };
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

    /// Makes a dead letter of what stands first, and ends the claim.
    pub(crate) async fn give_up(
        &self,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<End, StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        insist_on_ending(self.holding, || store.park(claim, messages, reason)).await?;
        warn!(reason, "made a dead letter");
        Ok(End::Parked)
    }

    async fn release(&self) -> Result<(), StoreError> {
        let store = &self.pool.parts.store;
        insist_on_ending(self.holding, || store.release(&self.holding.claim)).await
    }
}

fn ids(messages: &[Waiting]) -> Vec<MessageId> {
    messages.iter().map(|waiting| waiting.id).collect()
}
