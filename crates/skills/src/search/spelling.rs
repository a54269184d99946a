//! Guesses which known word a misspelt one stands for.

use std::collections::HashMap;

use strsim::osa_distance;

/// The words of the skills, by their first letter, which is rarely the misspelt one.
#[derive(Debug, Default)]
pub(crate) struct Spelling {
    by_first_letter: HashMap<char, Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    word: Box<str>,
    key: Box<str>,
    chars: usize,
    count: u32,
}

impl Spelling {
    /// Learns the words of the skills, each with what it counts as and how often it
    /// stands there.
    pub(crate) fn learn(words: HashMap<String, (String, u32)>) -> Self {
        let mut by_first_letter: HashMap<char, Vec<Known>> = HashMap::new();
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_unstable();
        for (word, (key, count)) in words {
            let chars = word.chars().count();
            let Some(first) = word.chars().next().filter(|_| allowed_slips(chars) > 0) else {
                continue;
            };
            let known = Known { word: word.into(), key: key.into(), chars, count };
            by_first_letter.entry(first).or_default().push(known);
        }
        Self { by_first_letter }
    }

    /// What the known word counts as that is closest to `word`, if one is close enough. Among equally close
    /// ones the more frequent wins.
    pub(crate) fn closest(&self, word: &str) -> Option<&str> {
        let chars = word.chars().count();
        let slips = allowed_slips(chars);
        if slips == 0 || word.contains(|c: char| c.is_numeric()) {
            return None;
        }
        let candidates = self.by_first_letter.get(&word.chars().next()?)?;
        candidates
            .iter()
            .filter(|known| known.chars.abs_diff(chars) <= slips)
            .map(|known| (osa_distance(&known.word, word), known))
            .filter(|(distance, _)| *distance <= slips)
            .min_by_key(|(distance, known)| (*distance, u32::MAX - known.count))
            .map(|(_, known)| &*known.key)
    }
}

/// How many slips a word of this length may hold, if it is still to be the same word.
fn allowed_slips(chars: usize) -> usize {
    match chars {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling() -> Spelling {
        let words = ["delivery", "parcel", "package", "address", "compensation", "lost", "street"];
        Spelling::learn(
            words.into_iter().map(|word| (word.to_owned(), (word.to_owned(), 1))).collect(),
        )
    }

    #[test]
    fn a_slip_in_a_word_is_forgiven() {
        let spelling = spelling();
        for (wrong, right) in [
            ("delivry", "delivery"),
            ("parcle", "parcel"),
            ("pakcage", "package"),
            ("adress", "address"),
            ("compensashon", "compensation"),
        ] {
            assert_eq!(spelling.closest(wrong), Some(right), "{wrong}");
        }
    }

    #[test]
    fn a_short_or_different_word_is_left_alone() {
        let spelling = spelling();
        for word in ["last", "post", "parking", "dress", "stress", "p4rcel", "é", ""] {
            assert_eq!(spelling.closest(word), None, "{word}");
        }
    }
}
