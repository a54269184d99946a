//! Why a call came to nothing, by what can be done about it.

use std::time::Duration;

use conversation::ports::SendError;

/// How long to wait for an operator.
const UNTIL_MENDED: Duration = Duration::from_secs(60);

/// Why a call of the Bot API came to nothing. Never holds the token, an address, or what a
/// customer said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// There was no connection: nothing was asked.
    #[error("Telegram can't be reached: {0}")]
    Unreachable(String),
    /// The connection broke, no answer came in time, or the server failed: the call may have been
    /// carried out.
    #[error("no answer from Telegram: {0}")]
    Unknown(String),
    /// There are too many calls.
    #[error("too many requests, Telegram wants to be left alone for {} s", .retry_after.as_secs())]
    TooMany {
        /// For how long.
        retry_after: Duration,
    },
    /// Nobody can be reached there any more. No fault of ours.
    #[error("nobody is there any more: {0}")]
    Gone(Gone),
    /// The chat has another id now.
    #[error("the group has moved to another id")]
    Moved {
        /// The new id.
        to: i64,
    },
    /// The formatting of a message can't be read.
    #[error("the message's formatting can't be read")]
    Unformattable,
    /// An edit would have changed nothing.
    #[error("the message is the same already")]
    Unchanged,
    /// Someone else asks for the bot's updates, or a webhook is set.
    #[error("another one gets this bot's updates: {0}")]
    Conflict(String),
    /// The token is wrong or was revoked.
    #[error("Telegram doesn't know the bot's token; ask @BotFather for the current one")]
    Unauthorised,
    /// The call is wrong, or not allowed there.
    #[error("Telegram refused ({code}): {why}")]
    Refused {
        /// Telegram's code, which is an HTTP status.
        code: u16,
        /// What it said.
        why: String,
    },
    /// A file or a response is larger than it may be.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// Why nobody can be reached in a chat any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The customer blocked the bot.
    Blocked,
    /// The customer's account is no more.
    Deactivated,
    /// The bot was removed from the group.
    Removed,
    /// There is no such chat, or none that the bot may begin.
    NoChat,
}

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Blocked => "the bot was blocked by the user",
            Self::Deactivated => "the user is deactivated",
            Self::Removed => "the bot is not in the group",
            Self::NoChat => "there is no such chat",
        })
    }
}

impl ApiError {
    /// Whether the call may have been carried out all the same.
    #[must_use]
    pub const fn may_be_done(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::TooLarge { .. } => true,
            Self::Unreachable(_)
            | Self::TooMany { .. }
            | Self::Gone(_)
            | Self::Moved { .. }
            | Self::Unformattable
            | Self::Unchanged
            | Self::Conflict(_)
            | Self::Unauthorised
            | Self::Refused { .. } => false,
        }
    }

    /// A word for metrics and logs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Unknown(_) => "unknown",
            Self::TooMany { .. } => "too_many",
            Self::Gone(_) => "gone",
            Self::Moved { .. } => "moved",
            Self::Unformattable => "unformattable",
            Self::Unchanged => "unchanged",
            Self::Conflict(_) => "conflict",
            Self::Unauthorised => "unauthorised",
            Self::Refused { .. } => "refused",
            Self::TooLarge { .. } => "too_large",
        }
    }
}

/// What it means for a part of a reply that was to be sent.
impl From<ApiError> for SendError {
    fn from(error: ApiError) -> Self {
        let why = error.to_string();
        match error {
            ApiError::TooMany { retry_after } => Self::Paced { retry_after },
            ApiError::Unreachable(_) => Self::NotSent { why, retry_after: None },
            // A wrong token is for an operator to mend, and then the reply can go out.
            ApiError::Unauthorised => Self::NotSent { why, retry_after: Some(UNTIL_MENDED) },
            ApiError::Gone(_) => Self::Unreachable { why },
            ApiError::Unknown(_) | ApiError::TooLarge { .. } => Self::Uncertain { why },
            ApiError::Moved { .. }
            | ApiError::Unformattable
            | ApiError::Unchanged
            | ApiError::Conflict(_)
            | ApiError::Refused { .. } => Self::Refused { why },
        }
    }
}
