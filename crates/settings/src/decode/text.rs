//! Texts with a meaning: prose, paths, networks.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::{Decode, Node};

/// A text for people or for the model.
pub(crate) struct Prose(pub(crate) String);

impl Prose {
    /// About 8,000 words: beyond that a prompt leaves little room for the conversation.
    const LONGEST: usize = 65_536;
}

impl Decode for Prose {
    fn decode(node: &Node<'_>) -> Option<Self> {
        match node.text() {
            Some(text) if !text.trim().is_empty() && text.len() <= Self::LONGEST => {
                Some(Self(text.to_owned()))
            }
            Some(_) | None => {
                node.expected(format!("a text of 1 to {} bytes in quotes", Self::LONGEST))
            }
        }
    }
}

impl JsonSchema for Prose {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Prose".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": Self::LONGEST })
    }
}

/// A path to a file or a directory. Whether anything is there is asked where it is used.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct FilePath(PathBuf);

impl FilePath {
    pub(crate) fn new(path: &str) -> Self {
        Self(PathBuf::from(path))
    }

    pub(crate) fn as_path(&self) -> &Path {
        &self.0
    }
}

impl Decode for FilePath {
    fn decode(node: &Node<'_>) -> Option<Self> {
        match node.text() {
            Some(text) if !text.is_empty() && !text.contains('\0') => Some(Self::new(text)),
            Some(_) | None => node.expected("a path in quotes"),
        }
    }
}

impl JsonSchema for FilePath {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FilePath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

/// One address or a network of them.
pub(crate) struct Network(pub(crate) IpNet);

impl Network {
    /// What is expected.
    pub(crate) const EXPECTATION: &str =
        "an IP address or a network in CIDR form, as in \"10.0.0.7\" or \"172.16.0.0/12\"";

    /// The network of this text, if it is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let network = text.parse::<IpNet>().ok();
        let network = network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        network.map(|network| Self(network.trunc()))
    }
}

impl Decode for Network {
    fn decode(node: &Node<'_>) -> Option<Self> {
        node.text().and_then(Self::parse).or_else(|| node.expected(Self::EXPECTATION))
    }
}

impl JsonSchema for Network {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["10.0.0.7", "172.16.0.0/12"] })
    }
}
