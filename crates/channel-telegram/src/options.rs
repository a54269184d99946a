//! What the settings say about the channel.

use std::time::Duration;

use conversation::Rate;

use crate::allow::AllowList;
use crate::credentials::{BotToken, WebhookSecret};

/// Where Telegram serves its Bot API.
pub const API_ROOT: &str = "https://api.telegram.org";

/// The channel's settings.
#[derive(Clone, Debug)]
pub struct Options {
    /// The bot's token.
    pub token: BotToken,
    /// Where the Bot API is: [`API_ROOT`], or a server of one's own.
    pub api_root: String,
    /// How updates come in.
    pub mode: Mode,
    /// Who is heard in chats of one person.
    pub dm_policy: DmPolicy,
    /// Who is heard there under [`DmPolicy::Allowlist`].
    pub allow_from: AllowList,
    /// Who is heard in groups, and when.
    pub groups: Groups,
    /// How often one chat is answered; as often as it likes if none is set.
    pub rate: Option<Rate>,
    /// Whether the answer is shown while it is made.
    pub streaming: Streaming,
    /// How long the Bot API may take.
    pub timeouts: Timeouts,
}

/// How updates come in.
#[derive(Clone, Debug)]
pub enum Mode {
    /// Telegram posts them.
    Webhook {
        /// What Telegram must say with each.
        secret: WebhookSecret,
        /// Where it posts them. Only needed to register the webhook.
        url: Option<String>,
    },
    /// One replica at a time asks for them.
    Polling,
}

/// Who is heard in chats of one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DmPolicy {
    /// Everyone.
    #[default]
    Open,
    /// Those on the list.
    Allowlist,
    /// Nobody.
    Disabled,
}

/// Who is heard in groups, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Which messages are answered.
    pub answer: GroupAnswer,
    /// The groups, and the people in any group, that are heard. Everyone if it is empty.
    pub allow_from: AllowList,
}

/// Which messages of a group are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupAnswer {
    /// Those that mention the bot, reply to it, or are a command.
    #[default]
    Addressed,
    /// Every message.
    Everything,
}

/// Whether the answer is shown while it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Streaming {
    /// It is sent when it is complete.
    #[default]
    Off,
    /// Its beginning is sent, and then edited about once a second.
    Edit,
}

/// How long the Bot API may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// To answer a request, from its start.
    pub request: Duration,
    /// To hand over a file.
    pub download: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(20),
            download: Duration::from_secs(60),
        }
    }
}

impl Options {
    /// The usual settings: everyone is heard in chats of one person, groups when they address
    /// the bot.
    #[must_use]
    pub fn new(token: BotToken, mode: Mode) -> Self {
        Self {
            token,
            api_root: API_ROOT.to_owned(),
            mode,
            dm_policy: DmPolicy::default(),
            allow_from: AllowList::default(),
            groups: Groups::default(),
            rate: None,
            streaming: Streaming::default(),
            timeouts: Timeouts::default(),
        }
    }
}
