//! The origins of web pages.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use url::Url;

use crate::decode::{Decode, Node};

/// One origin or several, separated by commas so that a single variable of the environment can hold
/// them: each a scheme, a host, and a port unless it is the scheme's own, as browsers spell them.
pub(crate) struct Origins(pub(crate) Vec<String>);

impl Origins {
    fn parse(text: &str) -> Option<Self> {
        let given = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        let origins: Vec<String> = given.map(parse).collect::<Option<_>>()?;
        (!origins.is_empty()).then_some(Self(origins))
    }
}

fn parse(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_bare = matches!(url.scheme(), "http" | "https")
        && !url.host_str()?.contains('*')
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    is_bare.then(|| url.origin().ascii_serialization())
}

impl Decode for Origins {
    fn decode(node: &Node<'_>) -> Option<Self> {
        match node.text().map(|text| (text, Self::parse(text))) {
            Some((_, Some(origins))) => Some(origins),
            // Taken literally it would match no page at all, which is not what was meant.
            Some((text, None)) if text.contains('*') => node.expected(
                "the origin of each site spelled out, such as \"https://shop.example\" and \
                 \"https://www.shop.example\": * stands for no site and for no part of its name",
            ),
            Some((_, None)) | None => node.expected(
                "the origin of the pages that embed the chat, of scheme and host without a path, \
                 such as \"https://shop.example\", or several of them separated by commas; there \
                 is none that stands for all",
            ),
        }
    }
}

impl JsonSchema for Origins {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Origins".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["https://shop.example"] })
    }
}
