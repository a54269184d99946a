//! How one owner at a time answers a conversation: claim, open, commit, send, release.
//!
//! Every verb but `claim` is fenced: it takes effect only while the claim is held, and
//! otherwise answers [`StoreError::Stale`] and changes nothing.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;

use crate::{
    ConversationId, Exchange, Message, MessageId, Outbox, Part, Remark, Reply, StoreError,
    Timestamp,
};

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
    /// It is held and runs anew, and a reader asked to stop: what was said so far becomes the reply.
    Interrupted,
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
    /// What happened besides, since the history begins; oldest first.
    pub remarks: Vec<Remark>,
    /// When the store took each of the remarks, by its own clock, which providers' times don't touch.
    /// No two that came one after the other are alike, so this is also their order.
    pub remarks_kept_at: Vec<Timestamp>,
    /// The provider's id of the message that shows an answer in the making, if an earlier owner of
    /// this turn has sent one.
    pub draft: Option<String>,
    /// How long ago the intent to send the outbox's part was written, if one is being sent.
    pub sending_for: Option<Duration>,
    /// The conversation in which the customer goes on, if they moved there while something waited or was
    /// on its way here: an unsent reply is theirs there, and the rest is to be [forwarded](Turns::forward).
    pub moved_to: Option<ConversationId>,
}

/// What becomes of the history when a turn is committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// The turn is added to it.
    #[default]
    Continues,
    /// It begins with this turn: what was said before is forgotten, and the remarks that the turn was
    /// opened with. Those that came later stay.
    Restarts,
}

/// Why a conversation is put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Something failed. Counts as an attempt. A part that is written down as being sent is
    /// pending again: the caller knows that it did not go out, or has decided to send it once more.
    Failure,
    /// The provider takes no more at the moment. Counts for nothing. The part that was about to be
    /// sent certainly did not go out, and is pending again.
    Pace,
    /// Whether a part went out will be known later. Counts for nothing, and the part stays written
    /// down as being sent.
    Receipt,
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
    /// What becomes of the history.
    pub memory: Memory,
    /// When the store took the newest remark that was known to a model, this turn's or an earlier one's.
    /// Not set where no model was ever asked.
    pub known_until: Option<Timestamp>,
    /// How long the reply is kept with its receipts after it was sent, so that the provider's later
    /// word on it finds it; not at all if none.
    pub kept_for: Option<Duration>,
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
    /// [`StoreError::Stale`], also if an unsent reply is there that has to go first, and if the customer
    /// moved to another conversation meanwhile, or came here with [earlier words](Self::forward), which
    /// ends the claim; [`StoreError::Unavailable`], or [`StoreError::Full`].
    async fn commit(&self, claim: &Claim, result: TurnResult) -> Result<(), StoreError>;

    /// Writes down that the part with this index is about to be sent.
    ///
    /// # Errors
    /// [`StoreError::Stale`], also if the provider's word on it came first, so that it needs no
    /// sending any more; [`StoreError::Unavailable`].
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

    /// Writes down the provider's id of the message that shows the answer in the making, until the
    /// next commit or parking.
    ///
    /// # Errors
    /// [`StoreError::Stale`] or [`StoreError::Unavailable`].
    async fn drafted(&self, claim: &Claim, receipt: &str) -> Result<(), StoreError>;

    /// Ends the claim, and makes the conversation ready again after `delay`, and not before even
    /// if a new message comes in.
    ///
    /// # Errors
    /// [`StoreError::Stale`] or [`StoreError::Unavailable`].
    async fn retry_at(
        &self,
        claim: &Claim,
        delay: Duration,
        pause: Pause,
    ) -> Result<(), StoreError>;

    /// Gives up on what stands first: the unsent reply if there is one, else the `messages`
    /// oldest waiting messages. It becomes a dead letter with this `reason`, and the messages that the
    /// reply answers are undelivered for it; what follows it is
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

    /// Takes the `messages` oldest waiting messages out without an answer, since their sender took
    /// all of them back while an owner was at work on the conversation. Ends the claim.
    ///
    /// # Errors
    /// [`StoreError::Stale`], also if an unsent reply is there that has to go first, or
    /// [`StoreError::Unavailable`].
    async fn withdraw(&self, claim: &Claim, messages: NonZeroUsize) -> Result<(), StoreError>;

    /// Lets what waits here go on in the conversation `to`, to which the customer
    /// [moved](Opened::moved_to), with what is remembered here: the messages wait there, each
    /// where the time of its acceptance says, unless it was accepted there as well. An owner there who has
    /// seen another stand first is stale, unless it has a reply to send; then it can send that, and is
    /// stale once it takes out what waits. Ends the claim. What comes in meanwhile stays, and is
    /// forwarded next. Whoever repeats it, after a crash or under a later claim, does what is left.
    ///
    /// # Errors
    /// [`StoreError::Stale`], also if an unsent reply is here that has to go first, or the customer goes
    /// on elsewhere by now, which ends the claim; or [`StoreError::Unavailable`].
    async fn forward(&self, claim: &Claim, to: &ConversationId) -> Result<(), StoreError>;
}
