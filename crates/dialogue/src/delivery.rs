//! Sending a committed reply, part by part.
//!
//! The intent is written before each send, and nothing is sent once the lease may be over. A part
//! of which nobody knows whether it went out is counted, and then sent again or given up, as the
//! policy says. Where the provider may still say what became of it, its word is waited for first.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;

use conversation::ports::{Channel, Pause, SendError, Sent};
use conversation::{Outbox, Part, PartState, StoreError};
use tokio::time::timeout;
use tracing::{debug, info, warn};

use crate::bounds::cut;
use crate::end::End;
use crate::figures::SendOutcome;
use crate::finish::LONGEST_WAIT;
use crate::insistence::{Insistence, insist};
use crate::turn::Turn;

/// How long a channel may take for one part. Channels have shorter timeouts of their own.
const LONGEST_SEND: Duration = Duration::from_secs(60);

/// How much of what a provider said goes into the reason of a dead letter, in bytes.
const WHY_BYTES: usize = 200;

/// The one reply that is given up.
pub(crate) const ONE: NonZeroUsize = NonZeroUsize::MIN;

/// What became of a reply's delivery before this turn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Earlier {
    /// How often it was put off.
    pub(crate) attempts: u32,
    /// How long ago the intent to send one of its parts was written, if one is being sent.
    pub(crate) sending_for: Option<Duration>,
}

impl Turn<'_> {
    /// Sends what is not sent yet. Goes on if the whole reply is out, and otherwise has ended
    /// the claim.
    pub(crate) async fn deliver(
        &self,
        outbox: &Outbox,
        earlier: Earlier,
    ) -> Result<ControlFlow<End>, StoreError> {
        let attempts = earlier.attempts;
        let channel = self.pool.channel(&self.holding.claim.conversation);
        for (index, part) in outbox.parts.iter().enumerate() {
            match &part.state {
                PartState::Delivered(_) => continue,
                PartState::Pending => {}
                PartState::Sending => {
                    if let Some(end) = self.resolve(channel, earlier).await? {
                        return Ok(ControlFlow::Break(end));
                    }
                }
            }
            let Some(channel) = channel else {
                let why = "no such channel here";
                return self.again_or_never(attempts, None, why).await.map(ControlFlow::Break);
            };
            match self.send(channel, &outbox.turn, index, &part.part).await? {
                Ok(sent) => self.record(&outbox.turn, index, sent.receipt).await?,
                Err(error) => {
                    return self.unsent(channel, error, attempts).await.map(ControlFlow::Break);
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Writes the intent down and sends one part, if the claim is certainly ours.
    async fn send(
        &self,
        channel: &dyn Channel,
        turn: &str,
        index: usize,
        part: &Part,
    ) -> Result<Result<Sent, SendError>, StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        self.must_be_ours()?;
        insist(self.holding, || store.sending(claim, index)).await?;
        self.must_be_ours()?;
        let reference = format!("{turn}:{index}");
        let sending = channel.send(&claim.conversation, part, &reference);
        let sent = timeout(LONGEST_SEND, sending).await.unwrap_or_else(|_| {
            Err(SendError::Uncertain { why: "the channel did not answer in time".to_owned() })
        });
        let outcome = match &sent {
            Ok(_) => SendOutcome::Delivered,
            Err(SendError::NotSent { .. }) => SendOutcome::NotSent,
            Err(SendError::Paced { .. }) => SendOutcome::Paced,
            Err(SendError::Refused { .. }) => SendOutcome::Refused,
            Err(SendError::Unreachable { .. }) => SendOutcome::Unreachable,
            Err(SendError::Uncertain { .. }) => SendOutcome::Uncertain,
        };
        self.pool.figures.sent(claim.conversation.channel(), outcome);
        Ok(sent)
    }

    fn must_be_ours(&self) -> Result<(), StoreError> {
        if self.holding.is_ours() { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Records that a part went out. If the store's answer to that is lost, the conversation is
    /// opened again to see whether it took effect.
    async fn record(
        &self,
        turn: &str,
        index: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        let mut insistence = Insistence::new(self.holding);
        loop {
            match store.delivered(claim, index, receipt.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => insistence.after(error).await?,
            }
            let opened = insist(self.holding, || store.open(claim, ONE)).await?;
            if !opened.outbox.is_some_and(|outbox| lacks(&outbox, turn, index)) {
                return Ok(());
            }
        }
    }

    /// What is done about a part that did not go out, or may not have.
    async fn unsent(
        &self,
        channel: &dyn Channel,
        error: SendError,
        attempts: u32,
    ) -> Result<End, StoreError> {
        log(&error, attempts);
        match error {
            SendError::NotSent { why, retry_after } => {
                self.again_or_never(attempts, retry_after, &why).await
            }
            SendError::Paced { retry_after } => {
                self.pause(retry_after.min(LONGEST_WAIT), Pause::Pace).await
            }
            SendError::Refused { why } => {
                let reason = format!("the channel refused the reply: {}", cut(&why, WHY_BYTES));
                self.give_up(ONE, &reason).await
            }
            SendError::Unreachable { why } => {
                let why = cut(&why, WHY_BYTES);
                self.give_up_quietly(ONE, &format!("the customer can't be reached: {why}")).await
            }
            SendError::Uncertain { why } => self.unknown(channel, attempts, &why).await,
        }
    }

    /// Puts the reply off, or gives it up if that has been done too often.
    pub(crate) async fn again_or_never(
        &self,
        attempts: u32,
        retry_after: Option<Duration>,
        why: &str,
    ) -> Result<End, StoreError> {
        if self.was_tried_enough(attempts) {
            let (tries, why) = (attempts.saturating_add(1), cut(why, WHY_BYTES));
            return self.give_up(ONE, &format!("not sent after {tries} tries: {why}")).await;
        }
        self.put_off(attempts, retry_after).await
    }
}

/// Whether the outbox still holds this part of this turn as not delivered.
fn lacks(outbox: &Outbox, turn: &str, index: usize) -> bool {
    let state = outbox.parts.get(index).map(|part| &part.state);
    outbox.turn == turn && !matches!(state, None | Some(PartState::Delivered(_)))
}

/// Tells of a part that did not go out, as loudly as somebody has to hear of it.
fn log(error: &SendError, attempts: u32) {
    let kind = match error {
        SendError::Paced { .. } => {
            return debug!("a part of a reply waits for the provider's pace");
        }
        SendError::Unreachable { .. } => {
            return info!(kind = "unreachable", "a part of a reply was not sent");
        }
        SendError::NotSent { .. } => "not sent",
        SendError::Refused { .. } => "refused",
        SendError::Uncertain { .. } => "uncertain",
    };
    warn!(attempts, kind, "a part of a reply was not sent");
}
