//! Text in a vendor's JSON, read without copying where it holds no escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

/// Text that may be a string, absent, null, or a list of parts of which the text parts count:
/// compatible servers do all of these.
#[derive(Debug, Default)]
pub(crate) struct Words<'a>(pub(crate) Cow<'a, str>);

impl Words<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One part of a text that is given as a list.
#[derive(serde::Deserialize)]
struct Part<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Words<'a>,
    #[serde(default, borrow)]
    text: Words<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading).map(Self)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text, null or a list of parts")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut text = String::new();
        while let Some(part) = parts.next_element::<Part<'de>>()? {
            if part.kind.0 == "text" {
                text.push_str(&part.text.0);
            }
        }
        Ok(Cow::Owned(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_every_form_that_servers_send() {
        for (json, expected) in [
            (r#""plain""#, "plain"),
            (r#""esc\"aped \ud83d\ude00""#, "esc\"aped 😀"),
            ("null", ""),
            (
                r#"[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},
                    {"type":"text","text":"a"},{"type":"text","text":"b"}]"#,
                "ab",
            ),
        ] {
            let words: Words<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(words.0, expected, "{json}");
        }
        assert!(serde_json::from_str::<Words<'_>>("7").is_err());
    }
}
