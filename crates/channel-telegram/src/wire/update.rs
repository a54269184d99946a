//! Updates other than messages, and the envelope of all.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Each;
use super::Maybe;
use super::message::Message;
use super::people::{Chat, User};

/// An update, told apart by its one field beside the id.
pub(crate) struct Envelope {
    /// Its number, which grows.
    pub(crate) update_id: Option<i64>,
    /// The name of that field.
    pub(crate) kind: String,
    /// What it holds.
    pub(crate) body: Value,
}

impl Envelope {
    /// Takes an update apart. An update that holds several things, which Telegram rules out, is
    /// read as the first that is `known`, and else as the first.
    pub(crate) fn open(mut update: Map<String, Value>, known: impl Fn(&str) -> bool) -> Self {
        let update_id = update.remove("update_id").and_then(|id| id.as_i64());
        let names = || update.keys();
        let kind = names().find(|name| known(name)).or_else(|| names().next());
        let kind = kind.cloned().unwrap_or_default();
        let body = update.remove(&kind).unwrap_or_default();
        Self { update_id, kind, body }
    }
}

/// A button that was tapped.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CallbackQuery {
    pub(crate) id: Maybe<String>,
    pub(crate) from: Maybe<User>,
    pub(crate) message: Maybe<Message>,
    pub(crate) data: Maybe<String>,
}

/// A change of what someone is in a chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MemberUpdate {
    pub(crate) chat: Maybe<Chat>,
    pub(crate) from: Maybe<User>,
    pub(crate) new_chat_member: Maybe<Member>,
}

/// What someone is in a chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Member {
    pub(crate) status: Maybe<String>,
    pub(crate) is_member: Maybe<bool>,
}

/// Reactions to a message, as one person has them now.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reactions {
    pub(crate) chat: Maybe<Chat>,
    pub(crate) message_id: Maybe<i64>,
    pub(crate) user: Maybe<User>,
    pub(crate) new_reaction: Each<Reaction>,
}

/// One of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reaction {
    pub(crate) emoji: Maybe<String>,
}

/// Messages that were deleted from a business account's chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Deleted {
    pub(crate) business_connection_id: Maybe<String>,
    pub(crate) chat: Maybe<Chat>,
    pub(crate) message_ids: Each<i64>,
}
