//! `channels`: the ways besides the API by which customers write, one file each.

mod hearing;
mod origin;
mod telegram;
mod telegram_sender;
mod web_chat;
mod whatsapp;
mod whatsapp_words;

use crate::decode::section;

pub use hearing::DmPolicy;
pub(crate) use hearing::RateLimit;
pub use telegram::Streaming;
pub(crate) use telegram::{Telegram, TelegramMode};
pub(crate) use telegram_sender::TelegramSender;
pub(crate) use web_chat::WebChat;
pub(crate) use whatsapp::WhatsApp;

section! {
    /// The ways besides the API by which customers write.
    struct Channels {
        /// A business number on WhatsApp.
        whatsapp: WhatsApp,
        /// A bot on Telegram.
        telegram: Telegram,
        /// The chat that sites embed.
        webchat: WebChat,
    }
}
