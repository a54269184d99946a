//! The words of WhatsApp's section that have a form of their own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{Content, Decode, Node, PLACEHOLDER_PATTERN};

/// The id of a business number: digits, in quotes or not.
pub(crate) struct PhoneNumberId(pub(crate) String);

impl Decode for PhoneNumberId {
    fn decode(node: &Node<'_>) -> Option<Self> {
        let text = digits_or_text(node);
        let is_id = |id: &&str| (1..=32).contains(&id.len()) && is_digits(id);
        match text.filter(is_id) {
            Some(id) => Some(Self(id.to_owned())),
            None => node.expected(
                "the id that WhatsApp Manager shows for the business number, of digits only and not \
                 the number itself, as in \"106540352242922\"",
            ),
        }
    }
}

impl JsonSchema for PhoneNumberId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PhoneNumberId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^[0-9]{{1,32}}$|{PLACEHOLDER_PATTERN}");
        json_schema!({ "type": ["string", "integer"], "pattern": pattern })
    }
}

/// A version of the Graph API, as it stands in its addresses.
pub(crate) struct GraphVersion(pub(crate) String);

impl Decode for GraphVersion {
    fn decode(node: &Node<'_>) -> Option<Self> {
        let is_version = |text: &&str| {
            let numbers = text.strip_prefix('v').and_then(|numbers| numbers.split_once('.'));
            numbers.is_some_and(|(major, minor)| is_digits(major) && is_digits(minor))
        };
        match node.text().filter(is_version) {
            Some(version) => Some(Self(version.to_owned())),
            None => node.expected("a version of the Graph API, as in \"v25.0\""),
        }
    }
}

impl JsonSchema for GraphVersion {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "GraphVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!(r"^v[0-9]+\.[0-9]+$|{PLACEHOLDER_PATTERN}");
        json_schema!({ "type": "string", "pattern": pattern, "examples": ["v25.0"] })
    }
}

/// Someone on WhatsApp: `*`, a number in international form without its plus, or an id.
pub(crate) struct WhatsAppSender(pub(crate) String);

impl WhatsAppSender {
    /// The entry as it is compared: without what may stand in it for the reader's sake.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("whatsapp:").unwrap_or(text);
        if text == "*" || is_user_id(text) {
            return Some(Self(text.to_owned()));
        }
        let number = text.strip_prefix('+').unwrap_or(text);
        let number: String = number.chars().filter(|it| !" -()".contains(*it)).collect();
        // ITU-T E.164: a country's code, which doesn't begin with 0, and up to 15 digits in all.
        let is_number = (7..=15).contains(&number.len()) && !number.starts_with('0');
        (is_number && is_digits(&number)).then_some(Self(number))
    }
}

impl Decode for WhatsAppSender {
    const MAY_HOLD_A_SECRET: bool = true;

    /// A wrong entry isn't shown, since it is probably somebody's number.
    fn decode(node: &Node<'_>) -> Option<Self> {
        match digits_or_text(node).and_then(Self::parse) {
            Some(sender) => Some(sender),
            None => node.expected_secret(
                "a number in international form such as \"+4915112345678\", an id such as \
                 \"DE.13491208655302741918\", or \"*\"",
            ),
        }
    }
}

impl JsonSchema for WhatsAppSender {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WhatsAppSender".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "examples": ["+4915112345678", "*"] })
    }
}

fn digits_or_text<'a>(node: &'a Node<'_>) -> Option<&'a str> {
    match &node.content {
        Content::Number(digits) => Some(*digits),
        Content::Text(_)
        | Content::Flag(_)
        | Content::Null
        | Content::List(_)
        | Content::Object(_) => node.text(),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Two capitals of a country, a dot, and letters and digits, perhaps with further dots.
fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=150).contains(&rest.len())
        && rest.bytes().all(fits)
}
