//! What a language model is asked.

use std::sync::Arc;

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
    /// The words.
    pub text: String,
}

/// A whole request to a language model. It is shared by all the providers that are tried.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// The instructions: the company's own, and the skills.
    pub system: Arc<str>,
    /// The conversation, oldest first. The last one is the customer's and is to be answered.
    pub utterances: Vec<Utterance>,
}

impl Prompt {
    /// The customer's last words: what is to be answered now.
    #[must_use]
    pub fn question(&self) -> &str {
        self.utterances
            .iter()
            .rev()
            .find(|utterance| utterance.role == Role::Customer)
            .map_or("", |utterance| &utterance.text)
    }
}
