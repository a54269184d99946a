//! Words that mean the same to the company's customers, as the skills declare them. Each counts
//! as the first of its group, in the skills and in questions alike.

use std::collections::HashMap;

use crate::search::stem::stem;
use crate::search::words::words;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// The folded word.
    pub(crate) word: String,
    /// What it counts as: its stem, or that of the word that stands for its group.
    pub(crate) key: String,
}

/// The groups of words that mean the same.
#[derive(Debug, Default)]
pub(crate) struct Thesaurus {
    /// From each word's stem to the stem that stands for its group.
    leaders: HashMap<Box<str>, Box<str>>,
    words: Vec<String>,
}

impl Thesaurus {
    /// Learns groups of words, each given as a text. A word that is in several groups belongs
    /// to the first, and its other groups join that one.
    pub(crate) fn learn<'a>(groups: impl Iterator<Item = &'a str>) -> Self {
        let mut thesaurus = Self::default();
        for group in groups {
            let members: Vec<_> = words(group).collect();
            let known = members.iter().find_map(|word| thesaurus.leaders.get(stem(word).as_str()));
            let Some(leader) = known.cloned().or_else(|| members.first().map(|w| stem(w).into()))
            else {
                continue;
            };
            for word in members {
                thesaurus.leaders.entry(stem(&word).into()).or_insert_with(|| leader.clone());
                thesaurus.words.push(word);
            }
        }
        thesaurus
    }

    /// All words of a text that aren't bare numbers, in their order.
    pub(crate) fn terms<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Term> + 'a {
        words(text)
            .filter(|word| word.chars().any(char::is_alphabetic))
            .map(|word| Term { key: self.key(&word), word })
    }

    /// The words of all groups.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// What a word counts as.
    pub(crate) fn key(&self, word: &str) -> String {
        let stem = stem(word);
        self.leaders.get(stem.as_str()).map_or(stem, |leader| leader.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(thesaurus: &Thesaurus, text: &str) -> Vec<String> {
        thesaurus.terms(text).map(|term| term.key).collect()
    }

    #[test]
    fn the_words_of_a_group_count_as_one() {
        let thesaurus = Thesaurus::learn(["parcel, packages, Päckchen", "price, cost"].into_iter());
        assert_eq!(keys(&thesaurus, "Parcels package packchen"), ["parcel"; 3]);
        assert_eq!(keys(&thesaurus, "the costs of prices"), ["the", "pric", "of", "pric"]);
    }

    #[test]
    fn groups_that_share_a_word_are_one() {
        let thesaurus = Thesaurus::learn(["parcel, box", "carton, box"].into_iter());
        assert_eq!(keys(&thesaurus, "carton box parcel"), ["parcel"; 3]);
    }

    #[test]
    fn an_empty_group_is_nothing() {
        let thesaurus = Thesaurus::learn([" , "].into_iter());
        assert_eq!(keys(&thesaurus, "one 2"), ["one"]);
    }
}
