//! What an update comes to: the words that the rest of the gateway understands.

use conversation::{ConversationId, Inbound};

/// An update, translated.
#[derive(Clone, Debug)]
pub enum Update {
    /// A message to be answered.
    Message(Box<Heard>),
    /// Someone opened the chat for the first time, or did so by a link. To be greeted; the
    /// message says so in a note.
    Start(Box<Heard>),
    /// A button that was tapped. The query must be answered, or the button goes on spinning. What
    /// was chosen is a message to be answered, if it may be heard.
    Callback {
        /// The query's id.
        query: String,
        /// What was chosen.
        heard: Option<Box<Heard>>,
    },
    /// Something that happened to a conversation beside its messages.
    Aside(Aside),
    /// Understood, and nothing is done about it.
    Ignored(Ignored),
    /// Not understood.
    Unknown {
        /// What it calls itself: at most 64 of a–z, 0–9 and `_`.
        kind: String,
    },
}

/// A message that was heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The message, ready for the store.
    pub inbound: Inbound,
    /// Its id within its chat.
    pub message_id: Option<i64>,
}

/// What happens to a conversation beside its messages. None of it starts a turn by itself.
#[derive(Clone, Debug)]
pub enum Aside {
    /// A message was changed. While it waits for its answer, the new words replace it; later the
    /// change is noted.
    Edited(Box<Heard>),
    /// The customer begins anew: the history is forgotten. The words that followed the command,
    /// if there are any, are the first message of the new conversation.
    Reset(Box<Heard>),
    /// A customer's reactions to a message, as they are now; none if they were removed.
    Reacted {
        /// The conversation.
        conversation: ConversationId,
        /// The message, ours or the customer's.
        message_id: i64,
        /// The emoji.
        emoji: Vec<String>,
    },
    /// Messages were deleted. Telegram tells of this in business chats only.
    Deleted {
        /// The conversation.
        conversation: ConversationId,
        /// The messages.
        message_ids: Vec<i64>,
    },
    /// Whether the bot can be heard in a chat has changed.
    Standing {
        /// The conversation.
        conversation: ConversationId,
        /// What the bot is there now.
        standing: Standing,
    },
    /// A group has another id from now on.
    Moved {
        /// What it was.
        from: ConversationId,
        /// What it is.
        to: ConversationId,
    },
}

/// What the bot is in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The customer blocked the bot, or it was removed from the group: nothing can be sent.
    Out,
    /// It was unblocked or added.
    In,
}

/// Why nothing is done about an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// A group talks, but not to the bot.
    NotAddressed,
    /// The settings don't let this sender or this group be heard.
    NotAllowed,
    /// A bot wrote it, or Telegram itself.
    FromBot,
    /// The business account's owner wrote it.
    FromOwner,
    /// A post in a channel.
    ChannelPost,
    /// A message about the chat and not in it, such as that someone joined; or one of no words
    /// and nothing that could stand for them.
    NoContent,
    /// A kind of update for which the gateway has no use.
    NoUse,
}

impl Update {
    /// A word for metrics and logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Start(_) => "start",
            Self::Callback { .. } => "callback",
            Self::Aside(aside) => aside.kind(),
            Self::Ignored(why) => why.kind(),
            Self::Unknown { .. } => "unknown",
        }
    }
}

impl Aside {
    /// A word for metrics and logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Edited(_) => "edited",
            Self::Reset(_) => "reset",
            Self::Reacted { .. } => "reacted",
            Self::Deleted { .. } => "deleted",
            Self::Standing { standing: Standing::Out, .. } => "blocked",
            Self::Standing { standing: Standing::In, .. } => "unblocked",
            Self::Moved { .. } => "moved",
        }
    }
}

impl Ignored {
    /// A word for metrics and logs.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::NotAddressed => "not_addressed",
            Self::NotAllowed => "not_allowed",
            Self::FromBot => "from_bot",
            Self::FromOwner => "from_owner",
            Self::ChannelPost => "channel_post",
            Self::NoContent => "no_content",
            Self::NoUse => "no_use",
        }
    }
}
