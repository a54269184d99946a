//! Whole numbers within a range.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::node::Content;
use super::{Decode, Node, PLACEHOLDER_PATTERN};

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Whole<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    /// A number written in the code. A constant out of range does not compile.
    pub(crate) const fn of<const VALUE: u64>() -> Self {
        const { assert!(MIN <= VALUE && VALUE <= MAX, "the number is out of range") };
        Self(VALUE)
    }

    /// The number that `text` spells, in any way that JSON5 knows, if it is in range.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_whole(text).filter(|value| (MIN..=MAX).contains(value)).map(Self)
    }

    /// What is expected, for a problem's message.
    pub(crate) fn expectation() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }

    pub(crate) fn get(self) -> u64 {
        self.0
    }

    pub(crate) fn seconds(self) -> Duration {
        Duration::from_secs(self.0)
    }

    pub(crate) fn minutes(self) -> Duration {
        Duration::from_secs(self.0 * 60)
    }

    pub(crate) fn days(self) -> Duration {
        Duration::from_secs(self.0 * 24 * 60 * 60)
    }

    /// The number as a count of at least one.
    pub(crate) fn count(self) -> NonZeroUsize {
        usize::try_from(self.0).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
    }
}

impl<const MIN: u64, const MAX: u64> Decode for Whole<MIN, MAX> {
    fn decode(node: &Node<'_>) -> Option<Self> {
        let text = match &node.content {
            Content::Number(text) => Some(*text),
            Content::Text(_)
            | Content::Flag(_)
            | Content::Null
            | Content::List(_)
            | Content::Object(_) => node.substituted_text(),
        };
        match text.and_then(Self::parse) {
            Some(number) => Some(number),
            None => node.expected(Self::expectation()),
        }
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Whole<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("WholeFrom{MIN}To{MAX}").into()
    }

    /// `minimum` and `maximum` only concern numbers, `pattern` only texts.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["integer", "string"],
            "minimum": MIN,
            "maximum": MAX,
            "pattern": PLACEHOLDER_PATTERN,
        })
    }
}

/// Reads JSON5's forms of a whole number that isn't negative: `10`, `+10`, `0xA`, `10.`, `1e1`.
fn parse_whole(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if let Some(hexadecimal) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return u64::from_str_radix(hexadecimal, 16).ok();
    }
    // Whole numbers beyond 2^53 can't be told apart as a float, and no range here reaches them.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number: f64 = digits.parse().ok()?;
    let is_whole = number.fract() == 0.0 && (0.0..EXACT).contains(&number);
    is_whole.then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::parse_whole;

    #[test]
    fn every_way_to_write_a_whole_number_is_understood() {
        for text in ["10", "+10", "0xA", "0Xa", "10.", "1e1", "100e-1", "10.0"] {
            assert_eq!(parse_whole(text), Some(10), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_whole_number_is_refused() {
        for text in ["-1", "1.5", "", "ten", "Infinity", "NaN", "1e400", "0x", "1_000", "--1"] {
            assert_eq!(parse_whole(text), None, "{text}");
        }
    }
}
