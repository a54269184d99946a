//! Decides what a customer's last words call for.

use conversation::{Prompt, Role};

use crate::languages::Language;
use crate::limits::MAX_QUESTION_BYTES;
use crate::loading::markdown::Section;
use crate::search::words::words;
use crate::search::{Likeness, Match, Query, beginning};
use crate::snapshot::Snapshot;

/// A section that is found with less confidence than this is not quoted. Found by trying: of
/// the questions in `tests/skills`, those that the skills answer lie above it, and those that
/// have nothing to do with them below.
const LEAST_CONFIDENCE: f32 = 4.15;

/// A question that is all but a known wording is answered, however few its words are.
const SAME_QUESTION: f32 = 0.9;

/// As much of the wording must be in the question then.
const SAME_WORDING: f32 = 0.7;

/// A follow-up question has at most this many words.
const FOLLOW_UP_WORDS: usize = 6;

/// Words that only acknowledge, in any of the languages, folded.
const ACKNOWLEDGEMENTS: [&str; 8] = ["ok", "okay", "oki", "k", "alright", "vale", "tamam", "تمام"];

/// What a customer is answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer<'a> {
    /// This section.
    Quote(&'a Section),
    /// A greeting, with what can be asked.
    Greeting,
    /// That they are welcome.
    Welcome,
    /// That they may go on.
    Listening,
    /// That there is no answer now, and that a person will follow up.
    Nothing,
}

/// What the customer's last words call for, and in which language.
pub(crate) fn decide<'a>(snapshot: &'a Snapshot, prompt: &Prompt) -> (Language, Answer<'a>) {
    let said = prompt.utterances.iter().rev();
    let mut said = said.filter(|utterance| utterance.role == Role::Customer);
    let last = beginning(&prompt.question, MAX_QUESTION_BYTES);
    let previous = said.nth(1).map(|utterance| beginning(&utterance.text, MAX_QUESTION_BYTES));
    let before = || previous.and_then(Language::detect);
    // An "ok" is the same in all languages.
    let detected = if acknowledges(&words(last).collect::<Vec<_>>()) {
        before().or_else(|| Language::detect(last))
    } else {
        Language::detect(last).or_else(before)
    };
    let language = detected.unwrap_or(Language::English);
    (language, answer(snapshot, last, previous, language))
}

fn answer<'a>(
    snapshot: &'a Snapshot,
    last: &str,
    previous: Option<&str>,
    language: Language,
) -> Answer<'a> {
    let query = snapshot.query(last, Some(language));
    let spoken: Vec<_> = words(last).collect();
    if acknowledges(&spoken) {
        return Answer::Listening;
    }
    if query.is_empty() {
        if spoken.iter().any(|word| language.thanks_with(word)) {
            return Answer::Welcome;
        }
        if spoken.iter().any(|word| language.greets_with(word)) {
            return Answer::Greeting;
        }
    }
    if let Some(section) = best(snapshot, &query).or_else(|| snapshot.headed(&query)) {
        return Answer::Quote(section);
    }
    let goes_on = spoken.len() <= FOLLOW_UP_WORDS
        && (query.is_empty()
            || snapshot.knows_any(&query)
            || spoken.first().is_some_and(|word| language.links_with(word)));
    match previous {
        Some(previous) if goes_on => {
            let query = snapshot.query(&format!("{previous}\n{last}"), Some(language));
            best(snapshot, &query).map_or(Answer::Nothing, Answer::Quote)
        }
        None if is_punctuation(last) => Answer::Listening,
        None if query.is_empty() => Answer::Greeting,
        Some(_) | None => Answer::Nothing,
    }
}

/// Whether nothing is said but that it's fine.
fn acknowledges(spoken: &[String]) -> bool {
    !spoken.is_empty() && spoken.iter().all(|word| ACKNOWLEDGEMENTS.contains(&word.as_str()))
}

/// Whether there are marks such as a question mark, but no word or picture.
fn is_punctuation(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|c| c.is_ascii_punctuation() || "¿¡؟…".contains(c))
}

/// The section that answers a question, if one does.
fn best<'a>(snapshot: &'a Snapshot, query: &Query) -> Option<&'a Section> {
    let hit = snapshot.search(query).into_iter().next()?;
    let Likeness { of_question, of_wording, .. } = hit.found.likeness;
    let is_known_question = of_question >= SAME_QUESTION && of_wording >= SAME_WORDING;
    let confidence = confidence(&hit.found, snapshot.common_words(query));
    (is_known_question || confidence >= LEAST_CONFIDENCE).then_some(hit.section)
}

/// How sure it is that a section answers the question: it speaks of all that was asked, it says
/// much about it, it is known to answer such questions, and the question is about the skills'
/// subjects at all.
fn confidence(found: &Match, common_words: usize) -> f32 {
    let at_home = common_words.min(2) as f32;
    found.coverage + 1.2 * found.score.ln_1p() + 0.85 * found.likeness.of_wording + 0.3 * at_home
}
