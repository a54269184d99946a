//! The conversation as a list of messages, the form that all vendors share. It is written
//! straight from the prompt, without a copy. Only messages with pictures differ by vendor.

use conversation::{Image, Prompt, Role, Utterance};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use super::{Dialect, Sight};

/// The messages of a request. `illustrate` makes one with pictures, as the vendor wants it.
pub(super) struct Messages<'a, D, M> {
    dialect: &'a D,
    sight: Sight,
    illustrate: fn(Illustrated<'a>) -> M,
    system: Option<&'a RawValue>,
    utterances: &'a [Utterance],
}

/// What a customer says about pictures, and at least one of them.
pub(super) struct Illustrated<'a> {
    /// Who speaks, as vendors call a customer.
    pub(super) role: &'static str,
    pub(super) text: &'a str,
    pub(super) images: Vec<&'a Image>,
}

impl<'a, D: Dialect, M: Serialize> Messages<'a, D, M> {
    /// The whole conversation, without instructions.
    pub(super) fn new(
        dialect: &'a D,
        sight: Sight,
        prompt: &'a Prompt,
        illustrate: fn(Illustrated<'a>) -> M,
    ) -> Self {
        Self { dialect, sight, illustrate, system: None, utterances: &prompt.utterances }
    }

    /// With the instructions as the first message, if there are any.
    pub(super) fn with_system(self, system: Option<&'a RawValue>) -> Self {
        Self { system, ..self }
    }

    /// Beginning with the customer's words.
    pub(super) fn beginning_with_the_customer(self) -> Self {
        let said = |utterance: &Utterance| utterance.role == Role::Customer;
        let start = self.utterances.iter().position(said).unwrap_or(0);
        Self { utterances: &self.utterances[start..], ..self }
    }

    /// The pictures of an utterance that the vendor gets to see.
    fn seen(&self, utterance: &'a Utterance) -> Vec<&'a Image> {
        match (self.sight, utterance.role) {
            (Sight::WithPictures, Role::Customer) => {
                utterance.images.iter().filter(|image| self.dialect.takes(image)).collect()
            }
            (Sight::WordsOnly, _) | (Sight::WithPictures, Role::Assistant) => Vec::new(),
        }
    }
}

#[derive(serde::Serialize)]
struct Message<'a, T: ?Sized> {
    role: &'static str,
    content: &'a T,
}

impl<D: Dialect, M: Serialize> Serialize for Messages<'_, D, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        if let Some(content) = self.system {
            list.serialize_element(&Message { role: "system", content })?;
        }
        for utterance in self.utterances {
            let text = utterance.text.as_str();
            // Vendors refuse a whole request for one message without words.
            if text.trim().is_empty() {
                continue;
            }
            let role = match utterance.role {
                Role::Customer => "user",
                Role::Assistant => "assistant",
            };
            let images = self.seen(utterance);
            if images.is_empty() {
                list.serialize_element(&Message { role, content: text })?;
            } else {
                list.serialize_element(&(self.illustrate)(Illustrated { role, text, images }))?;
            }
        }
        list.end()
    }
}
