//! A prebuilt BM25 index. What a word adds to a section's score doesn't depend on the question,
//! so it is computed when the index is built, and a search only adds up.

use std::collections::HashMap;

use crate::languages::Language;
use crate::search::query::{self, Query};
use crate::search::spelling::Spelling;
use crate::search::thesaurus::{Term, Thesaurus};
use crate::search::wordings::{Collection, Likeness, Wordings};

/// How soon more of the same word stops to count.
const SATURATION: f32 = 1.2;

/// How much a field's length counts, from 0 (not) to 1 (fully).
const LENGTH: f32 = 0.6;

/// What a word counts that was understood only by forgiving a slip.
const MISSPELT: f32 = 0.8;

/// What a word counts that stands in no document, against one that stands in one only.
const UNKNOWN: f32 = 0.7;

/// What it counts that a question sounds like one of a document's wordings.
const SOUND: f32 = 0.75;

/// How much a word counts in each field of a document: in its title, in the other wordings of
/// its question, in the titles above it, in its text.
const WEIGHTS: [f32; FIELDS] = [2.5, 2.5, 0.7, 1.0];

const FIELDS: usize = 4;

/// Words are weighed as if there were at least this many documents. Among three documents no
/// word is rare, and yet a question about one of them is no less clear than among a hundred.
const AS_IF_DOCUMENTS: usize = 60;

/// One in this many documents must have a word for it to count as common.
const COMMON_ONE_IN: usize = 7;

/// And at least this many documents, if there are few.
const COMMON_AT_LEAST: usize = 3;

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
    /// How well it fits, over all.
    pub(crate) score: f32,
    /// Its BM25 score.
    pub(crate) relevance: f32,
    /// How much of what the question asks about it speaks of, from 0 to 1, rare words counting
    /// more than common ones.
    pub(crate) coverage: f32,
    /// How much the question sounds like those that it is known to answer.
    pub(crate) likeness: Likeness,
}

/// All documents, by the words in them.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: HashMap<Box<str>, Entry>,
    thesaurus: Thesaurus,
    spelling: Spelling,
    wordings: Wordings,
    /// How much a word says that stands in no document.
    rarest: f32,
    /// In how many documents a word is that counts as common.
    common_from: usize,
}

#[derive(Debug)]
struct Entry {
    /// How much the word says: more, the fewer documents have it.
    rarity: f32,
    /// In which documents it is, and what it adds to their scores.
    found_in: Vec<(usize, f32)>,
    /// The document whose title has it, if it is in one title only.
    titles: Option<usize>,
}

impl Index {
    /// Builds the index over `documents`.
    pub(crate) fn build<'a>(
        documents: impl Iterator<Item = Document<'a>>,
        thesaurus: Thesaurus,
    ) -> Self {
        let mut counts = Counts::default();
        documents.for_each(|document| counts.add(&document, &thesaurus));
        for word in thesaurus.words() {
            counts.know(word.to_owned(), thesaurus.key(word));
        }
        counts.into_index(thesaurus)
    }

    /// Takes a question, written in `language`, apart, and forgives slips in its words.
    pub(crate) fn query(&self, question: &str, language: Option<Language>) -> Query {
        let mut query = Query::of(question, language, &self.thesaurus);
        for asked in query.words.iter_mut().filter(|asked| asked.is_meaningful) {
            if self.entries.contains_key(asked.key.as_str()) {
                continue;
            }
            if let Some(meant) = self.spelling.closest(&asked.word) {
                asked.key = meant.to_owned();
                asked.certainty = MISSPELT;
            }
        }
        query
    }

    /// The documents that share words with the question, best first; equal ones in their order.
    pub(crate) fn search(&self, query: &Query) -> Vec<Match> {
        let mut matches: HashMap<usize, Match> = HashMap::new();
        let mut weight = 0.0;
        for asked in query.terms() {
            let Some(entry) = self.entries.get(asked.key.as_str()) else {
                weight += self.weight_of_unknown(&asked.word);
                continue;
            };
            weight += entry.rarity;
            for (document, relevance) in &entry.found_in {
                let found = matches.entry(*document).or_insert_with(|| Match::of(*document));
                found.relevance += relevance * asked.certainty;
                found.coverage += entry.rarity * asked.certainty;
            }
        }
        let words = query.words.iter().map(|asked| asked.key.as_str());
        for (document, likeness) in self.wordings.compare(words) {
            matches.entry(document).or_insert_with(|| Match::of(document)).likeness = likeness;
        }
        let mut matches: Vec<_> =
            matches.into_values().map(|found| found.weighed(weight)).collect();
        matches.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.document.cmp(&b.document)));
        matches
    }

    /// How many words of the question are words that many documents have, and so belong to what
    /// the documents are about as a whole.
    pub(crate) fn common_words(&self, query: &Query) -> usize {
        let entries = query.terms().filter_map(|asked| self.entries.get(asked.key.as_str()));
        entries.filter(|entry| entry.found_in.len() >= self.common_from).count()
    }

    /// The document that a question of one word asks for: the only one with that word in its
    /// title. A word that seems misspelt is not enough.
    pub(crate) fn titled(&self, query: &Query) -> Option<usize> {
        let [asked] = query.words.as_slice() else { return None };
        let is_sure = asked.is_meaningful && asked.certainty >= 1.0;
        self.entries.get(asked.key.as_str()).filter(|_| is_sure)?.titles
    }

    /// Whether more than half of the question's words are known. None are of a question without any.
    pub(crate) fn knows_most(&self, query: &Query) -> bool {
        let known = query.terms().filter(|asked| self.entries.contains_key(asked.key.as_str()));
        known.count() * 2 > query.terms().count()
    }

    /// What a word counts that stands nowhere. The number of an order or a parcel is not a
    /// subject that the skills lack.
    fn weight_of_unknown(&self, word: &str) -> f32 {
        if word.contains(|c: char| c.is_numeric()) { 0.0 } else { self.rarest * UNKNOWN }
    }
}

