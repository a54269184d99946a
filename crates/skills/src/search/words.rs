//! Cuts text into words that compare equal however they are written: lower case, without
//! accents, in one Unicode form, and without contractions.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::search::contractions::{is_apostrophe, spelt_out};

/// The longest word that is kept, in characters; the rest of a longer one is cut off.
const MAX_WORD_CHARS: usize = 40;

/// Units that are often written without a space after their figure.
const UNITS: [&str; 7] = ["kg", "kgs", "kilo", "kilos", "g", "cm", "m"];

/// The folded words of a text, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c) && !is_apostrophe(c))
        .flat_map(spelt_out)
        .flat_map(|word| measured(&word))
        .filter(|word| !word.is_empty())
}

/// A folded measure written in one, such as "3kg", as its figure and its unit. Other words with
/// figures in them are left whole, since they are numbers of something.
fn measured(word: &str) -> [String; 2] {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let figures = word.len() - unit.len();
    let cut = if UNITS.contains(&unit) { figures } else { 0 };
    let (figure, rest) = word.split_at(cut);
    [figure.to_owned(), rest.to_owned()]
}

/// One word in lower case and without accents.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let plain = word.nfkd().filter(|c| !is_combining_mark(*c)).take(MAX_WORD_CHARS);
    for c in plain.flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            // Arabic writers use these pairs interchangeably at the end of a word.
            'ة' => folded.push('ه'),
            'ى' => folded.push('ي'),
            // The tatweel only stretches a word.
            'ـ' => {}
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        words(text).collect()
    }

    #[test]
    fn words_compare_equal_however_they_are_written() {
        assert_eq!(all("Straße, CAFÉ — naïve!"), ["strasse", "cafe", "naive"]);
        assert_eq!(all("Cafe\u{301} İade ıslak"), ["cafe", "iade", "islak"]);
        assert_eq!(all("أين طَرْدي؟"), all("اين طردى"));
    }

    #[test]
    fn a_hyphen_divides_and_a_contraction_is_spelt_out() {
        assert_eq!(all("what's TRK-12345"), ["what", "is", "trk", "12345"]);
    }

    #[test]
    fn a_measure_is_a_figure_and_its_unit_and_other_numbers_stay_whole() {
        assert_eq!(all("3kg, 40CM"), ["3", "kg", "40", "cm"]);
        assert_eq!(all("TRK12345 2nd 24h kg 7"), ["trk12345", "2nd", "24h", "kg", "7"]);
    }

    #[test]
    fn a_word_without_end_is_cut() {
        assert_eq!(all(&"a".repeat(5000))[0].len(), MAX_WORD_CHARS);
    }

    #[test]
    fn marks_alone_are_no_words() {
        assert!(all(" \u{301} ---- ؟ 🙂").is_empty());
    }
}
