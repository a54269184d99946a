//! Updates to words: pure translation, which never refuses what is JSON.
//!
//! Telegram sends what was refused again and lets everything wait behind it, so whatever can't
//! be understood is a word too.

mod addressing;
mod admission;
mod asides;
mod content;
mod notes;
mod rich;

#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use fixture_tests::fixtures;

use conversation::{AnswerBy, Author, Inbound, Message as Words, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::options::{DmPolicy, Groups, Options};
use crate::wire::{CallbackQuery, ChatKind, Envelope, Message, User};
use crate::{Address, AllowList, Aside, Heard, Ignored, Place, Reference, Update};
use addressing::Command;
use admission::Sender;

/// Update kinds that are understood and of no use.
const NO_USE: [&str; 14] = [
    "business_connection",
    "chat_boost",
    "chat_join_request",
    "chat_member",
    "chosen_inline_result",
    "guest_message",
    "inline_query",
    "message_reaction_count",
    "poll",
    "poll_answer",
    "pre_checkout_query",
    "purchased_paid_media",
    "removed_chat_boost",
    "shipping_query",
];

/// Update kinds that come to more than being ignored.
const USED: [&str; 10] = [
    "business_message",
    "callback_query",
    "channel_post",
    "deleted_business_messages",
    "edited_business_message",
    "edited_channel_post",
    "edited_message",
    "message",
    "message_reaction",
    "my_chat_member",
];

/// The longest kind of an update that is repeated, in bytes.
const KIND_BYTES: usize = 64;

/// Telegram's own account, which forwards channel posts into groups and notifies of logins.
const TELEGRAM: i64 = 777_000;

/// The body of a request isn't JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an update must be a JSON object with an \"update_id\"; this body isn't JSON")]
pub struct NotJson;

/// Who the bot is, by which it knows that it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The bot's id.
    pub id: i64,
    /// Its username without the `@`. Without it only replies and bare commands are known to be
    /// meant for the bot.
    pub username: Option<String>,
}

/// Translates updates by the rules of who is heard.
#[derive(Clone, Debug)]
pub struct Listener {
    me: Me,
    dm_policy: DmPolicy,
    allow_from: AllowList,
    groups: Groups,
}

/// What is the same for everything that one update brings.
#[derive(Clone, Copy)]
struct Arrival<'a> {
    update: i64,
    kind: &'a str,
    at: Timestamp,
}

/// Whether a message is new or a change of an earlier one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    New,
    Edit,
}

impl Listener {
    /// A listener for the bot `me` by the rules in `options`.
    #[must_use]
    pub fn new(me: Me, options: &Options) -> Self {
        Self {
            me,
            dm_policy: options.dm_policy,
            allow_from: options.allow_from.clone(),
            groups: options.groups.clone(),
        }
    }

    /// Translates the body of one update that arrived at `at`.
    ///
    /// # Errors
    /// [`NotJson`].
    pub fn read(&self, body: &[u8], at: Timestamp) -> Result<Update, NotJson> {
        let value = serde_json::from_slice(body).map_err(|_| NotJson)?;
        Ok(self.update(value, at))
    }

    /// Translates one update that arrived at `at`.
    #[must_use]
    pub fn update(&self, update: Value, at: Timestamp) -> Update {
        let Value::Object(fields) = update else { return unknown("no_object") };
        let is_known = |name: &str| USED.contains(&name) || NO_USE.contains(&name);
        let Envelope { update_id, kind, body } = Envelope::open(fields, is_known);
        let Some(update) = update_id else { return unknown("no_update_id") };
        self.body(Arrival { update, kind: &kind, at }, body)
    }

    fn body(&self, arrival: Arrival<'_>, body: Value) -> Update {
        match arrival.kind {
            "message" | "business_message" => self.message(arrival, &read(body), Form::New),
            "edited_message" | "edited_business_message" => {
                self.message(arrival, &read(body), Form::Edit)
            }
            "channel_post" | "edited_channel_post" => Update::Ignored(Ignored::ChannelPost),
            "callback_query" => self.callback(arrival, &read(body)),
            "message_reaction" => asides::reaction(arrival, &read(body)),
            "deleted_business_messages" => asides::deletion(arrival, read(body)),
            "my_chat_member" => asides::membership(arrival, &read(body)),
            kind if NO_USE.contains(&kind) => Update::Ignored(Ignored::NoUse),
            kind => unknown(kind),
        }
    }

