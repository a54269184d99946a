//! Whether a text has anything to see: one rule for every door through which words come in.

use std::ops::RangeInclusive;

/// The characters that nobody sees, besides white space and control characters: those that Unicode
/// lets a reader ignore (`Default_Ignorable_Code_Point`), and the braille pattern without a dot.
const UNSEEN: [RangeInclusive<char>; 18] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether a text has nothing to see: it is empty, or all of it is white space, control characters
/// and characters without width. A message of such a text says nothing that could be answered.
#[must_use]
pub fn shows_nothing(text: &str) -> bool {
    text.chars().all(is_unseen)
}

pub(crate) fn is_unseen(char: char) -> bool {
    char.is_whitespace() || char.is_control() || UNSEEN.iter().any(|range| range.contains(&char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_characters_without_width_shows_nothing() {
        for nothing in [
            "",
            " \n\t",
            "\0\u{7f}\u{85}",
            "\u{200b}",
            "\u{200d}\u{2060}\u{feff} \u{ad}",
            "\u{3164}\u{ffa0}",
            "\u{2800}",
            "\u{fe0f}",
            "\u{e0061}",
        ] {
            assert!(shows_nothing(nothing), "{nothing:?}");
        }
    }

    #[test]
    fn whatever_can_be_seen_is_something() {
        for something in [".", "\u{200b}a", "نعم", "\u{2801}", "❤\u{fe0f}", "👩\u{200d}👧", "ㅎ"]
        {
            assert!(!shows_nothing(something), "{something:?}");
        }
    }
}
