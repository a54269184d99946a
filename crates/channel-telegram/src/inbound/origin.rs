//! Where a message stands, and who wrote it.

use conversation::Author;

use super::Arrival;
use super::notes::line;
use crate::wire::{ChatKind, Message, User};
use crate::{Address, Ignored, Place};

/// The longest name, in characters: 64 for each half of a person's, 128 for a group's.
const NAME_CHARS: usize = 129;
/// The longest tag of a language, in bytes, that its standard foresees.
const LANGUAGE_BYTES: usize = 35;
/// Telegram's own account, which forwards channel posts into groups and notifies of logins.
const TELEGRAM: i64 = 777_000;

/// Where a message stands, and in what kind of chat.
pub(super) fn address(message: &Message) -> Option<(Address, ChatKind)> {
    let chat = message.chat.as_ref()?;
    let place = match (&*message.business_connection_id, *message.message_thread_id) {
        (Some(connection), _) => Place::Business(connection.clone()),
        // In groups without topics a thread is a chain of replies, and no place of its own.
        (None, Some(topic)) if *message.is_topic_message == Some(true) => Place::Topic(topic),
        (None, Some(_) | None) => Place::Chat,
    };
    Some((Address { chat: (*chat.id)?, place }, chat.kind()))
}

pub(super) fn not_from_a_customer(
    arrival: Arrival<'_>,
    message: &Message,
    address: &Address,
    kind: ChatKind,
) -> Option<Ignored> {
    if kind == ChatKind::Channel {
        return Some(Ignored::ChannelPost);
    }
    let from = message.from.as_ref();
    let sender = from.and_then(|user| *user.id);
    // Someone who speaks in the name of a chat is shown as a bot, and is a person.
    let is_bot = from.is_some_and(|user| *user.is_bot == Some(true));
    let is_bot = is_bot && message.sender_chat.is_none();
    if is_bot || sender == Some(TELEGRAM) || *message.is_automatic_forward == Some(true) {
        return Some(Ignored::FromBot);
    }
    // A business account's chat is told of from both sides; the chat has the customer's id.
    let is_business = arrival.kind.ends_with("business_message");
    (is_business && sender.is_some_and(|sender| sender != address.chat))
        .then_some(Ignored::FromOwner)
}

pub(super) fn author(message: &Message) -> Author {
    match (&*message.sender_chat, &*message.from) {
        (Some(chat), _) => {
            Author { display_name: chat.title.as_deref().and_then(name), language: None }
        }
        (None, Some(user)) => author_of(user),
        (None, None) => Author::default(),
    }
}

pub(super) fn author_of(user: &User) -> Author {
    let language = user.language_code.as_deref().filter(|tag| is_language(tag));
    Author {
        display_name: user.display_name().as_deref().and_then(name),
        language: language.map(str::to_owned),
    }
}

/// A name that someone chose, as it is kept: on one line, and no longer than Telegram lets it be.
fn name(chosen: &str) -> Option<String> {
    let name = line(chosen, NAME_CHARS);
    (!name.is_empty()).then_some(name)
}

/// Whether a text has the form of a language's IETF tag.
fn is_language(tag: &str) -> bool {
    let is_subtag =
        |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_alphanumeric());
    tag.len() <= LANGUAGE_BYTES && tag.split('-').all(is_subtag)
}
