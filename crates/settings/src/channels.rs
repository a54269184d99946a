//! What the gateway runs its channels with.

use std::num::NonZeroU32;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::document::{DmPolicy, Streaming};

/// The channels that are on.
#[derive(Debug, Clone, Default)]
pub struct ChannelSettings {
    /// The bot on Telegram.
    pub telegram: Option<TelegramSettings>,
}

/// How often one customer is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitSettings {
    /// How many messages are answered at once after a silence.
    pub burst: NonZeroU32,
    /// The time that one of them takes to be forgotten.
    pub period: Duration,
}

/// A bot on Telegram.
#[derive(Debug, Clone)]
pub struct TelegramSettings {
    /// The bot's token, of the form that Telegram gives.
    pub bot_token: SecretString,
    /// How messages come in.
    pub intake: TelegramIntake,
    /// Where the Bot API is, if it isn't Telegram's own.
    pub api_root: Option<Url>,
    /// Who is heard in chats of one person.
    pub dm_policy: DmPolicy,
    /// Who is heard there under [`DmPolicy::Allowlist`]: `*`, numbers and usernames.
    pub allow_from: Vec<String>,
    /// Whether a group is answered only when it addresses the bot.
    pub groups_require_mention: bool,
    /// The groups, and the people in any group, that are heard; everyone if there are none.
    pub groups_allow_from: Vec<String>,
    /// Whether the answer is shown while it is made.
    pub streaming: Streaming,
    /// How often one chat is answered.
    pub rate_limit: RateLimitSettings,
}

/// How messages come in from Telegram.
#[derive(Debug, Clone)]
pub enum TelegramIntake {
    /// Telegram posts them.
    Webhook {
        /// What it says with each, in characters that Telegram takes.
        secret: SecretString,
        /// Where it posts them, with the path.
        url: Option<Url>,
    },
    /// One replica at a time asks for them.
    Polling,
}