impl Match {
    fn of(document: usize) -> Self {
        let likeness = Likeness::default();
        Self { document, score: 0.0, relevance: 0.0, coverage: 0.0, likeness }
    }

    /// The match with its score, and its coverage as a part of what was asked.
    fn weighed(mut self, asked: f32) -> Self {
        self.score = self.relevance + SOUND * self.likeness.score;
        self.coverage = if asked > 0.0 { self.coverage / asked } else { 0.0 };
        self
    }
}

/// The words of all documents while they are being counted.
#[derive(Default)]
struct Counts {
    stems: HashMap<String, HashMap<usize, [f32; FIELDS]>>,
    words: HashMap<String, (String, u32)>,
    lengths: Vec<[f32; FIELDS]>,
    wordings: Collection,
}

impl Counts {
    fn add(&mut self, document: &Document<'_>, thesaurus: &Thesaurus) {
        let number = self.lengths.len();
        let mut lengths = [0.0; FIELDS];
        let fields = [document.title, document.asked_as, document.above, document.text];
        for (field, text) in fields.into_iter().enumerate() {
            for Term { word, key } in thesaurus.terms(text) {
                if !query::is_meaningful(&word) {
                    continue;
                }
                lengths[field] += 1.0;
                self.stems.entry(key.clone()).or_default().entry(number).or_default()[field] += 1.0;
                self.know(word, key);
            }
        }
        self.wordings.add(number, document.title, thesaurus);
        self.wordings.add(number, document.asked_as, thesaurus);
        self.lengths.push(lengths);
    }

    fn know(&mut self, word: String, key: String) {
        self.words.entry(word).or_insert((key, 0)).1 += 1;
    }

    fn into_index(self, thesaurus: Thesaurus) -> Index {
        let documents = self.lengths.len().max(AS_IF_DOCUMENTS) as f32;
        let mean = self.mean_lengths();
        let rarity = |found_in: f32| (1.0 + (documents - found_in + 0.5) / (found_in + 0.5)).ln();
        let mut entries = HashMap::with_capacity(self.stems.len());
        for (stem, counts) in self.stems {
            let rarity = rarity(counts.len() as f32);
            let mut titled = counts.iter().filter(|(_, counts)| counts[0] > 0.0);
            let titles = titled.next().map(|(number, _)| *number);
            let titles = titles.filter(|_| titled.next().is_none());
            let mut found_in: Vec<_> = counts
                .into_iter()
                .map(|(number, counts)| {
                    let amount = amount(&counts, &self.lengths[number], &mean);
                    (number, rarity * amount * (SATURATION + 1.0) / (amount + SATURATION))
                })
                .collect();
            found_in.sort_by_key(|(number, _)| *number);
            entries.insert(stem.into_boxed_str(), Entry { rarity, found_in, titles });
        }
        let (spelling, wordings) = (Spelling::learn(self.words), self.wordings.finish());
        let common_from = (self.lengths.len() / COMMON_ONE_IN).max(COMMON_AT_LEAST);
        Index { entries, thesaurus, spelling, wordings, rarest: rarity(0.0), common_from }
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
        Index::build(documents.into_iter(), Thesaurus::default())
    }

    fn search(index: &Index, question: &str) -> Vec<Match> {
        index.search(&index.query(question, None))
    }

    fn best(question: &str) -> Option<usize> {
        search(&index(), question).first().map(|found| found.document)
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
        assert!(search(&index(), "quantum chromodynamics").is_empty());
        assert!(search(&index(), "").is_empty());
    }

    #[test]
    fn unknown_words_lower_the_coverage_and_numbers_do_not() {
        let index = index();
        let coverage = |question| search(&index, question)[0].coverage;
        assert!((coverage("lost TRK12345") - 1.0).abs() < 1e-6);
        assert!(coverage("lost chromodynamics") < 0.6);
    }

    #[test]
    fn an_index_of_nothing_finds_nothing() {
        let index = Index::build(std::iter::empty(), Thesaurus::default());
        assert!(search(&index, "parcel").is_empty());
    }
}
