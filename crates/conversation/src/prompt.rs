//! What a language model is asked.

use std::sync::Arc;

use crate::Image;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The customer.
    Customer,
    /// The gateway, in an earlier turn.
    Assistant,
}

/// One piece of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utterance {
    /// Who said it.
    pub role: Role,
    /// The words. They also name every picture, by its kind and its file's name, so that a model
    /// that can't see misses nothing but the sight.
    pub text: String,
    /// The pictures that came with the words, for models that can see.
    pub images: Vec<Image>,
}

impl Utterance {
    /// Words alone.
    #[must_use]
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, text: text.into(), images: Vec::new() }
    }
}

/// A whole request to a language model. It is shared by all the providers that are tried.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// The instructions: the company's own, and the skills.
    pub system: Arc<str>,
    /// The conversation, oldest first. The last one is the customer's and is to be answered.
    pub utterances: Vec<Utterance>,
    /// The words that are to be answered now, alone. The last utterance may hold more: what the
    /// customer said before, when nobody answered.
    pub question: String,
}

impl Prompt {
    /// A prompt whose question is the customer's last utterance.
    #[must_use]
    pub fn new(system: impl Into<Arc<str>>, utterances: Vec<Utterance>) -> Self {
        let last = utterances.iter().rev().find(|utterance| utterance.role == Role::Customer);
        let question = last.map_or_else(String::new, |utterance| utterance.text.clone());
        Self { system: system.into(), utterances, question }
    }
}
