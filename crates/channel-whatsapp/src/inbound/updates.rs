//! The words that a webhook is translated to.

use conversation::{ConversationId, DedupeKey, Inbound, Note, Timestamp};
use serde_json::Value;

use super::fault::Fault;
use super::sender::Sender;
use crate::reference::Reference;

/// All that one webhook brought, in the order in which it stood there.
#[derive(Default)]
pub struct Envelope {
    /// What changed, by business number.
    pub changes: Vec<Change>,
}

/// What changed for one business number or for the whole account.
#[derive(Default)]
pub struct Change {
    /// The id of the business number, where one was named.
    pub number: Option<String>,
    /// What could be understood.
    pub updates: Vec<Update>,
    /// What could not.
    pub malformed: Vec<Malformed>,
}

/// An element that can't be understood. It is acknowledged and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Which kind of element.
    pub element: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

/// One thing that happened.
pub enum Update {
    /// A person wrote, and is to be answered.
    Message(Box<Arrived>),
    /// Something else happened in a conversation. It starts no turn by itself.
    Note(Box<Noted>),
    /// A person is reached elsewhere from now on.
    Moved(Box<Moved>),
    /// What became of a message of ours.
    Status(Box<Status>),
    /// WhatsApp tells of an error that belongs to no message.
    Trouble(Fault),
    /// Anything else that an account tells of, kept as it came.
    Other(Other),
}

/// A message on its way in, and what the ground has no words for yet.
pub struct Arrived {
    /// The message as the store takes it.
    pub inbound: Inbound,
    /// Who sent it.
    pub sender: Sender,
    /// The id of the message that it answers, if it quotes one.
    pub quotes: Option<String>,
}

/// Something that happened in a conversation besides a message.
pub struct Noted {
    /// The event as the store takes it.
    pub note: Note,
    /// The customer in whose conversation it happened.
    pub sender: Sender,
    /// Who or what brought it about.
    pub by: NotedBy,
}

/// Who or what brought a note about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotedBy {
    /// The customer, or WhatsApp on the customer's behalf.
    Customer,
    /// The customer, by a message of a kind that is not known here.
    UnknownKind,
    /// A person at the business, in the app on the phone.
    Colleague,
}

/// A person who is reached under another number or id from now on.
pub struct Moved {
    /// The person, by what is known from before.
    pub sender: Sender,
    /// The conversation so far.
    pub from: ConversationId,
    /// The conversation from now on.
    pub to: ConversationId,
    /// What makes a repetition of it the same event.
    pub key: DedupeKey,
}

/// What became of a message of ours. The same status of the same message may come repeatedly,
/// and later ones before earlier ones.
pub struct Status {
    /// WhatsApp's id of our message.
    pub receipt: String,
    /// How far it has come.
    pub state: StatusState,
    /// Which reply it is part of, if this gateway sent it.
    pub reference: Option<Reference>,
    /// Since when.
    pub at: Timestamp,
}

/// How far a message of ours has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// It left WhatsApp's servers.
    Sent,
    /// It reached a device.
    Delivered,
    /// It was read. `delivered` may never have come.
    Read,
    /// It is a voice message, and was played.
    Played,
    /// It will not arrive.
    Failed(Fault),
    /// A state that is not known here.
    Other(String),
}

/// What an account tells of besides messages, such as a template's approval.
pub struct Other {
    /// The field it was subscribed under.
    pub field: String,
    /// The whole value.
    pub raw: Value,
}
