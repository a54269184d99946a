//! A message, with as much of it as the gateway has a use for.

use serde::Deserialize;
use serde_json::Value;

use super::media::{
    Checklist, Contact, Dice, File, Location, Poll, RichMessage, Sticker, Titled, Venue,
};
use super::people::{Chat, User};
use super::{Each, Maybe};

/// A message in any chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    pub(crate) message_id: Maybe<i64>,
    pub(crate) date: Maybe<i64>,
    pub(crate) edit_date: Maybe<i64>,
    pub(crate) message_thread_id: Maybe<i64>,
    pub(crate) is_topic_message: Maybe<bool>,
    pub(crate) business_connection_id: Maybe<String>,
    pub(crate) is_automatic_forward: Maybe<bool>,
    pub(crate) from: Maybe<User>,
    pub(crate) sender_chat: Maybe<Chat>,
    pub(crate) chat: Maybe<Chat>,
    pub(crate) reply_to_message: Maybe<Box<Message>>,
    pub(crate) migrate_to_chat_id: Maybe<i64>,
    pub(crate) text: Maybe<String>,
    pub(crate) entities: Each<Entity>,
    pub(crate) caption: Maybe<String>,
    pub(crate) caption_entities: Each<Entity>,
    pub(crate) reply_markup: Maybe<Keyboard>,
    #[serde(flatten)]
    pub(crate) content: Content,
}

/// What a message can hold beside words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Content {
    pub(crate) photo: Each<File>,
    pub(crate) animation: Maybe<File>,
    pub(crate) audio: Maybe<File>,
    pub(crate) document: Maybe<File>,
    pub(crate) video: Maybe<File>,
    pub(crate) video_note: Maybe<File>,
    pub(crate) voice: Maybe<File>,
    pub(crate) sticker: Maybe<Sticker>,
    pub(crate) contact: Maybe<Contact>,
    pub(crate) location: Maybe<Location>,
    pub(crate) venue: Maybe<Venue>,
    pub(crate) dice: Maybe<Dice>,
    pub(crate) poll: Maybe<Poll>,
    pub(crate) checklist: Maybe<Checklist>,
    pub(crate) game: Maybe<Titled>,
    pub(crate) invoice: Maybe<Titled>,
    pub(crate) story: Maybe<Value>,
    pub(crate) paid_media: Maybe<Value>,
    pub(crate) rich_message: Maybe<RichMessage>,
}

/// A stretch of the text with a meaning. Only mentions of people without a username are of use
/// here: everything else can be seen in the text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entity {
    pub(crate) user: Maybe<User>,
}

/// The buttons under a message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Keyboard {
    pub(crate) inline_keyboard: Each<Each<Button>>,
}

/// One of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Button {
    pub(crate) text: Maybe<String>,
    pub(crate) callback_data: Maybe<String>,
}
