//! A prebuilt BM25 index. What a word adds to a section's score doesn't depend on the question,
//! so it is computed when the index is built, and a search only adds up.

use std::collections::HashMap;

use crate::search::query::{self, Query};
use crate::search::spelling::Spelling;

/// How soon more of the same word stops to count.
const SATURATION: f32 = 1.2;

/// How much a field's length counts, from 0 (not) to 1 (fully).
const LENGTH: f32 = 0.6;

/// What a word counts that was understood only by forgiving a slip.
const MISSPELT: f32 = 0.8;

/// How much a word counts in each field of a document: in its title, in the other wordings of
/// its question, in the titles above it, in its text.
const WEIGHTS: [f32; FIELDS] = [2.5, 2.5, 0.7, 1.0];

const FIELDS: usize = 4;

/// Something to be found.
pub(crate) struct Document<'a> {
    /// What it is about.
    pub(crate) title: &'a str,
    /// In which other words people ask for it.
    pub(crate) asked_as: &'a str,
    /// What it stands under.
    pub(crate) above: &'a str,
    /// What it says.
    pub(crate) text: &'a str,
}

/// A document that has some of the words of a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Match {
    /// Which document, in the order of building.
    pub(crate) document: usize,
    /// Its BM25 score.
    pub(crate) score: f32,
    /// How much of what the question asks about it speaks of, from 0 to 1, rare words counting
    /// more than common ones.
    pub(crate) coverage: f32,
}

/// All documents, by the words in them.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: HashMap<Box<str>, Entry>,
    spelling: Spelling,
    /// How much a word says that stands in no document.
    rarest: f32,
}

#[derive(Debug)]
struct Entry {
    /// How much the word says: more, the fewer documents have it.
    rarity: f32,
    /// In which documents it is, and what it adds to their scores.
    found_in: Vec<(usize, f32)>,
}

impl Index {
    /// Builds the index over `documents`.
    pub(crate) fn build<'a>(documents: impl Iterator<Item = Document<'a>>) -> Self {
        let mut counts = Counts::default();
        documents.for_each(|document| counts.add(&document));
        counts.into_index()
    }

    /// The documents that share words with the question, best first; equal ones in their order.
    pub(crate) fn search(&self, query: &Query) -> Vec<Match> {
        let mut sums: HashMap<usize, (f32, f32)> = HashMap::new();
        let mut asked = 0.0;
        for term in &query.terms {
            let Some((entry, certainty)) = self.look_up(&term.word, &term.stem) else {
                // A number of an order or a parcel is not a subject that the skills lack.
                let is_name = term.word.contains(|c: char| c.is_numeric());
                asked += if is_name { 0.0 } else { self.rarest };
                continue;
            };
            asked += entry.rarity;
            for (document, score) in &entry.found_in {
                let sum = sums.entry(*document).or_default();
                sum.0 += score * certainty;
                sum.1 += entry.rarity * certainty;
            }
        }
        let mut matches: Vec<_> = sums
            .into_iter()
            .map(|(document, (score, covered))| Match {
                document,
                score,
                coverage: covered / asked,
            })
            .collect();
        matches.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.document.cmp(&b.document)));
        matches
    }

    /// Whether any word of the question is known.
    pub(crate) fn knows_any(&self, query: &Query) -> bool {
        query.terms.iter().any(|term| self.look_up(&term.word, &term.stem).is_some())
    }

    fn look_up(&self, word: &str, stem: &str) -> Option<(&Entry, f32)> {
        if let Some(entry) = self.entries.get(stem) {
            return Some((entry, 1.0));
        }
        let meant = self.spelling.closest(word)?;
        let entry = self.entries.get(super::stem::stem(meant).as_str())?;
        Some((entry, MISSPELT))
    }
}

/// The words of all documents while they are being counted.
#[derive(Default)]
struct Counts {
    stems: HashMap<String, HashMap<usize, [f32; FIELDS]>>,
    words: HashMap<String, u32>,
    lengths: Vec<[f32; FIELDS]>,
}

