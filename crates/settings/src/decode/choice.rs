//! `choice!`: a word out of a fixed list.

/// Declares an enum whose variants are written as the given words in the file.
macro_rules! choice {
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident {
            $( $(#[$about_variant:meta])* $variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema,
        )]
        #[schemars(inline, transform = $crate::decode::allow_placeholder)]
        $visibility enum $name {
            $( $(#[$about_variant])* #[serde(rename = $word)] $variant, )+
        }

        impl $name {
            /// Every allowed word.
            $visibility const WORDS: &[&str] = &[$($word),+];

            /// The variant that a word stands for.
            #[must_use]
            $visibility fn of_word(word: &str) -> Option<Self> {
                match word {
                    $( $word => Some(Self::$variant), )+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            /// The word as it is written in the file.
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(match self {
                    $( Self::$variant => $word, )+
                })
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode(node: &$crate::decode::Node<'_>) -> Option<Self> {
                match node.text().and_then(Self::of_word) {
                    Some(chosen) => Some(chosen),
                    None => node.expected_one_of(Self::WORDS),
                }
            }
        }
    };
}

pub(crate) use choice;
use schemars::Schema;
use serde_json::json;

use super::PLACEHOLDER_PATTERN;

/// Lets a variable stand in place of one of the words.
pub(crate) fn allow_placeholder(schema: &mut Schema) {
    let words = std::mem::take(schema);
    let placeholder = json!({ "type": "string", "pattern": PLACEHOLDER_PATTERN });
    schema.insert("anyOf".to_owned(), json!([words, placeholder]));
}
