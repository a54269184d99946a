//! Absolute HTTP URLs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use url::Url;

use super::{Decode, Node, PLACEHOLDER_PATTERN, Shown};

/// The URL that a service's own paths are appended to.
#[derive(Clone)]
pub(crate) struct BaseUrl(pub(crate) Url);

/// A URL's form does not fit.
pub(crate) enum UrlFault {
    /// It is relative, or of another scheme.
    NotAbsolute { suggestion: Option<String> },
    /// It holds a user name or a password, which would end up in logs.
    Credentials,
    /// It ends in `?…` or `#…`, so that no path can be appended.
    Tail,
}

impl UrlFault {
    pub(crate) fn expectation(&self) -> String {
        match self {
            Self::NotAbsolute { suggestion } => {
                let hint = suggestion.as_ref().map(|url| format!("; did you mean \"{url}\"?"));
                let hint = hint.unwrap_or_default();
                format!("an absolute URL that begins with http:// or https://{hint}")
            }
            Self::Credentials => "a URL without user name and password in it".to_owned(),
            Self::Tail => "a URL that ends with its path, without ?… or #…".to_owned(),
        }
    }

    /// What of the URL may be shown.
    pub(crate) fn shown(&self, text: &str) -> Shown {
        match self {
            Self::NotAbsolute { .. } if !text.contains('@') => Shown::text(text),
            Self::NotAbsolute { .. } | Self::Credentials | Self::Tail => Shown::Hidden,
        }
    }
}

/// Reads an absolute HTTP URL. A slash at the end of its path is left out, so that both ways to
/// write it mean the same.
pub(crate) fn parse_base_url(text: &str) -> Result<Url, UrlFault> {
    let mut url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        Ok(_) | Err(_) => return Err(UrlFault::NotAbsolute { suggestion: absolute(text) }),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlFault::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(UrlFault::Tail);
    }
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty();
    }
    Ok(url)
}

/// What was probably meant by a URL without a scheme: TLS, unless it names this machine.
fn absolute(text: &str) -> Option<String> {
    if text.contains("//") || text.starts_with('/') || text.contains('@') {
        return None;
    }
    let local = ["localhost", "127.", "[::1]"].iter().any(|host| text.starts_with(host));
    let url = format!("{}://{text}", if local { "http" } else { "https" });
    parse_base_url(&url).ok().map(|_| url)
}

impl Decode for BaseUrl {
    const MAY_HOLD_A_SECRET: bool = true;

    fn decode(node: &Node<'_>) -> Option<Self> {
        let Some(text) = node.text() else {
            return node.expected("an absolute URL in quotes");
        };
        match parse_base_url(text) {
            Ok(url) => Some(Self(url)),
            Err(fault) => {
                let message = format!("expected {}", fault.expectation());
                node.reader.error(&node.origin, fault.shown(text), message);
                None
            }
        }
    }
}

impl JsonSchema for BaseUrl {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "BaseUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^https?://|{PLACEHOLDER_PATTERN}");
        json_schema!({ "type": "string", "pattern": pattern })
    }
}
