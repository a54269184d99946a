//! What customers changed about messages after they had sent them: the model reads what a message
//! says now, and nothing of one that was taken back.

use std::collections::HashMap;

use conversation::{Message, Remark, Remarked};

/// What messages say now, by the provider's id of each.
#[derive(Default)]
pub(crate) struct Amendments<'a>(HashMap<&'a str, Change<'a>>);

#[derive(Clone, Copy)]
enum Change<'a> {
    Says(&'a Message),
    TakenBack,
}

/// A message as it stands, and who wrote it when.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    /// The message as it was written.
    pub(crate) written: &'a Message,
    /// What it says now.
    pub(crate) now: &'a Message,
}

impl<'a> Amendments<'a> {
    /// What the remarks come to, oldest first. Of several changes of a message the last one counts.
    pub(crate) fn of(remarks: &'a [Remark]) -> Self {
        let change = |remark: &'a Remark| match (&remark.about, &remark.what) {
            (Some(about), Remarked::Edited(now)) => Some((about.as_str(), Change::Says(now))),
            (Some(about), Remarked::TakenBack) => Some((about.as_str(), Change::TakenBack)),
            (None, Remarked::Edited(_) | Remarked::TakenBack)
            | (
                _,
                Remarked::Reacted(_)
                | Remarked::Unanswered(_)
                | Remarked::Colleague(_)
                | Remarked::Happened(_),
            ) => None,
        };
        Self(remarks.iter().filter_map(change).collect())
    }

    /// A message as it stands, or nothing if it was taken back.
    pub(crate) fn stand(&self, written: &'a Message) -> Option<Standing<'a>> {
        self.read(written).map(|now| Standing { written, now })
    }

    /// What a message says now, or nothing if it was taken back.
    pub(crate) fn read(&self, message: &'a Message) -> Option<&'a Message> {
        match message.reference.as_deref().and_then(|reference| self.0.get(reference)) {
            Some(Change::Says(now)) => Some(now),
            Some(Change::TakenBack) => None,
            None => Some(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::Timestamp;

    use super::*;

    fn message(reference: &str, text: &str) -> Message {
        let reference = Some(reference.to_owned());
        Message { reference, ..Message::text(text, Timestamp(0)) }
    }

    fn remark(about: &str, what: Remarked) -> Remark {
        Remark { about: Some(about.to_owned()), what, at: Timestamp(0) }
    }

    fn edit(about: &str, text: &str) -> Remark {
        remark(about, Remarked::Edited(Message::text(text, Timestamp(0))))
    }

    #[test]
    fn a_message_says_what_its_last_change_left_of_it() {
        let remarks = [
            edit("1", "first change"),
            edit("1", "second change"),
            edit("2", "a change"),
            remark("2", Remarked::TakenBack),
            remark("3", Remarked::Reacted(vec!["👍".to_owned()])),
        ];
        let messages = ["1", "2", "3"].map(|reference| message(reference, "as it was"));
        let amendments = Amendments::of(&remarks);
        let read = |message| amendments.read(message).map(|now| now.text.as_str());
        let now: Vec<_> = messages.iter().map(read).collect();
        assert_eq!(now, [Some("second change"), None, Some("as it was")]);
    }

    #[test]
    fn a_message_that_no_provider_named_is_never_changed() {
        let remarks = [edit("", "a change")];
        let message = Message::text("as it was", Timestamp(0));
        assert_eq!(Amendments::of(&remarks).read(&message), Some(&message));
    }
}
