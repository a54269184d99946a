//! The conversation as a list of messages, the form that all vendors share. It is written
//! straight from the prompt, without a copy.

use conversation::{Prompt, Role, Utterance};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// The messages of a request.
pub(super) struct Messages<'a> {
    system: Option<&'a RawValue>,
    utterances: &'a [Utterance],
}

impl<'a> Messages<'a> {
    /// With the instructions as the first message, if there are any.
    pub(super) fn with_system(system: Option<&'a RawValue>, prompt: &'a Prompt) -> Self {
        Self { system, utterances: &prompt.utterances }
    }

    /// Without the instructions, and beginning with the customer's words.
    pub(super) fn from_the_customer(prompt: &'a Prompt) -> Self {
        let said = |utterance: &Utterance| utterance.role == Role::Customer;
        let start = prompt.utterances.iter().position(said).unwrap_or(0);
        Self { system: None, utterances: &prompt.utterances[start..] }
    }
}

#[derive(serde::Serialize)]
struct Message<'a, T: ?Sized> {
    role: &'static str,
    content: &'a T,
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        if let Some(content) = self.system {
            list.serialize_element(&Message { role: "system", content })?;
        }
        // Vendors refuse a whole request for one message without words.
        for Utterance { role, text, images: _ } in self.utterances {
            if text.trim().is_empty() {
                continue;
            }
            let role = match role {
                Role::Customer => "user",
                Role::Assistant => "assistant",
            };
            list.serialize_element(&Message { role, content: text.as_str() })?;
        }
        list.end()
    }
}