impl Counts {
    fn add(&mut self, document: &Document<'_>) {
        let number = self.lengths.len();
        let mut lengths = [0.0; FIELDS];
        let fields = [document.title, document.asked_as, document.above, document.text];
        for (field, text) in fields.into_iter().enumerate() {
            for term in query::terms(text) {
                lengths[field] += 1.0;
                *self.words.entry(term.word).or_default() += 1;
                self.stems.entry(term.stem).or_default().entry(number).or_default()[field] += 1.0;
            }
        }
        self.lengths.push(lengths);
    }

    fn into_index(self) -> Index {
        let documents = self.lengths.len() as f32;
        let mean = self.mean_lengths();
        let rarity = |found_in: f32| (1.0 + (documents - found_in + 0.5) / (found_in + 0.5)).ln();
        let mut entries = HashMap::with_capacity(self.stems.len());
        for (stem, counts) in self.stems {
            let rarity = rarity(counts.len() as f32);
            let mut found_in: Vec<_> = counts
                .into_iter()
                .map(|(number, counts)| {
                    let amount = amount(&counts, &self.lengths[number], &mean);
                    (number, rarity * amount * (SATURATION + 1.0) / (amount + SATURATION))
                })
                .collect();
            found_in.sort_by_key(|(number, _)| *number);
            entries.insert(stem.into_boxed_str(), Entry { rarity, found_in });
        }
        Index { entries, spelling: Spelling::learn(self.words), rarest: rarity(0.0) }
    }

    fn mean_lengths(&self) -> [f32; FIELDS] {
        let mut mean = [0.0; FIELDS];
        for lengths in &self.lengths {
            for (sum, length) in mean.iter_mut().zip(lengths) {
                *sum += length;
            }
        }
        mean.map(|sum| sum / self.lengths.len().max(1) as f32)
    }
}

/// How much of a word is in a document, over all its fields, with regard to their lengths.
fn amount(counts: &[f32; FIELDS], lengths: &[f32; FIELDS], mean: &[f32; FIELDS]) -> f32 {
    (0..FIELDS)
        .filter(|field| counts[*field] > 0.0)
        .map(|field| {
            let relative_length = lengths[field] / mean[field].max(1.0);
            WEIGHTS[field] * counts[field] / (1.0 - LENGTH + LENGTH * relative_length)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let documents = [
            ("Lost parcels", "it never arrived", "What to do when a parcel is lost for good."),
            ("Prices", "how much does it cost", "A parcel of two kilograms costs little."),
            ("Damaged parcels", "it is broken", "Keep the parcel and its packaging."),
        ];
        let documents =
            documents.map(|(title, asked_as, text)| Document { title, asked_as, above: "", text });
        Index::build(documents.into_iter())
    }

    fn best(question: &str) -> Option<usize> {
        index().search(&Query::of(question, None)).first().map(|found| found.document)
    }

    #[test]
    fn the_section_with_the_rare_words_of_a_question_comes_first() {
        assert_eq!(best("my parcel is lost"), Some(0));
        assert_eq!(best("what do parcels cost"), Some(1));
        assert_eq!(best("the packaging of my parcel was damaged"), Some(2));
    }

    #[test]
    fn other_wordings_count_as_much_as_the_title() {
        assert_eq!(best("everything is broken"), Some(2));
        assert_eq!(best("it never arrived"), Some(0));
    }

    #[test]
    fn a_misspelt_word_is_understood() {
        assert_eq!(best("my parcle is damged"), Some(2));
    }

    #[test]
    fn a_question_without_a_known_word_finds_nothing() {
        assert!(index().search(&Query::of("quantum chromodynamics", None)).is_empty());
        assert!(index().search(&Query::of("", None)).is_empty());
    }

    #[test]
    fn unknown_words_lower_the_coverage_and_numbers_do_not() {
        let index = index();
        let coverage = |question| index.search(&Query::of(question, None))[0].coverage;
        assert!((coverage("lost TRK12345") - 1.0).abs() < 1e-6);
        assert!(coverage("lost chromodynamics") < 0.6);
    }

    #[test]
    fn an_index_of_nothing_finds_nothing() {
        let index = Index::build(std::iter::empty());
        assert!(index.search(&Query::of("parcel", None)).is_empty());
    }
}
