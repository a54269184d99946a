#![doc = include_str!("../README.md")]

mod asides;
mod errors;
mod exchange;
mod hub;
mod id;
mod image;
mod inbound;
mod outbox;
mod prompt;
mod rate;
mod reach;
mod readable_json;
mod remark;
mod time;
mod transcript;
mod visible;

pub mod ports;

pub use asides::{aside, own_words, words_with_asides};
pub use errors::StoreError;
pub use exchange::{Exchange, Reply};
pub use hub::{EventHub, Watch};
pub use id::{ConversationId, DedupeKey, Digest, Fingerprint, InvalidId, KeyDigest, MessageId};
pub use image::Image;
pub use inbound::{AnswerBy, Attachment, Author, Command, Inbound, Message};
pub use outbox::{Outbox, OutboxPart, Part, PartState};
pub use prompt::{Prompt, Role, Utterance};
pub use rate::{Allowance, Rate, Sender};
pub use reach::Reach;
pub use readable_json::readable_json;
pub use remark::{Note, Remark, Remarked, Scope};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
pub use transcript::{Entry, Said};
pub use visible::shows_nothing;
