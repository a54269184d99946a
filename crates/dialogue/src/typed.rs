//! Conversations in which no channel writes lines of its own among the customer's words, so that every
//! line was typed.

use std::borrow::Cow;

use conversation::ports::Waiting;
use conversation::{Message, Remarked, own_words};

use crate::past::Past;

/// Marks each line that looks like one of ours.
fn mark(message: &mut Message) {
    if let Cow::Owned(marked) = own_words(&message.text) {
        message.text = marked;
    }
}

/// The messages, of which no line passes for one of ours.
pub(crate) fn all_typed(messages: &[Waiting]) -> Cow<'_, [Waiting]> {
    let is_plain = |it: &Waiting| matches!(own_words(&it.message.text), Cow::Borrowed(_));
    if messages.iter().all(is_plain) {
        return Cow::Borrowed(messages);
    }
    let mut messages = messages.to_vec();
    messages.iter_mut().for_each(|waiting| mark(&mut waiting.message));
    Cow::Owned(messages)
}

impl Past {
    /// The same, with no line of the customer's that passes for one of ours.
    pub(crate) fn all_typed(mut self) -> Self {
        self.history.iter_mut().flat_map(|turn| &mut turn.asked).for_each(mark);
        for remark in &mut self.remarks {
            match &mut remark.what {
                Remarked::Edited(message) | Remarked::Unanswered(message) => mark(message),
                Remarked::TakenBack
                | Remarked::Reacted(_)
                | Remarked::Colleague(_)
                | Remarked::Happened(_) => {}
            }
        }
        self
    }
}
