//! A question, brought down to the words that say what it is about.

use std::collections::HashSet;

use crate::languages::Language;
use crate::limits::MAX_QUESTION_BYTES;
use crate::search::stem::stem;
use crate::search::words::words;

/// The most different words of a question that count.
const MAX_WORDS: usize = 64;

/// One word of a question that carries meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// The folded word.
    pub(crate) word: String,
    /// Its stem.
    pub(crate) stem: String,
}

/// The meaningful words of a question, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) terms: Vec<Term>,
}

impl Query {
    /// Takes a question, written in `language`, apart.
    pub(crate) fn of(question: &str, language: Option<Language>) -> Self {
        let mut seen = HashSet::new();
        let terms = words(beginning(question, MAX_QUESTION_BYTES))
            .filter(|word| is_meaningful(word))
            .filter(|word| language.is_none_or(|language| !language.has_filler(word)))
            .map(|word| Term { stem: stem(&word), word })
            .filter(|term| seen.insert(term.stem.clone()))
            .take(MAX_WORDS)
            .collect();
        Self { terms }
    }
}

/// Whether a folded word says anything about a subject: not a bare number, not a single
/// letter, and none of the words that hold an English sentence together.
pub(crate) fn is_meaningful(word: &str) -> bool {
    word.chars().any(char::is_alphabetic)
        && !(word.len() == 1 && word.is_ascii())
        && !Language::English.has_filler(word)
}

/// The first `bytes` of a text, or a little less, so as not to cut a character.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// The meaningful words of a text of the skills, for the index, as often as they stand there.
pub(crate) fn terms(text: &str) -> impl Iterator<Item = Term> + '_ {
    words(text).filter(|word| is_meaningful(word)).map(|word| Term { stem: stem(&word), word })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &str, language: Option<Language>) -> Vec<String> {
        Query::of(question, language).terms.into_iter().map(|term| term.word).collect()
    }

    #[test]
    fn only_the_words_that_carry_meaning_remain_and_each_once() {
        assert_eq!(asked("Hi, where is my parcel? My PARCELS, 42!", None), ["parcel"]);
    }

    #[test]
    fn the_fillers_of_the_customers_language_go_too() {
        let german = asked("Wo ist denn mein Paket?", Some(Language::German));
        assert_eq!(german, ["paket"]);
    }

    #[test]
    fn a_question_without_end_is_cut() {
        let question: String = (0..10_000).map(|n| format!("w{n}x ")).collect();
        assert_eq!(Query::of(&question, None).terms.len(), MAX_WORDS);
    }
}
