//! The skills as they stand at one moment: never changed, only replaced as a whole.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::brief;
use crate::languages::Language;
use crate::loading::markdown::Section;
use crate::search::{Document, Index, Match, Query, Thesaurus};
use crate::skill::Skill;

/// How many bytes of the hash a revision shows: enough to tell any two revisions apart.
const REVISION_BYTES: usize = 6;

/// A set of skills with all that is computed from it once.
#[derive(Debug)]
pub struct Snapshot {
    revision: Arc<str>,
    skills: Vec<Arc<Skill>>,
    /// Each skill as it stands in a prompt, in the order of `skills`.
    rendered: Vec<String>,
    /// All of it as one text, for the common case that all of it fits.
    whole: Arc<str>,
    /// The number of the skill and of its section, for each document of the index.
    places: Vec<(usize, usize)>,
    index: Index,
}

/// A section that was found, with the number of its skill.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'a> {
    pub(crate) skill: usize,
    pub(crate) section_number: usize,
    pub(crate) section: &'a Section,
    pub(crate) found: Match,
}

impl Snapshot {
    /// Computes what follows from a set of skills, which is sorted by name.
    pub(crate) fn new(skills: Vec<Arc<Skill>>) -> Self {
        let rendered: Vec<_> = skills.iter().map(|skill| brief::render(skill)).collect();
        let places: Vec<_> = skills
            .iter()
            .enumerate()
            .flat_map(|(number, skill)| skill.quotable().map(move |(section, _)| (number, section)))
            .collect();
        let trails: Vec<_> = places
            .iter()
            .filter_map(|(skill, section)| {
                let section = skills.get(*skill)?.sections().get(*section)?;
                Some((section, section.trail.join("\n")))
            })
            .collect();
        let synonyms = skills.iter().flat_map(|skill| skill.synonyms()).map(String::as_str);
        let thesaurus = Thesaurus::learn(synonyms);
        let documents = trails.iter().map(|(section, above)| Document {
            title: &section.title,
            asked_as: &section.asked_as,
            above,
            text: &section.text,
        });
        let index = Index::build(documents, thesaurus);
        let whole = brief::whole(&rendered).into();
        Self { revision: revision(&skills), whole, rendered, places, index, skills }
    }

    /// Names this content: equal skills have equal revisions, whatever files they are in.
    #[must_use]
    pub fn revision(&self) -> &Arc<str> {
        &self.revision
    }

    /// The skills, sorted by name.
    #[must_use]
    pub fn skills(&self) -> &[Arc<Skill>] {
        &self.skills
    }

    /// All skills as one text for a prompt. Empty without skills.
    pub(crate) fn whole(&self) -> &Arc<str> {
        &self.whole
    }

    /// Each skill as it stands in a prompt, in their order.
    pub(crate) fn rendered(&self) -> &[String] {
        &self.rendered
    }

    /// Takes a question, written in `language`, apart.
    pub(crate) fn query(&self, question: &str, language: Option<Language>) -> Query {
        self.index.query(question, language)
    }

    /// The sections for customers that share words with the question, best first.
    pub(crate) fn search(&self, query: &Query) -> Vec<Hit<'_>> {
        let found = self.index.search(query);
        found.into_iter().filter_map(|found| self.hit(found)).collect()
    }

    /// The section that a question of one word asks for: the only one with that word in its
    /// heading.
    pub(crate) fn headed(&self, query: &Query) -> Option<&Section> {
        let (skill, section) = *self.places.get(self.index.titled(query)?)?;
        self.skills.get(skill)?.sections().get(section)
    }

    /// How many words of the question belong to what the skills are about as a whole.
    pub(crate) fn common_words(&self, query: &Query) -> usize {
        self.index.common_words(query)
    }

    /// Whether most words of the question stand in sections for customers.
    pub(crate) fn knows_most(&self, query: &Query) -> bool {
        self.index.knows_most(query)
    }

    fn hit(&self, found: Match) -> Option<Hit<'_>> {
        let (skill, section_number) = *self.places.get(found.document)?;
        let section = self.skills.get(skill)?.sections().get(section_number)?;
        Some(Hit { skill, section_number, section, found })
    }
}

/// A short hash over names and contents. Paths and times don't count, so that replicas with
/// the same skills agree.
fn revision(skills: &[Arc<Skill>]) -> Arc<str> {
    let mut hash = Sha256::new();
    for skill in skills {
        let name = skill.key();
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update(skill.digest());
    }
    let hash = hash.finalize();
    hash.iter().take(REVISION_BYTES).map(|byte| format!("{byte:02x}")).collect::<String>().into()
}
