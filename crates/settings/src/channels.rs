//! What the gateway runs its channels with.

use std::num::NonZeroU32;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::document::{DmPolicy, Streaming};

/// The channels that are on.
#[derive(Debug, Clone, Default)]
pub struct ChannelSettings {
    /// The business number on WhatsApp.
    pub whatsapp: Option<WhatsAppSettings>,
    /// The bot on Telegram.
    pub telegram: Option<TelegramSettings>,
    /// The chat that sites embed.
    pub web_chat: Option<WebChatSettings>,
}

/// How often one customer is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitSettings {
    /// How many messages are answered at once after a silence.
    pub burst: NonZeroU32,
    /// The time that one of them takes to be forgotten.
    pub period: Duration,
}

/// A business number on WhatsApp's Cloud API.
#[derive(Debug, Clone)]
pub struct WhatsAppSettings {
    /// The id of the business number.
    pub phone_number_id: String,
    /// What messages are sent with.
    pub access_token: SecretString,
    /// What webhooks are signed with.
    pub app_secret: SecretString,
    /// What Meta says when it verifies the webhook's address.
    pub verify_token: SecretString,
    /// Where the Graph API is, if it isn't Meta's own.
    pub api_root: Option<Url>,
    /// Which version of it is spoken, such as `v25.0`, if it isn't the usual one.
    pub api_version: Option<String>,
    /// Who is heard.
    pub dm_policy: DmPolicy,
    /// Who is heard under [`DmPolicy::Allowlist`]: `*`, numbers without their plus, and ids.
    pub allow_from: Vec<String>,
    /// How often one customer is answered.
    pub rate_limit: RateLimitSettings,
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

/// The chat that sites embed.
#[derive(Debug, Clone)]
pub struct WebChatSettings {
    /// The origins whose pages may embed it, besides the gateway's own, as browsers spell them.
    pub allowed_origins: Vec<String>,
    /// The secret that sessions are signed with; none if the replicas are to make one.
    pub session_secret: Option<SecretString>,
    /// Further secrets whose sessions are taken.
    pub accepted_session_secrets: Vec<SecretString>,
    /// How long a session lasts after the last visit.
    pub session: Duration,
    /// The secret with which the site signs who its visitor is.
    pub identity_secret: Option<SecretString>,
    /// What the chat says first, if not its own words.
    pub greeting: Option<String>,
}
