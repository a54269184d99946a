//! One value of the file: what it is after substitution, and the way to report it.

use std::fmt::Display;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;

use super::substitute::{Substituted, substitute};
use super::{Origin, Reader, did_you_mean};
use crate::syntax::Span;

/// A type that a single value can be read as.
pub(crate) trait Decode: Sized {
    /// Whether what stands in its place may hold a secret, and so is never shown.
    const MAY_HOLD_A_SECRET: bool = false;

    /// The value, or none after reporting why there is none.
    fn decode(node: &Node<'_>) -> Option<Self>;
}

/// What a problem shows of the value that it is about.
pub(crate) enum Shown {
    /// The problem is not about a value.
    Nothing,
    /// A secret.
    Hidden,
    /// A list or an object, whose content may hold secrets.
    Kind(&'static str),
    /// The value itself.
    Value(String),
}

impl Shown {
    /// The longest value that is shown whole.
    const LONGEST: usize = 80;

    /// A text as it would stand in the file, shortened if need be.
    pub(crate) fn text(text: &str) -> Self {
        let quoted = serde_json::Value::from(text).to_string();
        Self::value(&quoted)
    }

    pub(crate) fn value(text: &str) -> Self {
        match text.char_indices().nth(Self::LONGEST) {
            Some((end, _)) => Self::Value(format!("{}…", &text[..end])),
            None => Self::Value(text.to_owned()),
        }
    }

    pub(super) fn reveals(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Hidden => Some("(hidden)".to_owned()),
            Self::Kind(kind) => Some(kind.to_owned()),
            Self::Value(text) => Some(text),
        }
    }
}

/// A value's content.
pub(crate) enum Content<'a> {
    Text(Substituted),
    Number(&'a str),
    Flag(bool),
    Null,
    List(&'a [Value<'a>]),
    Object(&'a Object<'a>),
}

/// A value with its place.
pub(crate) struct Node<'a> {
    pub(crate) reader: &'a Reader<'a>,
    pub(crate) origin: Origin,
    pub(crate) content: Content<'a>,
}

impl<'a> Node<'a> {
    /// Reads a value; none if a variable in it is not set, which is then reported.
    pub(crate) fn read(
        reader: &'a Reader<'a>,
        setting: String,
        value: &'a Value<'a>,
    ) -> Option<Self> {
        let origin = Origin { setting, span: value.range() };
        let content = match value {
            Value::StringLit(literal) => {
                Content::Text(placeholders(reader, &origin, &literal.value)?)
            }
            Value::NumberLit(literal) => Content::Number(literal.value),
            Value::BooleanLit(literal) => Content::Flag(literal.value),
            Value::NullKeyword(_) => Content::Null,
            Value::Array(array) => Content::List(&array.elements),
            Value::Object(object) => Content::Object(object),
        };
        Some(Self { reader, origin, content })
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(&text.text),
            Content::Number(_)
            | Content::Flag(_)
            | Content::Null
            | Content::List(_)
            | Content::Object(_) => None,
        }
    }

    /// The text, if it came at least in part from a variable. Such a text may stand where a
    /// number or a switch is expected, since variables are always texts.
    pub(crate) fn substituted_text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) if text.has_placeholders => Some(&text.text),
            Content::Text(_)
            | Content::Number(_)
            | Content::Flag(_)
            | Content::Null
            | Content::List(_)
            | Content::Object(_) => None,
        }
    }

    /// Whether variables came out empty, which counts as not setting the value at all.
    pub(crate) fn is_blank(&self) -> bool {
        self.substituted_text().is_some_and(str::is_empty)
    }

    /// Reports that something else was expected here.
    pub(crate) fn expected<T>(&self, what: impl Display) -> Option<T> {
        self.reader.error(&self.origin, self.shown(), format!("expected {what}"));
        None
    }

    /// The same for a value that must not be shown.
    pub(crate) fn expected_secret<T>(&self, what: impl Display) -> Option<T> {
        self.reader.error(&self.origin, Shown::Hidden, format!("expected {what}"));
        None
    }

    /// Reports a word that is not among `allowed`.
    pub(crate) fn expected_one_of<T>(&self, allowed: &[&str]) -> Option<T> {
        let list = allowed.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let list = if allowed.len() == 1 { list } else { format!("one of {list}") };
        let nearest = self.text().map(|text| did_you_mean(text, allowed.iter().copied()));
        self.expected(format!("{list}{}", nearest.unwrap_or_default()))
    }

    /// What stood here.
    fn shown(&self) -> Shown {
        match &self.content {
            Content::Text(text) if text.has_placeholders => {
                let raw = self.reader.text().slice(self.origin.span);
                let outcome = serde_json::Value::from(text.text.as_str());
                Shown::value(&format!("{raw}, which gives {outcome}"))
            }
            Content::Text(text) => Shown::text(&text.text),
            Content::Number(text) => Shown::value(text),
            Content::Flag(value) => Shown::Value(value.to_string()),
            Content::Null => Shown::Value("null".to_owned()),
            Content::List(_) => Shown::Kind("a list"),
            Content::Object(_) => Shown::Kind("an object"),
        }
    }
}

/// Replaces the variables in a text, and reports each one that can't be.
fn placeholders(reader: &Reader<'_>, origin: &Origin, text: &str) -> Option<Substituted> {
    let faults = match substitute(text, |name| reader.environment().get(name)) {
        Ok(substituted) => return Some(substituted),
        Err(faults) => faults,
    };
    for fault in faults {
        // Behind the opening quote the text stands as it is, unless it has escapes in it.
        let start = origin.span.start + 1 + fault.offset;
        let span = Span::new(start, start + fault.shown.len());
        let message = fault.to_string();
        if reader.text().slice(span) == fault.shown {
            let origin = Origin { setting: origin.setting.clone(), span };
            reader.error(&origin, Shown::Value(fault.shown), message);
        } else {
            reader.error(origin, Shown::Hidden, message);
        }
    }
    None
}
