//! The origin of a web page.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use url::Url;

use crate::decode::{Decode, Node};

/// A scheme, a host, and a port unless it is the scheme's own, as browsers spell them.
pub(crate) struct Origin(pub(crate) String);

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_bare = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        is_bare.then(|| Self(url.origin().ascii_serialization()))
    }
}

impl Decode for Origin {
    fn decode(node: &Node<'_>) -> Option<Self> {
        match node.text().and_then(Self::parse) {
            Some(origin) => Some(origin),
            None => node.expected(
                "the origin of the pages that embed the chat, of scheme and host without a path, \
                 such as \"https://shop.example\"; there is none that stands for all",
            ),
        }
    }
}

impl JsonSchema for Origin {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Origin".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["https://shop.example"] })
    }
}
