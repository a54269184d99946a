//! One skill, read and checked.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::loading::front_matter::{self, FrontMatter, Placed};
use crate::loading::markdown::{self, Audience, Section};
use crate::loading::text;
use crate::problem::{Position, Problem};

/// One subject that the company has written something down about.
#[derive(Debug)]
pub struct Skill {
    name: String,
    name_position: Position,
    description: String,
    path: PathBuf,
    bytes: usize,
    digest: [u8; 32],
    synonyms: Vec<String>,
    warnings: Vec<Problem>,
    text: String,
    sections: Vec<Section>,
}

impl Skill {
    /// Reads a skill from the content of its file, and reports all that is wrong with it.
    pub(crate) fn parse(
        path: &Path,
        fallback_name: &str,
        bytes: &[u8],
    ) -> Result<Self, Vec<Problem>> {
        let text = text::decode(path, bytes).map_err(|problem| vec![problem])?;
        let split = front_matter::split(path, &text).map_err(|problem| vec![problem])?;
        let front = match split.yaml {
            Some(yaml) => front_matter::read(path, yaml),
            None => Ok(FrontMatter::default()),
        };
        let front = front.and_then(|front| named(path, fallback_name, front));
        let body = read_body(path, &text, split.body_offset);
        match (front, body) {
            (Ok((name, front)), Ok(mut outline)) => {
                entitle(&mut outline.sections, &name.text);
                ask_by_the_skills_own_names(&mut outline, &name.text);
                Ok(Self {
                    description: front.description.unwrap_or_else(|| first_title(&outline.text)),
                    synonyms: front.synonyms,
                    warnings: front.warnings,
                    name: name.text,
                    name_position: name.position,
                    path: path.to_owned(),
                    bytes: bytes.len(),
                    digest: digest(bytes),
                    text: outline.text,
                    sections: outline.sections,
                })
            }
            (Err(mut problems), Err(problem)) => {
                problems.push(problem);
                Err(problems)
            }
            (Err(problems), Ok(_)) => Err(problems),
            (Ok(_), Err(problem)) => Err(vec![problem]),
        }
    }

    /// The skill's name, as in its front matter or else as its file or folder is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is about: its description, or else its first heading. It may be empty.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The file it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its name stands.
    pub(crate) fn name_position(&self) -> Position {
        self.name_position
    }

    /// Under which it is looked up: names that differ only in case are the same name.
    pub(crate) fn key(&self) -> String {
        self.name.to_lowercase()
    }

    /// The size of its file.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The SHA-256 of its file.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Whether it was read from a file with this content.
    pub(crate) fn is_from(&self, content: &[u8]) -> bool {
        self.bytes == content.len() && self.digest == digest(content)
    }

    /// Groups of words that mean the same to customers, each as one text.
    pub(crate) fn synonyms(&self) -> &[String] {
        &self.synonyms
    }

    /// What was probably meant otherwise in it.
    pub(crate) fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Its body without comments.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Its sections that have text, in order.
    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The sections that may be quoted to a customer, with their numbers.
    pub(crate) fn quotable(&self) -> impl Iterator<Item = (usize, &Section)> {
        let sections = self.sections.iter().enumerate();
        sections.filter(|(_, section)| section.audience == Audience::Customer)
    }
}

fn digest(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

/// The skill's name, and where it stands, with the rest of the front matter.
fn named(
    path: &Path,
    fallback_name: &str,
    mut front: FrontMatter,
) -> Result<(Placed, FrontMatter), Vec<Problem>> {
    if let Some(name) = front.name.take() {
        return Ok((name, front));
    }
    match front_matter::check_name(fallback_name) {
        Ok(text) => Ok((Placed { text, position: Position::START }, front)),
        Err(message) => {
            let message = format!("the file's name can't name the skill: {message}");
            Err(vec![Problem::at(path, Position::START, message)])
        }
    }
}

fn read_body(path: &Path, text: &str, offset: usize) -> Result<markdown::Outline, Problem> {
    let body = text.get(offset..).unwrap_or_default();
    let place = |within: usize| Position::of(text, offset + within);
    if body.trim().is_empty() {
        return Err(Problem::at(path, place(0), "the skill has no body; write down what to know"));
    }
    let outline = markdown::outline(body)
        .map_err(|flaw| Problem::at(path, place(flaw.offset), flaw.message))?;
    if outline.sections.is_empty() {
        let start = body.len() - body.trim_start().len();
        let message = "the skill has headings or marks, but no text under them";
        return Err(Problem::at(path, place(start), message));
    }
    Ok(outline)
}

/// Names the only section of a body without headings after its skill: with no title it could
/// hardly be found.
fn entitle(sections: &mut [Section], name: &str) {
    if let [section] = sections
        && section.level == 0
    {
        section.title = name.to_owned();
    }
}

/// Where a single section is all that customers are told, whoever asks for the skill asks for it:
/// the skill's name and first heading count as wordings of its question. Of several sections they
/// would single out none.
fn ask_by_the_skills_own_names(outline: &mut markdown::Outline, name: &str) {
    let heading = first_title(&outline.text);
    let is_for_customers = |section: &&mut Section| section.audience == Audience::Customer;
    let mut sections = outline.sections.iter_mut().filter(is_for_customers);
    let (Some(section), None) = (sections.next(), sections.next()) else { return };
    for own in [name, &heading] {
        if own != section.title {
            section.asked_as = format!("{}\n{own}", section.asked_as);
        }
    }
}

/// What stands in for a description that isn't there.
fn first_title(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with('#')).unwrap_or_default();
    line.trim_start_matches('#').trim().chars().take(200).collect()
}
