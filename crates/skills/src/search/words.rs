//! Cuts text into words that compare equal however they are written: lower case, without
//! accents, in one Unicode form, and without contractions.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::search::contractions::{is_apostrophe, spelt_out};

/// The longest word that is kept, in characters; the rest of a longer one is cut off.
const MAX_WORD_CHARS: usize = 40;

/// The folded words of a text, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c) && !is_apostrophe(c))
        .flat_map(spelt_out)
        .filter(|word| !word.is_empty())
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
    fn a_word_without_end_is_cut() {
        assert_eq!(all(&"a".repeat(5000))[0].len(), MAX_WORD_CHARS);
    }

    #[test]
    fn marks_alone_are_no_words() {
        assert!(all(" \u{301} ---- ؟ 🙂").is_empty());
    }
}
