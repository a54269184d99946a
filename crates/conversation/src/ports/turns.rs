//! How one owner at a time answers a conversation: claim, open, commit, send, release.
//!
//! Every verb but `claim` is fenced: it takes effect only while the claim is held, and
//! otherwise answers [`StoreError::Stale`] and changes nothing.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;

use crate::{ConversationId, Exchange, Message, MessageId, Outbox, Part, Reply, StoreError};

/// What tells one owner's claim from every other claim on the same conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fence {
    /// The place in the queue of ready conversations, in the store's own spelling.
    pub entry: String,
    /// The process that holds it.
    pub owner: String,
    /// How often the entry was handed out, counting this time.
    pub deliveries: u64,
}

/// The right to answer a conversation until the lease runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The conversation.
    pub conversation: ConversationId,
    /// What the store checks at every step.
    pub fence: Fence,
}

/// What a heartbeat found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// The claim is held, and the lease runs anew.
    Held,
    /// The claim is lost: stop.
    Lost,
}

/// A message that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its public name.
    pub id: MessageId,
    /// The provider's message id or the caller's key, by which a channel can quote it.
    pub key: String,
    /// What was said.
    pub message: Message,
    /// The id of the request that brought it, if that was said when it was accepted.
    pub request: Option<String>,
}

/// All that is needed to go on with a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The oldest waiting messages, at most as many as were asked for.
    pub messages: Vec<Waiting>,
    /// Earlier turns, oldest first.
    pub history: Vec<Exchange>,
    /// A committed reply that is not sent completely; it goes before anything else.
    pub outbox: Option<Outbox>,
    /// How often this conversation was put off since its last commit, complete delivery or
    /// parking.
    pub attempts: u32,
}

/// What a turn has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnResult {
    /// Names this reply among all replies.
    pub turn: String,
    /// How many of the opened messages it answers, counted from the oldest; at least one.
    pub answered: NonZeroUsize,
    /// The answer.
    pub reply: Reply,
    /// The parts in which the channel sends it. Empty where the answers are recorded with the
    /// messages.
    pub parts: Vec<Part>,
}

/// The right to answer, and the steps of answering.
#[async_trait]
pub trait Turns: Send + Sync {
    /// Waits until a conversation is ready, or the lease of a dead owner has run out, and claims
    /// up to `capacity` of them. Answers with none after `patience`. Dropping the future loses
    /// no claim for longer than a lease.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn claim(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Result<Vec<Claim>, StoreError>;

    /// How long a claim lasts without [`renew`](Self::renew).
    fn lease(&self) -> Duration;

    /// Renews the leases of `claims`, and says of each, in order, whether it is still held.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn renew(&self, claims: &[Claim]) -> Result<Vec<Lease>, StoreError>;

    /// Reads the conversation: up to `limit` waiting messages, the history, an unsent reply.
    ///
    /// # Errors
    /// [`StoreError::Stale`], [`StoreError::Unavailable`] or [`StoreError::Unreadable`].
    async fn open(&self, claim: &Claim, limit: NonZeroUsize) -> Result<Opened, StoreError>;

    /// Takes the answered messages out of the inbox, adds the exchange to the history, records
    /// the reply with those messages that want it, puts the parts into the outbox, and announces
    /// [`Event::Committed`](super::Event), all in one atomic step. With no parts it also
    /// releases the claim. A turn that was committed before changes nothing more, however late
    /// it arrives again.
    ///
    /// # Errors
    /// [`StoreError::Stale`], also if an unsent reply is there that has to go first;
    /// [`StoreError::Unavailable`], or [`StoreError::Full`].
    async fn commit(&self, claim: &Claim, result: TurnResult) -> Result<(), StoreError>;

    /// Writes down that the part with this index is about to be sent.
    ///
    /// # Errors
    /// [`StoreError::Stale`] or [`StoreError::Unavailable`].
    async fn sending(&self, claim: &Claim, part: usize) -> Result<(), StoreError>;

    /// Records that the provider took the part, and under which id. After the last part the
    /// outbox is empty; the claim stays. Recording it again, also then, changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] or [`StoreError::Unavailable`].
    async fn delivered(
        &self,
        claim: &Claim,
        part: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError>;

    /// Ends the claim. If anything waits, the conversation is queued again, at the end.
    ///
    /// # Errors
    /// [`StoreError::Stale`] or [`StoreError::Unavailable`].
    async fn release(&self, claim: &Claim) -> Result<(), StoreError>;

    /// Ends the claim, and makes the conversation ready again after `delay`, and not before even
    /// if a new message comes in. Counts as an attempt. A part that is written down as being
    /// sent is pending again: the caller knows that it did not go out, or has decided to send it
    /// once more.
    ///
    /// # Errors
    /// [`StoreError::Stale`] or [`StoreError::Unavailable`].
    async fn retry_at(&self, claim: &Claim, delay: Duration) -> Result<(), StoreError>;

    /// Gives up on what stands first: the unsent reply if there is one, else the `messages`
    /// oldest waiting messages. It becomes a dead letter with this `reason`; what follows it is
    /// answered as usual. Announces [`Event::Parked`](super::Event) and ends the claim.
    ///
    /// # Errors
    /// [`StoreError::Stale`] or [`StoreError::Unavailable`].
    async fn park(
        &self,
        claim: &Claim,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<(), StoreError>;
}
