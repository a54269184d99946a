#![doc = include_str!("../README.md")]

mod address;
mod allow;
mod bot_api;
mod channel;
mod credentials;
mod draft;
mod figures;
mod inbound;
mod introduction;
mod options;
mod outbound;
mod pace;
mod polling;
mod reception;
mod reference;
mod webhook;
mod wire;
mod words;

pub use address::{Address, Place};
pub use allow::{AllowList, Entry, InvalidEntry};
pub use bot_api::{
    ApiError, Bot, BotApi, FileInfo, Gone, InvalidApi, OutgoingMessage, ParseMode, WebhookInfo,
    WebhookRegistration,
};
pub use channel::Telegram;
pub use credentials::{BotToken, InvalidCredential, WebhookSecret};
pub use inbound::{Listener, Me, NotJson};
pub use introduction::introduce;
pub use options::{API_ROOT, DmPolicy, GroupAnswer, Groups, Mode, Options, Streaming, Timeouts};
pub use outbound::{LONGEST, parts, plain};
pub use pace::Rates;
pub use polling::{PollError, Poller, Post};
pub use reception::{Reception, TakeError, Taken};
pub use webhook::{UPDATE_BYTES, WEBHOOK_PATH, Webhook};
pub use words::{Ignored, Update};

/// The channel's name, as in [`conversation::ConversationId::channel`].
pub const CHANNEL: &str = "telegram";
