//! What the company has written down for its customers, as a turn needs it.

use std::sync::Arc;

/// The part of the company's knowledge that goes into one prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// The text, ready to stand in the system prompt. Empty if there are no skills.
    pub text: Arc<str>,
    /// The revision of the skills it was taken from.
    pub revision: Arc<str>,
}

/// The company's skills.
pub trait Knowledge: Send + Sync {
    /// What is worth knowing to answer `question`, in at most `budget` bytes.
    fn brief(&self, question: &str, budget: usize) -> Brief;

    /// The revision of the skills as they stand now: equal skills have equal revisions, on
    /// every replica.
    fn revision(&self) -> Arc<str>;
}
