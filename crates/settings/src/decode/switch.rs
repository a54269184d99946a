//! `true` or `false`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::node::Content;
use super::{Decode, Node, PLACEHOLDER_PATTERN};

/// A yes-or-no setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Switch(pub(crate) bool);

impl Decode for Switch {
    fn decode(node: &Node<'_>) -> Option<Self> {
        let value = match &node.content {
            Content::Flag(value) => Some(*value),
            Content::Text(_)
            | Content::Number(_)
            | Content::Null
            | Content::List(_)
            | Content::Object(_) => node.substituted_text().and_then(|text| text.parse().ok()),
        };
        match value {
            Some(value) => Some(Self(value)),
            None => node.expected("true or false"),
        }
    }
}

impl JsonSchema for Switch {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Switch".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "string"], "pattern": PLACEHOLDER_PATTERN })
    }
}
