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

/// Messages that are answered together are separated by blank lines.
const SEPARATOR: &str = "\n\n";

/// At most so many of them are looked at one by one.
const MOST_PARTS: usize = 8;

/// At most so many sections make an answer, which has to be read in a chat.
const MOST_SECTIONS: usize = 3;

/// What a customer is answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer<'a> {
    /// These sections, each once, in the order in which they were asked for.
    Quote(Vec<&'a Section>, Besides),
    /// A greeting, with what can be asked.
    Greeting,
    /// That they are welcome.
    Welcome,
    /// That they may go on.
    Listening,
    /// That there is no answer now, and that a person will follow up.
    Nothing,
}

/// What is said besides quoted sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Besides {
    /// Nothing.
    Nothing,
    /// That a person will follow up: one is wanted, or another question is left.
    Person,
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
    let each = answer_each(snapshot, last, previous, language);
    (language, each.unwrap_or_else(|| answer(snapshot, last, previous, language)))
}

/// What several messages call for, each by itself, if any section answers one of them.
fn answer_each<'a, 'q>(
    snapshot: &'a Snapshot,
    last: &'q str,
    mut previous: Option<&'q str>,
    language: Language,
) -> Option<Answer<'a>> {
    let parts = last.split(SEPARATOR).map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts.take(MOST_PARTS).collect();
    let (mut quoted, mut besides) = (Vec::<&Section>::new(), Besides::Nothing);
    if parts.len() < 2 {
        return None;
    }
    for part in parts {
        let spoken = Language::detect(part).unwrap_or(language);
        match answer(snapshot, part, previous.replace(part), spoken) {
            Answer::Quote(sections, more) => {
                for section in sections {
                    let is_new = quoted.iter().all(|known| !std::ptr::eq(*known, section));
                    if is_new && quoted.len() < MOST_SECTIONS {
                        quoted.push(section);
                    }
                }
                if more == Besides::Person {
                    besides = Besides::Person;
                }
            }
            // Words that ask nothing, such as a name, call for no person.
            Answer::Nothing if asks(part) => besides = Besides::Person,
            Answer::Nothing | Answer::Greeting | Answer::Welcome | Answer::Listening => {}
        }
    }
    (!quoted.is_empty()).then_some(Answer::Quote(quoted, besides))
}

/// Whether words end as a question does.
fn asks(part: &str) -> bool {
    part.ends_with(['?', '؟'])
}

/// This section, and the promise of a person where it is for those who want one.
fn quote(section: &Section) -> Answer<'_> {
    let besides = if section.hands_over { Besides::Person } else { Besides::Nothing };
    Answer::Quote(vec![section], besides)
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
        return quote(section);
    }
    // Most words of a follow-up are about the skills' subjects, or none is about any.
    let goes_on =
        spoken.len() <= FOLLOW_UP_WORDS && (query.is_empty() || snapshot.knows_most(&query));
    match previous {
        Some(previous) if goes_on => {
            let both = snapshot.query(&format!("{previous}\n{last}"), Some(language));
            // Words about no subject add nothing to it, and may only make it less of a known one.
            let alone = || {
                let before = query.is_empty().then(|| snapshot.query(previous, Some(language)))?;
                best(snapshot, &before)
            };
            best(snapshot, &both).or_else(alone).map_or(Answer::Nothing, quote)
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
