//! A way in: how messages of one channel are handed in and acknowledged, and where what was
//! delivered can be seen. A further channel joins the drill by implementing [`WayIn`] over its
//! provider's fake.

use std::collections::BTreeSet;

use futures::future::BoxFuture;

use crate::ledger::{Entry, Ledger, Mark};
use crate::sends::Uncertain;
use crate::verdict::Turn;

/// How one request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// The caller waits for the answer.
    Wait,
    /// The caller only wants to know that the message is stored.
    Acknowledge,
    /// The caller is sent the answer in the making.
    Events,
    /// The caller goes away as soon as everything is sent.
    CutAfterSending,
    /// The caller goes away a moment later, before it has read the answer.
    CutBeforeReading,
}

impl Manner {
    /// Whether the client goes away by itself.
    pub fn is_cut(self) -> bool {
        matches!(self, Self::CutAfterSending | Self::CutBeforeReading)
    }
}

/// What came of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The message is stored, says the gateway.
    Acknowledged,
    /// A refusal or a broken connection: a provider sends it again.
    Again,
}

/// A channel's way in, with its own acknowledgement and its own record of what was delivered.
pub trait WayIn: Send + Sync {
    /// What the channel is called by which this customer writes.
    fn channel(&self, customer: u32) -> &'static str;

    /// Hands a message in once, and enters what came of it into the ledger.
    fn hand_in<'a>(
        &'a self,
        mark: Mark,
        manner: Manner,
        ledger: &'a Ledger,
    ) -> BoxFuture<'a, Attempt>;

    /// The turns of a customer's conversation, or `None` if nobody answers.
    fn turns(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Turn>>>;

    /// The same as each of those tells it who can, or `None` if one doesn't answer.
    fn histories(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Vec<Turn>>>>;

    /// Enters into the ledger what is on record for these messages.
    fn collect<'a>(&'a self, entries: Vec<Entry>, ledger: &'a Ledger) -> BoxFuture<'a, ()>;

    /// The messages that lie among the dead letters, or `None` if nobody answers.
    fn dead_letters(&self) -> BoxFuture<'_, Option<Vec<Mark>>>;

    /// By channel the sends with an unknown outcome, where there are sends. `dead` are the messages
    /// among the dead letters.
    fn uncertain(&self, dead: &BTreeSet<Mark>) -> Vec<(&'static str, Uncertain)>;
}
