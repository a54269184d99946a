//! A model's name within the settings.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{Decode, Node, PLACEHOLDER_PATTERN};

/// A model of a provider, written `provider/model`. The model's own name may have slashes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModelRef {
    /// The id under `models.providers`, or a built-in one.
    pub(crate) provider: String,
    /// The model's name, as the provider knows it.
    pub(crate) model: String,
}

impl ModelRef {
    fn parse(text: &str) -> Option<Self> {
        let (provider, model) = text.split_once('/')?;
        let is_complete = !provider.is_empty() && !model.is_empty() && !has_blanks(text);
        is_complete.then(|| Self { provider: provider.to_owned(), model: model.to_owned() })
    }
}

fn has_blanks(text: &str) -> bool {
    text.contains(|character: char| character.is_whitespace() || character.is_control())
}

impl fmt::Display for ModelRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.provider, self.model)
    }
}

impl Decode for ModelRef {
    fn decode(node: &Node<'_>) -> Option<Self> {
        match node.text().and_then(Self::parse) {
            Some(model) => Some(model),
            None => node.expected("\"provider/model\", as in \"ollama/llama3.2\""),
        }
    }
}

impl JsonSchema for ModelRef {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ModelRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!(r"^[^/\s]+/\S+$|{PLACEHOLDER_PATTERN}");
        json_schema!({ "type": "string", "pattern": pattern, "examples": ["ollama/llama3.2"] })
    }
}

/// A model's own name, as its provider knows it.
pub(crate) struct ModelId(pub(crate) String);

impl Decode for ModelId {
    fn decode(node: &Node<'_>) -> Option<Self> {
        match node.text().filter(|text| !text.is_empty() && !has_blanks(text)) {
            Some(id) => Some(Self(id.to_owned())),
            None => node.expected("a model's name without its provider, as in \"gpt-4o\""),
        }
    }
}

impl JsonSchema for ModelId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ModelId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!(r"^\S+$|{PLACEHOLDER_PATTERN}");
        json_schema!({ "type": "string", "pattern": pattern, "examples": ["gpt-4o"] })
    }
}
