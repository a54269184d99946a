//! Chooses what to show when not everything fits: what there is, in a line each, and then the
//! skills and sections that match the question best.

use std::collections::BTreeSet;

use crate::brief::markup::{
    CLOSE, CLOSE_SKILL, Extent, OPEN, PREFACE, attribute, open_skill, section,
};
use crate::languages::Language;
use crate::loading::markdown::{Audience, Section};
use crate::paragraphs::leading;
use crate::skill::Skill;
use crate::snapshot::{Hit, Snapshot};

/// Introduces the list of all skills.
const CATALOGUE_TITLE: &str = "All subjects, of which those that matter most follow:\n";

/// The list of all skills takes at most this part of the budget.
const CATALOGUE_SHARE: usize = 3;

/// How much of a description the list shows, in characters.
const CATALOGUE_LINE: usize = 160;

/// The beginning of a section that is shorter than this, in bytes, isn't worth showing.
const LEAST_BEGINNING: usize = 200;

/// What is worth knowing to answer `question`, in at most `budget` bytes.
pub(crate) fn choose(snapshot: &Snapshot, question: &str, budget: usize) -> String {
    let frame = PREFACE.len() + OPEN.len() + CLOSE.len();
    let Some(room) = budget.checked_sub(frame).filter(|_| !snapshot.skills().is_empty()) else {
        return String::new();
    };
    let mut page = Page { text: format!("{PREFACE}{OPEN}"), room };
    page.push(&catalogue(snapshot, room / CATALOGUE_SHARE));
    let hits = snapshot.search(&snapshot.query(question, Language::detect(question)));
    for number in ranking(snapshot, &hits) {
        let (Some(skill), Some(whole)) =
            (snapshot.skills().get(number), snapshot.rendered().get(number))
        else {
            continue;
        };
        if !page.push(whole) {
            page.push(&excerpt(skill, number, &hits, page.room));
        }
    }
    page.text.push_str(CLOSE);
    page.text
}

/// The text so far, and how much more may come.
struct Page {
    text: String,
    room: usize,
}

impl Page {
    /// Adds a text if there is room for it.
    fn push(&mut self, text: &str) -> bool {
        let fits = text.len() <= self.room;
        if fits {
            self.text.push_str(text);
            self.room -= text.len();
        }
        fits
    }
}

/// The names of all skills and what they are about, as far as they fit.
fn catalogue(snapshot: &Snapshot, budget: usize) -> String {
    let mut catalogue = String::from(CATALOGUE_TITLE);
    for skill in snapshot.skills() {
        let about: String = skill.description().chars().take(CATALOGUE_LINE).collect();
        let line = match about.is_empty() {
            true => format!("- {}\n", attribute(skill.name())),
            false => format!("- {}: {}\n", attribute(skill.name()), attribute(&about)),
        };
        if catalogue.len() + line.len() > budget {
            break;
        }
        catalogue.push_str(&line);
    }
    if catalogue.len() > CATALOGUE_TITLE.len() { catalogue } else { String::new() }
}

/// The numbers of all skills: first those that match, best first, then the others in order.
fn ranking(snapshot: &Snapshot, hits: &[Hit<'_>]) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let matching = hits.iter().map(|hit| hit.skill);
    matching.chain(0..snapshot.skills().len()).filter(|number| seen.insert(*number)).collect()
}

/// As much of a skill as fits: how the assistant is to behave, then the sections that match the
/// question, then the others. Empty if nothing that is meant for customers fits.
fn excerpt(skill: &Skill, number: usize, hits: &[Hit<'_>], budget: usize) -> String {
    let open = open_skill(skill, Extent::Excerpt);
    let Some(room) = budget.checked_sub(open.len() + CLOSE_SKILL.len()) else {
        return String::new();
    };
    let sections = skill.sections();
    let is_for_assistant =
        |place: &usize| sections.get(*place).is_some_and(|s| s.audience == Audience::Assistant);
    let matching = hits.iter().filter(|hit| hit.skill == number).map(|hit| hit.section_number);
    let for_customers: Vec<_> =
        matching.chain(0..sections.len()).filter(|place| !is_for_assistant(place)).collect();
    let with_conduct = (0..sections.len()).filter(is_for_assistant).chain(for_customers.clone());
    let mut chosen = pick(sections, with_conduct, room);
    if chosen.iter().all(is_for_assistant) {
        chosen = pick(sections, for_customers.iter().copied(), room);
    }
    let shown: String =
        chosen.iter().filter_map(|place| sections.get(*place)).map(section).collect();
    let shown = if shown.is_empty() { beginning_of(sections, &for_customers, room) } else { shown };
    if shown.is_empty() {
        return shown;
    }
    format!("{open}{shown}{CLOSE_SKILL}")
}

/// The places of the sections that fit, taken in the given order and kept in their own.
fn pick(
    sections: &[Section],
    order: impl Iterator<Item = usize>,
    mut room: usize,
) -> BTreeSet<usize> {
    let mut chosen = BTreeSet::new();
    for place in order {
        let Some(candidate) = sections.get(place).filter(|_| !chosen.contains(&place)) else {
            continue;
        };
        let length = section(candidate).len();
        if length <= room {
            room -= length;
            chosen.insert(place);
        }
    }
    chosen
}

/// The first paragraphs of the section that comes first in `order`, for when it is too long to
/// be shown as a whole.
fn beginning_of(sections: &[Section], order: &[usize], room: usize) -> String {
    let first = order.first().and_then(|place| sections.get(*place)).map(section);
    let text = first.unwrap_or_default();
    let beginning = leading(&text, room.saturating_sub(1));
    if beginning.len() < LEAST_BEGINNING { String::new() } else { format!("{beginning}\n") }
}
