//! `channels`: the ways besides the API by which customers write, one file each.

mod hearing;
mod telegram;
mod telegram_sender;

use crate::decode::section;

pub use hearing::DmPolicy;
pub(crate) use hearing::RateLimit;
pub use telegram::Streaming;
pub(crate) use telegram::{Telegram, TelegramMode};
pub(crate) use telegram_sender::TelegramSender;

section! {
    /// The ways besides the API by which customers write.
    struct Channels {
        /// A bot on Telegram.
        telegram: Telegram,
    }
}
