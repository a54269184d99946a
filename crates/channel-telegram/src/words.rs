//! What an update comes to: the words that the rest of the gateway understands.

use conversation::{Command, ConversationId, DedupeKey, Inbound, Note, Remarked};

/// An update, translated.
#[derive(Clone, Debug)]
pub enum Update {
    /// A message to be answered.
    Message(Box<Inbound>),
    /// A button that was tapped. The query must be answered, or the button goes on spinning. What
    /// was chosen is a message to be answered, if it may be heard.
    Callback {
        /// The query's id.
        query: String,
        /// What was chosen.
        said: Option<Box<Inbound>>,
    },
    /// Something that happened to a conversation beside its messages, once or several times.
    Notes(Vec<Note>),
    /// A change of a group's message, which is meant for the bot now. If the message was so before,
    /// the change is noted; if not, what it says now is a message to be answered.
    Afterthought {
        /// The change.
        note: Box<Note>,
        /// What the message says now, under the key of the change.
        said: Box<Inbound>,
    },
    /// A group has another id from now on.
    Moved {
        /// What it was.
        from: ConversationId,
        /// What it is.
        to: ConversationId,
        /// What makes a repetition of it the same move.
        key: DedupeKey,
    },
    /// Understood, and nothing is done about it.
    Ignored(Ignored),
    /// It may be meant for the bot, which doesn't know its own name yet. It has to come again.
    Undecided,
    /// Not understood.
    Unknown {
        /// What it calls itself: at most 64 of a–z, 0–9 and `_`.
        kind: String,
    },
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
            Self::Message(inbound) => match inbound.message.command {
                Some(Command::Start) => "start",
                Some(Command::Restart) => "restart",
                Some(Command::SlowDown) | None => "message",
            },
            Self::Callback { .. } => "callback",
            Self::Notes(notes) => notes.first().map_or("nothing", |note| kind(&note.remark.what)),
            Self::Afterthought { .. } => "edited",
            Self::Moved { .. } => "moved",
            Self::Ignored(why) => why.kind(),
            Self::Undecided => "undecided",
            Self::Unknown { .. } => "unknown",
        }
    }
}

const fn kind(what: &Remarked) -> &'static str {
    match what {
        Remarked::Edited(_) => "edited",
        Remarked::TakenBack => "taken_back",
        Remarked::Reacted(_) => "reacted",
        Remarked::Unanswered(_) => "unanswered",
        Remarked::Colleague(_) => "colleague",
        Remarked::Happened(_) => "happened",
    }
}

impl Ignored {
    /// A word for metrics and logs.
    #[must_use]
    pub const fn kind(self) -> &'static str {
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
