//! The words that a webhook is translated to.

use conversation::{ConversationId, DedupeKey, Inbound, Message, Timestamp};
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
    Annotation(Annotation),
    /// WhatsApp tells of an error that belongs to no message.
    Trouble(Fault),
    /// Anything else that an account tells of, kept as it came.
    Other(Other),
}

/// What happens in a conversation besides messages to answer.
pub enum Annotation {
    /// A person did something, or is reached elsewhere.
    Note(Box<Note>),
    /// What became of a message of ours.
    Status(Box<Status>),
    /// A person at the business wrote from the app on the phone.
    Echo(Box<Echo>),
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
pub struct Note {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who did it.
    pub sender: Sender,
    /// What makes a repetition of it the same event.
    pub key: DedupeKey,
    /// When it happened.
    pub at: Timestamp,
    /// What it was.
    pub what: Noted,
}

/// The kinds of notes.
pub enum Noted {
    /// A reaction to a message, in either direction; without an emoji it was taken back.
    Reaction {
        /// The id of the message reacted to.
        to: String,
        /// The emoji.
        emoji: Option<String>,
    },
    /// A message was rewritten.
    Edit {
        /// The id of the message as it was sent first.
        of: String,
        /// The message as it is now.
        message: Message,
    },
    /// A message was deleted for everyone.
    Revoke {
        /// Its id.
        of: String,
    },
    /// The person is reached under another number or id from now on.
    Moved {
        /// The conversation under the new one.
        to: ConversationId,
    },
    /// Another system event, such as a changed identity.
    System {
        /// WhatsApp's name for it.
        kind: String,
        /// What it says.
        text: Option<String>,
    },
    /// A message of a kind that is not known here, kept as it came.
    Unknown {
        /// WhatsApp's name for the kind.
        kind: String,
        /// The whole element.
        raw: Value,
    },
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
    /// The conversation, as far as the recipient is named.
    pub conversation: Option<ConversationId>,
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

/// Something that a person at the business did in the app on the phone.
pub struct Echo {
    /// The conversation with the customer.
    pub conversation: ConversationId,
    /// What makes a repetition of it the same event.
    pub key: DedupeKey,
    /// What it was.
    pub what: Echoed,
}

/// The kinds of echoes.
pub enum Echoed {
    /// A message was sent.
    Said(Message),
    /// A message was rewritten.
    Edit {
        /// The id of the message as it was sent first.
        of: String,
        /// The message as it is now.
        message: Message,
    },
    /// A message was deleted for everyone.
    Revoke {
        /// Its id.
        of: String,
    },
}

/// What an account tells of besides messages, such as a template's approval.
pub struct Other {
    /// The field it was subscribed under.
    pub field: String,
    /// The whole value.
    pub raw: Value,
}
