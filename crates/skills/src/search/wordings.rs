//! Compares a question as a whole with the ways in which people are known to ask.
//!
//! The index takes the small words away, since they drown what a long text is about. Between
//! two short sentences they matter: `where is my parcel` and `how do I send a parcel` differ in
//! nothing else.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::languages::Language;
use crate::search::thesaurus::{Term, Thesaurus};

/// What divides the wordings of one list.
const DIVIDERS: [char; 2] = [';', '\n'];

/// Words are weighed as if there were at least this many wordings, so that few of them weigh as
/// many do.
const AS_IF_WORDINGS: usize = 1000;

/// The small words of a language are in this part of all wordings at least, whatever the skills
/// happen to have of them.
const SMALL_WORDS_SHARE: f32 = 0.02;

/// The known wordings, by the stems in them.
#[derive(Debug, Default)]
pub(crate) struct Wordings {
    stems: HashMap<Box<str>, Stem>,
    known: Vec<Wording>,
}

#[derive(Debug)]
struct Stem {
    /// How much it says: more, the fewer wordings have it.
    weight: f32,
    /// In which wordings it is.
    wordings: Vec<usize>,
}

#[derive(Debug)]
struct Wording {
    document: usize,
    weight: f32,
    /// Less for a wording of few words, which may be in a question by chance.
    solidity: f32,
}

/// How well the best wording of a document fits a question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Likeness {
    /// The weight of what they share, less what the wording has besides.
    pub(crate) score: f32,
    /// Which part of the question the wording has, from 0 to 1.
    pub(crate) of_question: f32,
    /// Which part of the wording the question has, from 0 to 1.
    pub(crate) of_wording: f32,
}

/// Wordings while they are being collected.
#[derive(Default)]
pub(crate) struct Collection {
    /// The document of each wording, and the keys of its words.
    wordings: Vec<(usize, BTreeSet<String>)>,
    /// The keys of words that hold sentences together, in any language.
    small: HashSet<String>,
}

impl Collection {
    /// Adds the wordings of a document, given as one list or as a title.
    pub(crate) fn add(&mut self, document: usize, list: &str, thesaurus: &Thesaurus) {
        for wording in list.split(DIVIDERS) {
            let mut keys = BTreeSet::new();
            for Term { word, key } in thesaurus.terms(wording) {
                if Language::any_has_filler(&word) {
                    self.small.insert(key.clone());
                }
                keys.insert(key);
            }
            if !keys.is_empty() {
                self.wordings.push((document, keys));
            }
        }
    }

    /// Weighs the stems, and makes them ready to search.
    pub(crate) fn finish(self) -> Wordings {
        let total = self.wordings.len().max(AS_IF_WORDINGS) as f32;
        let mut stems: HashMap<Box<str>, Stem> = HashMap::new();
        for (number, (_, wording)) in self.wordings.iter().enumerate() {
            for stem in wording {
                let entry = stems.entry(stem.as_str().into());
                let stem = entry.or_insert(Stem { weight: 0.0, wordings: Vec::new() });
                stem.wordings.push(number);
            }
        }
        for (word, stem) in &mut stems {
            let having = stem.wordings.len() as f32;
            let is_small = self.small.contains(word.as_ref());
            let having = if is_small { having.max(total * SMALL_WORDS_SHARE) } else { having };
            stem.weight = (1.0 + (total - having + 0.5) / (having + 0.5)).ln();
        }
        let weight = |wording: &BTreeSet<String>| {
            wording.iter().filter_map(|stem| stems.get(stem.as_str())).map(|stem| stem.weight).sum()
        };
        let known = self.wordings.iter().map(|(document, wording)| {
            let words = wording.len() as f32;
            Wording {
                document: *document,
                weight: weight(wording),
                solidity: words / (words + 1.0),
            }
        });
        Wordings { known: known.collect(), stems }
    }
}

impl Wordings {
    /// How well each document's best wording fits a question, given by its stems.
    pub(crate) fn compare<'a>(
        &self,
        question: impl Iterator<Item = &'a str>,
    ) -> HashMap<usize, Likeness> {
        let mut shared: HashMap<usize, f32> = HashMap::new();
        let mut asked = 0.0;
        let total = self.known.len().max(AS_IF_WORDINGS) as f32;
        let rarest = (1.0 + (total + 0.5) / 0.5).ln();
        for stem in question {
            let Some(Stem { weight, wordings }) = self.stems.get(stem) else {
                asked += rarest;
                continue;
            };
            asked += weight;
            for wording in wordings {
                *shared.entry(*wording).or_default() += weight;
            }
        }
        let mut best: HashMap<usize, Likeness> = HashMap::new();
        for (number, shared) in shared {
            let Some(wording) = self.known.get(number) else { continue };
            let of_wording = shared / wording.weight;
            let likeness = Likeness {
                score: shared * of_wording * of_wording * wording.solidity,
                of_question: shared / asked,
                of_wording,
            };
            let known = best.entry(wording.document).or_default();
            if (likeness.score, likeness.of_wording) > (known.score, known.of_wording) {
                *known = likeness;
            }
        }
        best
    }
}
