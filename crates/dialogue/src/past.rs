//! What there was in a conversation before the messages that are to be answered.

use conversation::ports::Waiting;
use conversation::{Author, Exchange, Message, Remark, Remarked, Timestamp};

use crate::amendments::Amendments;
use crate::speakers::Speakers;

/// What there was in a conversation before the messages that are to be answered.
#[derive(Default)]
pub(crate) struct Past {
    /// Earlier turns, oldest first.
    pub(crate) history: Vec<Exchange>,
    /// What happened besides, oldest first.
    pub(crate) remarks: Vec<Remark>,
    /// When the store took each of the remarks.
    pub(crate) kept_at: Vec<Timestamp>,
}

impl Past {
    /// The remarks, each with the time when the store took it.
    pub(crate) fn kept(&self) -> impl DoubleEndedIterator<Item = (&Remark, Timestamp)> {
        self.remarks.iter().zip(self.kept_at.iter().copied())
    }

    /// One whose remarks were told at once.
    #[cfg(test)]
    pub(crate) fn of(history: Vec<Exchange>, remarks: Vec<Remark>) -> Self {
        let kept_at = remarks.iter().map(|remark| remark.at).collect();
        Self { history, remarks, kept_at }
    }

    /// Until when the models that answered knew what happened. No time of a provider is compared with
    /// it: those have whole seconds, and come late.
    pub(crate) fn known_so_far(&self) -> Option<Timestamp> {
        self.history.iter().filter_map(|turn| turn.known_until).max()
    }

    /// Until when a model that is asked now knows what happened.
    pub(crate) fn known_now(&self) -> Timestamp {
        let known = self.known_so_far().into_iter().chain(self.kept_at.iter().copied());
        known.max().unwrap_or_default()
    }

    /// How many messages got no answer of their own and are known to no turn yet.
    pub(crate) fn unread(&self) -> usize {
        let known = self.known_so_far();
        let is_unread = |(remark, kept_at): &(&Remark, Timestamp)| {
            matches!(remark.what, Remarked::Unanswered(_)) && Some(*kept_at) > known
        };
        self.kept().filter(is_unread).count()
    }

    /// Whether the customer took all of these messages back.
    pub(crate) fn took_back(&self, messages: &[Waiting]) -> bool {
        let amendments = Amendments::of(&self.remarks);
        messages.iter().all(|waiting| amendments.read(&waiting.message).is_none())
    }

    /// Whether several people have written.
    pub(crate) fn speakers(&self, messages: &[Waiting]) -> Speakers {
        fn author(message: &Message) -> &Author {
            &message.author
        }
        let asked = self.history.iter().flat_map(|turn| &turn.asked).map(author);
        let remarked = self.remarks.iter().filter_map(|remark| match &remark.what {
            Remarked::Unanswered(message) => Some(author(message)),
            Remarked::Edited(_)
            | Remarked::TakenBack
            | Remarked::Reacted(_)
            | Remarked::Colleague(_)
            | Remarked::Happened(_) => None,
        });
        let asking = messages.iter().map(|waiting| author(&waiting.message));
        Speakers::among(asked.chain(remarked).chain(asking))
    }

    /// What a turn knows that begins the conversation anew: what was changed about its own messages.
    pub(crate) fn of_messages(mut self, messages: &[Waiting]) -> Self {
        self.history.clear();
        let is_of_them = |remark: &Remark| {
            let mut references = messages.iter().filter_map(|it| it.message.reference.as_ref());
            references.any(|reference| remark.about.as_ref() == Some(reference))
        };
        let remarks = self.remarks.into_iter().zip(self.kept_at);
        (self.remarks, self.kept_at) = remarks.filter(|(remark, _)| is_of_them(remark)).unzip();
        self
    }
}
