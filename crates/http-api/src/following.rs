//! Follows an accepted message until it is answered, parked or erased, or time is up.
//!
//! Events are hints and may be lost, so the store is asked for the truth whenever one says so,
//! every few seconds, and once more before giving up.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Event, MessageState};
use conversation::{MessageId, Reply, Watch};
use tokio::time::{Instant, sleep_until};

use crate::api::Shared;

/// How the following ended.
#[derive(Debug)]
pub(crate) enum Settled {
    /// The message is answered.
    Answered(Reply),
    /// The message lies among the dead letters.
    Parked,
    /// A person has the conversation instead of the gateway, and the message with it.
    LeftToPerson,
    /// The conversation was erased, and the message with it.
    Erased,
    /// Time is up, and the message still waits.
    Pending,
}

/// One step of following.
pub(crate) enum Step {
    /// Something happened in the conversation that doesn't end the following.
    Heard(Arc<Event>),
    /// The following ended.
    Settled(Settled),
}

/// A message that is followed.
pub(crate) struct Following {
    shared: Arc<Shared>,
    id: MessageId,
    watch: Watch,
    deadline: Instant,
    next_check: Instant,
}

impl Following {
    /// Follows `id` for as long as `patience`. A message that may have been answered before the
    /// watch began is asked for `first`.
    pub(crate) fn new(
        shared: Arc<Shared>,
        id: MessageId,
        watch: Watch,
        patience: Duration,
        first: FirstLook,
    ) -> Self {
        let now = Instant::now();
        let next_check = match first {
            FirstLook::Now => now,
            FirstLook::Later => now + shared.limits.recheck,
        };
        Self { shared, id, watch, deadline: now + patience, next_check }
    }

    /// Waits for the end, whatever happens before it.
    pub(crate) async fn settled(mut self) -> Settled {
        loop {
            match self.step().await {
                Step::Heard(_) => {}
                Step::Settled(settled) => return settled,
            }
        }
    }

    /// Waits for the next thing to happen.
    pub(crate) async fn step(&mut self) -> Step {
        loop {
            let wake = self.deadline.min(self.next_check);
            let last_call = tokio::select! {
                event = self.watch.next() => return self.heed(event).await,
                () = sleep_until(wake) => false,
                () = self.shared.vitals.last_call() => true,
            };
            let over = last_call || Instant::now() >= self.deadline;
            match self.truth().await {
                Some(settled) => return Step::Settled(settled),
                None if over => return Step::Settled(Settled::Pending),
                None => {}
            }
        }
    }

    /// What an event means for this message.
    async fn heed(&mut self, event: Arc<Event>) -> Step {
        match &*event {
            Event::Committed { messages, reply } if messages.contains(&self.id) => {
                Step::Settled(Settled::Answered(reply.clone()))
            }
            Event::Parked { messages, .. } if messages.contains(&self.id) => {
                Step::Settled(Settled::Parked)
            }
            Event::Missed => match self.truth().await {
                Some(settled) => Step::Settled(settled),
                None => Step::Heard(event),
            },
            Event::Started { .. }
            | Event::Delta { .. }
            | Event::SoFar { .. }
            | Event::Added
            | Event::Restarted
            | Event::Committed { .. }
            | Event::Postponed { .. }
            | Event::Parked { .. } => Step::Heard(event),
        }
    }

    /// What the store says, unless that is that the message waits, or nothing at all.
    async fn truth(&mut self) -> Option<Settled> {
        self.next_check = Instant::now() + self.shared.limits.recheck;
        match self.shared.store.message(&self.id).await {
            Ok(state) => settled_by(state),
            Err(error) => {
                tracing::debug!(%error, "could not ask how far a message has come");
                None
            }
        }
    }
}

/// Whether the store is asked right away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstLook {
    /// It is: the answer may have come before the watch began.
    Now,
    /// It isn't: the watch began before the message was accepted.
    Later,
}

/// What a stored state settles, if anything.
pub(crate) fn settled_by(state: Option<MessageState>) -> Option<Settled> {
    match state {
        None => Some(Settled::Erased),
        Some(MessageState::Waiting) => None,
        Some(MessageState::Answered(Some(reply))) => Some(Settled::Answered(reply)),
        // Only messages of other channels come to such an end, and they have no public ids; to
        // the API they don't exist.
        Some(
            MessageState::Answered(None)
            | MessageState::TakenBack
            | MessageState::MovedOn
            | MessageState::Undelivered { .. },
        ) => Some(Settled::Erased),
        Some(MessageState::Recorded) => Some(Settled::LeftToPerson),
        Some(MessageState::Parked { .. }) => Some(Settled::Parked),
    }
}
