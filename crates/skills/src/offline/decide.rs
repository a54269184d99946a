//! Decides what a customer's last words call for.

use conversation::{Prompt, Role};

use crate::languages::Language;
use crate::limits::MAX_QUESTION_BYTES;
use crate::loading::markdown::Section;
use crate::search::words::words;
use crate::search::{Query, beginning};
use crate::snapshot::Snapshot;

/// A section with a lower score than this shares too little with a question to answer it.
const LEAST_SCORE: f32 = 2.5;

/// A section that speaks of less than this part of a question answers another one.
const LEAST_COVERAGE: f32 = 0.42;

/// With a score as high as this, less coverage will do: long messages tell much besides.
const SURE_SCORE: f32 = 12.0;

/// The coverage that will do then.
const SURE_COVERAGE: f32 = 0.3;

/// A follow-up question has at most this many words.
const FOLLOW_UP_WORDS: usize = 6;

/// What a customer is answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer<'a> {
    /// This section.
    Quote(&'a Section),
    /// A greeting, with what can be asked.
    Greeting,
    /// That they are welcome.
    Welcome,
    /// That there is no answer now, and that a person will follow up.
    Nothing,
}

/// What the customer's last words call for, and in which language.
pub(crate) fn decide<'a>(snapshot: &'a Snapshot, prompt: &Prompt) -> (Language, Answer<'a>) {
    let mut said = prompt
        .utterances
        .iter()
        .rev()
        .filter(|utterance| utterance.role == Role::Customer)
        .map(|utterance| beginning(&utterance.text, MAX_QUESTION_BYTES));
    let last = said.next().unwrap_or_default();
    let previous = said.next();
    let detected = Language::detect(last).or_else(|| previous.and_then(Language::detect));
    let language = detected.unwrap_or(Language::English);
    (language, answer(snapshot, last, previous, language))
}

fn answer<'a>(
    snapshot: &'a Snapshot,
    last: &str,
    previous: Option<&str>,
    language: Language,
) -> Answer<'a> {
    let query = Query::of(last, Some(language));
    let spoken: Vec<_> = words(last).collect();
    if query.terms.is_empty() {
        if spoken.iter().any(|word| language.thanks_with(word)) {
            return Answer::Welcome;
        }
        if spoken.iter().any(|word| language.greets_with(word)) {
            return Answer::Greeting;
        }
    }
    if let Some(section) = best(snapshot, &query) {
        return Answer::Quote(section);
    }
    let goes_on = spoken.len() <= FOLLOW_UP_WORDS
        && (query.terms.is_empty()
            || snapshot.knows_any(&query)
            || spoken.first().is_some_and(|word| language.links_with(word)));
    match previous {
        Some(previous) if goes_on => {
            let query = Query::of(&format!("{previous}\n{last}"), Some(language));
            best(snapshot, &query).map_or(Answer::Nothing, Answer::Quote)
        }
        None if query.terms.is_empty() => Answer::Greeting,
        Some(_) | None => Answer::Nothing,
    }
}

/// The section that answers a question, if one does.
fn best<'a>(snapshot: &'a Snapshot, query: &Query) -> Option<&'a Section> {
    let hit = snapshot.search(query).into_iter().next()?;
    let (score, coverage) = (hit.found.score, hit.found.coverage);
    let fits = (score >= LEAST_SCORE && coverage >= LEAST_COVERAGE)
        || (score >= SURE_SCORE && coverage >= SURE_COVERAGE);
    fits.then_some(hit.section)
}
