//! Updates to words: pure translation, which never refuses what is JSON.
//!
//! Telegram sends what was refused again and lets everything wait behind it, so whatever can't
//! be understood is a word too.

mod addressing;
mod admission;
mod asides;
mod content;
mod edits;
mod notes;
mod origin;
mod rich;

#[cfg(test)]
mod chosen_tests;
#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use fixture_tests::fixtures;

use conversation::{
    AnswerBy, Author, Command, ConversationId, DedupeKey, Inbound, Message as Words, Rate, Scope,
    Timestamp,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::options::{DmPolicy, Groups, Options};
use crate::reference::key;
use crate::wire::{CallbackQuery, Envelope, Message, parse};
use crate::{Address, AllowList, Ignored, Update};
use addressing::{Addressed, Slashed};
use admission::Sender;
use origin::{address, author, author_of, not_from_a_customer};

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

/// The body of a request isn't JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an update must be a JSON object with an \"update_id\"; this body isn't JSON")]
pub struct NotJson;

/// Who the bot is, by which it knows that it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The bot's id.
    pub id: i64,
    /// Its username without the `@`; none while it isn't known.
    pub username: Option<String>,
}

/// Translates updates by the rules of who is heard.
#[derive(Clone, Debug)]
pub struct Listener {
    me: Me,
    dm_policy: DmPolicy,
    allow_from: AllowList,
    groups: Groups,
    rate: Option<Rate>,
}

/// A message with its place.
struct Heard {
    conversation: ConversationId,
    key: DedupeKey,
    message: Words,
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
            rate: options.rate,
        }
    }

    /// Translates the body of one update that arrived at `at`.
    ///
    /// # Errors
    /// [`NotJson`].
    pub fn read(&self, body: &[u8], at: Timestamp) -> Result<Update, NotJson> {
        let value = parse(body).map_err(|_| NotJson)?;
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
            "message_reaction" => self.reaction(arrival, &read(body)),
            "deleted_business_messages" => self.deletion(arrival, read(body)),
            "my_chat_member" => self.membership(arrival, &read(body)),
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
        let sender = Sender::of(message, &address);
        if !self.may_be_heard(&sender) {
            return Update::Ignored(Ignored::NotAllowed);
        }
        let slashed = Slashed::of(&said.text);
        let addressed = match address.is_group() {
            true => self.me.addressed(message, slashed.as_ref(), self.groups.answer),
            false => Addressed::Yes,
        };
        match (addressed, form) {
            (Addressed::Yes, _) | (Addressed::No, Form::Edit) => {}
            (Addressed::No, Form::New) => return Update::Ignored(Ignored::NotAddressed),
            (Addressed::Perhaps, _) => return Update::Undecided,
        }
        let slashed = slashed.filter(|_| form == Form::New && said.attachments.is_empty());
        let own = slashed.and_then(|slashed| slashed.own());
        let command = own.as_ref().map(addressing::Own::command);
        if let Some(own) = &own {
            said.text = own.words();
        } else if address.is_group() {
            said.quote(message, self.me.id);
        }
        let heard = heard(arrival, &address, *message.message_id, said, author(message));
        let Some(heard) = heard else { return unknown(arrival.kind) };
        match form {
            Form::New => Update::Message(Box::new(self.to_be_answered(heard, &sender, command))),
            Form::Edit if address.is_group() => self.group_edit(heard, message, &sender, addressed),
            Form::Edit => Update::Notes(vec![edits::note(&heard, Scope::Always)]),
        }
    }

    fn to_be_answered(&self, heard: Heard, sender: &Sender, command: Option<Command>) -> Inbound {
        let Heard { conversation, key, message } = heard;
        Inbound {
            conversation,
            key,
            message: Words { command, ..message },
            answer_by: AnswerBy::Channel,
            request: None,
            rate: self.rate.map(|rate| sender.allowance(rate)),
        }
    }

    fn callback(&self, arrival: Arrival<'_>, query: &CallbackQuery) -> Update {
        let Some(id) = query.id.0.clone() else { return unknown(arrival.kind) };
        let said = self.choice(arrival, query);
        let said = said.map(|(heard, sender)| self.to_be_answered(heard, &sender, None));
        Update::Callback { query: id, said: said.map(Box::new) }
    }

    /// What was chosen by tapping a button, as words of whoever tapped it.
    fn choice(&self, arrival: Arrival<'_>, query: &CallbackQuery) -> Option<(Heard, Sender)> {
        let message = query.message.as_ref()?;
        let (address, _) = address(message)?;
        let from = query.from.0.clone().unwrap_or_default();
        let sender = Sender::user(&from, &address, message.chat.as_ref());
        if *from.is_bot == Some(true) || !self.may_be_heard(&sender) {
            return None;
        }
        let said = content::choice(message, query.data.as_deref()?)?;
        let heard = heard(arrival, &address, None, said, author_of(&from))?;
        Some((heard, sender))
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

/// A message, ready for the store. None if its conversation can't be named.
fn heard(
    arrival: Arrival<'_>,
    address: &Address,
    message_id: Option<i64>,
    said: content::Said,
    author: Author,
) -> Option<Heard> {
    let content::Said { text, attachments } = said;
    let reference = message_id.map(|id| id.to_string());
    let at = arrival.at;
    let message = Words { text, author, attachments, reference, command: None, reach: None, at };
    let key = key(arrival.update, None).ok()?;
    Some(Heard { conversation: address.conversation().ok()?, key, message })
}
