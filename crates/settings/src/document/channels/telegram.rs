//! `channels.telegram`: a bot on Telegram.

use super::hearing::{DmPolicy, RateLimit};
use super::telegram_sender::TelegramSender;
use crate::decode::{BaseUrl, FilePath, List, Secret, Setting, Switch, choice, section};

section! {
    /// A bot on Telegram.
    struct Telegram {
        /// Whether the channel is on. Default: if `botToken` is set.
        enabled: Setting<Switch>,
        /// The bot's token, as @BotFather gives it.
        bot_token: Setting<Secret>,
        /// A file that holds the token, in place of `botToken`.
        bot_token_file: Setting<FilePath>,
        /// How messages come in. Default `webhook`.
        mode: Setting<TelegramMode>,
        /// What Telegram says with each message that it posts, so that nobody else can: 1 to 256
        /// letters, digits, dashes and underscores of your own choice. Needed with `webhook`.
        webhook_secret: Setting<Secret>,
        /// A file that holds that secret, in place of `webhookSecret`.
        webhook_secret_file: Setting<FilePath>,
        /// Where Telegram reaches the gateway, such as `https://chat.example.org`. The path is
        /// `/webhooks/telegram` unless another is given. `openclaw-gateway webhook set telegram`
        /// tells Telegram of it.
        webhook_url: Setting<BaseUrl>,
        /// Where the Bot API is. Default `https://api.telegram.org`; another for a Bot API server of
        /// one's own.
        api_root: Setting<BaseUrl>,
        /// Who is heard in chats of one person. Default `open`; `allowlist` if `allowFrom` is set.
        dm_policy: Setting<DmPolicy>,
        /// Who is heard under `allowlist`: ids of people, usernames such as `@ann`, or `*`.
        allow_from: List<TelegramSender>,
        /// Who is heard in groups, and when.
        groups: TelegramGroups,
        /// Whether the answer is shown while it is made. Default `off`.
        streaming: Streaming = Streaming::Off,
        /// How often one chat is answered.
        rate_limit: RateLimit,
    }
}

section! {
    /// Who is heard in groups, and when.
    struct TelegramGroups {
        /// Whether only messages are answered that mention the bot, reply to it, or are a command.
        /// Default true: what people of a group say to each other isn't meant for the bot.
        require_mention: Switch = Switch(true),
        /// The groups that are heard, by their ids, which are negative, and the people who are heard
        /// in any group. Default none: everyone is.
        allow_from: List<TelegramSender>,
    }
}

choice! {
    /// How messages come in.
    pub(crate) enum TelegramMode {
        /// Telegram posts them to `webhookUrl`.
        Webhook = "webhook",
        /// One replica at a time asks for them, for machines without a public address.
        Polling = "polling",
    }
}

choice! {
    /// Whether an answer is shown while it is made.
    pub enum Streaming {
        /// It is sent when it is complete.
        Off = "off",
        /// Its beginning is sent, and then edited about once a second.
        Edit = "edit",
    }
}
