//! Answers without any model: quotes the section that fits, or says honestly that a person will
//! follow up. Nothing is made up, since nothing but the skills and fixed sentences is said.

mod decide;
mod quote;
mod tables;

use std::sync::Arc;

use async_trait::async_trait;
use conversation::Prompt;
use conversation::ports::{Delta, DeltaStream, LanguageModel, ModelError};
use futures::stream;

use crate::figures::{self, Offline};
use crate::languages::Language;
use crate::library::SkillLibrary;
use crate::limits::MAX_DESCRIPTION_CHARS;
use crate::loading::markdown::Section;
use crate::snapshot::Snapshot;
use decide::{Answer, Besides, decide};

/// How the answerer is called in replies, logs and metrics.
const NAME: &str = "offline/skills";

/// The most subjects that a greeting lists.
const MAX_SUBJECTS: usize = 8;

/// The last resort among the language models: it can't fail.
#[derive(Clone, Debug)]
pub struct OfflineAnswerer {
    library: Arc<SkillLibrary>,
}

impl OfflineAnswerer {
    /// An answerer that always speaks from the skills that serve now.
    #[must_use]
    pub fn new(library: Arc<SkillLibrary>) -> Self {
        figures::describe_offline();
        Self { library }
    }

    /// The whole answer to a prompt.
    #[must_use]
    pub fn answer_text(&self, prompt: &Prompt) -> String {
        self.answer_and_outcome(prompt).0
    }

    fn answer_and_outcome(&self, prompt: &Prompt) -> (String, Offline) {
        let snapshot = self.library.snapshot();
        let (language, answer) = decide(&snapshot, prompt);
        let outcome = match answer {
            Answer::Quote(_, Besides::Nothing) => Offline::Quoted,
            Answer::Quote(_, Besides::Person) | Answer::Nothing => Offline::Promised,
            Answer::Greeting | Answer::Welcome | Answer::Listening => Offline::Courtesy,
        };
        let said = language.sentences();
        let text = match answer {
            Answer::Quote(sections, besides) => quotation(&sections, besides, language),
            Answer::Greeting => introduction(&snapshot, language),
            Answer::Welcome => said.welcome.to_owned(),
            Answer::Listening => said.listening.to_owned(),
            Answer::Nothing => said.cannot_answer.to_owned(),
        };
        (text, outcome)
    }
}

/// Quotes sections. A person who was asked for is promised first; one for a question that is left
/// comes last, where it stands in the order of things.
fn quotation(sections: &[&Section], besides: Besides, language: Language) -> String {
    let said = language.sentences();
    let is_foreign =
        |section: &&Section| Language::detect(&section.text).is_some_and(|other| other != language);
    let is_wanted = sections.iter().any(|section| section.hands_over);
    let mut pieces = Vec::new();
    if besides == Besides::Person && is_wanted {
        pieces.push(said.person.to_owned());
    }
    if sections.iter().any(is_foreign) {
        pieces.push(said.quoting.to_owned());
    }
    pieces.extend(sections.iter().map(|section| quote::quote(section)));
    if besides == Besides::Person && !is_wanted {
        pieces.push(said.person.to_owned());
    }
    pieces.join("\n\n")
}

/// Greets, and lists what can be asked.
fn introduction(snapshot: &Snapshot, language: Language) -> String {
    let said = language.sentences();
    let mut text = said.greeting.to_owned();
    let subjects = snapshot.skills().iter().take(MAX_SUBJECTS);
    let lines: Vec<_> = subjects
        .map(|skill| match skill.description() {
            "" => format!("- {}", skill.name()),
            about => {
                format!("- {}", about.chars().take(MAX_DESCRIPTION_CHARS / 4).collect::<String>())
            }
        })
        .collect();
    if !lines.is_empty() {
        text = format!("{text} {}\n{}", said.you_can_ask, lines.join("\n"));
    }
    text
}

/// Cuts a text into its paragraphs, each with the white space that follows it.
fn paragraphs(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_inclusive("\n\n").map(str::to_owned)
}

#[async_trait]
impl LanguageModel for OfflineAnswerer {
    fn name(&self) -> &str {
        NAME
    }

    async fn answer(&self, prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
        let (text, outcome) = self.answer_and_outcome(&prompt);
        figures::answered_offline(outcome);
        let mut deltas: Vec<_> = paragraphs(&text).map(|part| Ok(Delta::Text(part))).collect();
        deltas.push(Ok(Delta::Done { model: NAME.to_owned() }));
        Ok(Box::pin(stream::iter(deltas)))
    }
}