    fn message(&self, arrival: Arrival<'_>, message: &Message, form: Form) -> Update {
        let Some((address, kind)) = address(message) else { return unknown(arrival.kind) };
        if let Some(why) = not_from_a_customer(arrival, message, &address, kind) {
            return Update::Ignored(why);
        }
        if let Some(to) = *message.migrate_to_chat_id {
            return asides::moved(arrival, &address, to);
        }
        let Some(mut said) = content::content(message) else {
            return Update::Ignored(Ignored::NoContent);
        };
        if !self.may_be_heard(&Sender::of(message, &address)) {
            return Update::Ignored(Ignored::NotAllowed);
        }
        let command = Command::of(&said.text);
        if address.is_group() {
            let answer = self.groups.answer;
            if !self.me.is_addressed(message, command.as_ref(), answer) {
                return Update::Ignored(Ignored::NotAddressed);
            }
        }
        let command = command.filter(|_| form == Form::New && said.attachments.is_empty());
        let command = command.and_then(|command| command.own());
        if let Some(command) = &command {
            said.text = command.words();
        } else if address.is_group() {
            said.quote(message, self.me.id);
        }
        let author = author(message);
        let Some(heard) = heard(arrival, &address, *message.message_id, said, author) else {
            return unknown(arrival.kind);
        };
        match (form, command) {
            (Form::Edit, _) => Update::Aside(Aside::Edited(heard)),
            (Form::New, None) => Update::Message(heard),
            (Form::New, Some(addressing::Own::Start(_))) => Update::Start(heard),
            (Form::New, Some(addressing::Own::Reset(_))) => Update::Aside(Aside::Reset(heard)),
        }
    }

    fn callback(&self, arrival: Arrival<'_>, query: &CallbackQuery) -> Update {
        let Some(id) = query.id.0.clone() else { return unknown(arrival.kind) };
        Update::Callback { query: id, heard: self.choice(arrival, query) }
    }

    /// What was chosen by tapping a button, as words of whoever tapped it.
    fn choice(&self, arrival: Arrival<'_>, query: &CallbackQuery) -> Option<Box<Heard>> {
        let message = query.message.as_ref()?;
        let (address, _) = address(message)?;
        let from = query.from.0.clone().unwrap_or_default();
        let sender = Sender::user(&from, &address);
        if *from.is_bot == Some(true) || !self.may_be_heard(&sender) {
            return None;
        }
        let said = content::choice(message, query.data.as_deref()?)?;
        heard(arrival, &address, None, said, author_of(&from))
    }
}

/// Reads a body in which nothing is required.
fn read<T: DeserializeOwned + Default>(body: Value) -> T {
    serde_json::from_value(body).unwrap_or_default()
}

/// A kind that is not understood, in a form that may be logged.
fn unknown(kind: &str) -> Update {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let fits = (1..=KIND_BYTES).contains(&kind.len()) && kind.bytes().all(is_plain);
    Update::Unknown { kind: if fits { kind } else { "unreadable" }.to_owned() }
}

/// Where a message stands, and in what kind of chat.
fn address(message: &Message) -> Option<(Address, ChatKind)> {
    let chat = message.chat.as_ref()?;
    let place = match (&*message.business_connection_id, *message.message_thread_id) {
        (Some(connection), _) => Place::Business(connection.clone()),
        // In groups without topics a thread is a chain of replies, and no place of its own.
        (None, Some(topic)) if *message.is_topic_message == Some(true) => Place::Topic(topic),
        (None, Some(_) | None) => Place::Chat,
    };
    Some((Address { chat: (*chat.id)?, place }, chat.kind()))
}

fn not_from_a_customer(
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

fn author(message: &Message) -> Author {
    match (&*message.sender_chat, &*message.from) {
        (Some(chat), _) => Author { display_name: chat.title.0.clone(), language: None },
        (None, Some(user)) => author_of(user),
        (None, None) => Author::default(),
    }
}

fn author_of(user: &User) -> Author {
    Author { display_name: user.display_name(), language: user.language_code.0.clone() }
}

fn heard(
    arrival: Arrival<'_>,
    address: &Address,
    message_id: Option<i64>,
    said: content::Said,
    author: Author,
) -> Option<Box<Heard>> {
    let reference = Reference { update: arrival.update, message: message_id };
    let content::Said { text, attachments } = said;
    let inbound = Inbound {
        conversation: address.conversation().ok()?,
        key: reference.key().ok()?,
        message: Words {
            text,
            author,
            attachments,
            reference: message_id.map(|id| id.to_string()),
            command: None,
            at: arrival.at,
        },
        answer_by: AnswerBy::Channel,
        request: None,
        rate: None,
    };
    Some(Box::new(Heard { inbound, message_id }))
}
