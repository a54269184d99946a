//! Secrets: never shown, neither in problems nor by `Debug`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::SecretString;

use super::{Decode, Node};

/// A token, key or URL that nobody else must see.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) SecretString);

impl Secret {
    /// What a secret has to look like, for a problem's message.
    pub(crate) const EXPECTATION: &str =
        "a secret of visible ASCII characters, without spaces or line breaks";
}

/// Whether a secret can be sent in an HTTP header, which all of them are, or are part of a URL. A
/// line break from a careless copy is found here and not by a puzzling 401.
pub(crate) fn is_sendable(secret: &str) -> bool {
    const LONGEST: usize = 8192;
    (1..=LONGEST).contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Decode for Secret {
    const MAY_HOLD_A_SECRET: bool = true;

    fn decode(node: &Node<'_>) -> Option<Self> {
        match node.text() {
            Some(text) if is_sendable(text) => Some(Self(SecretString::from(text))),
            Some(_) | None => node.expected_secret(Self::EXPECTATION),
        }
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "writeOnly": true })
    }
}
