//! What Telegram sends, as types in which every field may be missing. Nothing here decides
//! anything.

mod maybe;
mod media;
mod message;
mod parse;
mod people;
mod update;

pub(crate) use maybe::{Each, Maybe};
pub(crate) use media::{Checklist, Contact, Dice, File, Location, Poll, Sticker, Venue};
pub(crate) use message::{Content, Entity, Message};
pub(crate) use parse::parse;
pub(crate) use people::{Chat, ChatKind, User};
pub(crate) use update::{CallbackQuery, Deleted, Envelope, MemberUpdate, Reactions};
