//! A question, brought down to the words that say what it is about.

use std::collections::HashSet;

use crate::languages::Language;
use crate::limits::MAX_QUESTION_BYTES;
use crate::search::thesaurus::{Term, Thesaurus};

/// The most different words of a question that count.
const MAX_WORDS: usize = 64;

/// One word of a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    /// The folded word, as it was written.
    pub(crate) word: String,
    /// What it counts as.
    pub(crate) key: String,
    /// How sure that is, from 0 to 1: less for a word that seems misspelt.
    pub(crate) certainty: f32,
    /// Whether it says something about a subject.
    pub(crate) is_meaningful: bool,
}

/// A question, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    /// All its words, each once, in their order.
    pub(crate) words: Vec<Asked>,
}

impl Query {
    /// Takes a question, written in `language`, apart.
    pub(crate) fn of(question: &str, language: Option<Language>, thesaurus: &Thesaurus) -> Self {
        let mut seen = HashSet::new();
        let is_filler = |word: &str| language.is_some_and(|language| language.has_filler(word));
        let words = thesaurus
            .terms(beginning(question, MAX_QUESTION_BYTES))
            .filter(|term| seen.insert(term.key.clone()))
            .take(MAX_WORDS)
            .map(|Term { word, key }| Asked {
                is_meaningful: is_meaningful(&word) && !is_filler(&word),
                word,
                key,
                certainty: 1.0,
            });
        Self { words: words.collect() }
    }

    /// The words that say something about a subject.
    pub(crate) fn terms(&self) -> impl Iterator<Item = &Asked> {
        self.words.iter().filter(|asked| asked.is_meaningful)
    }

    /// Whether no word says anything about a subject.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms().next().is_none()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &str, language: Option<Language>) -> Vec<String> {
        Query::of(question, language, &Thesaurus::default())
            .terms()
            .map(|term| term.word.clone())
            .collect()
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
        assert_eq!(Query::of(&question, None, &Thesaurus::default()).words.len(), MAX_WORDS);
    }
}
