//! An entry of an allow-list of Telegram's.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{Content, Decode, Node};

/// Someone on Telegram: `*`, a number, or a username.
pub(crate) struct TelegramSender(pub(crate) String);

impl TelegramSender {
    /// The entry as it is compared: without what may stand before it for the reader's sake.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let prefixes = ["telegram:", "tg:"];
        let text = prefixes.iter().find_map(|it| text.strip_prefix(it)).unwrap_or(text);
        let is_fit = text == "*" || text.parse::<i64>().is_ok() || is_username(text);
        is_fit.then(|| Self(text.to_owned()))
    }
}

fn is_username(text: &str) -> bool {
    let name = text.strip_prefix('@').unwrap_or(text);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    begins && name.len() <= 32 && name.bytes().all(fits)
}

impl Decode for TelegramSender {
    fn decode(node: &Node<'_>) -> Option<Self> {
        let text = match &node.content {
            Content::Number(digits) => digits.parse::<i64>().ok().map(|_| *digits),
            Content::Text(_)
            | Content::Flag(_)
            | Content::Null
            | Content::List(_)
            | Content::Object(_) => node.text(),
        };
        match text.and_then(Self::parse) {
            Some(sender) => Some(sender),
            None => node.expected(
                "a person's id such as 123456789, a group's such as -1001234567890, a username such \
                 as \"@ann\", or \"*\"",
            ),
        }
    }
}

impl JsonSchema for TelegramSender {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TelegramSender".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"], "examples": [123_456_789, "@ann", "*"] })
    }
}
