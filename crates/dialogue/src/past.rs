//! What there was in a conversation before the messages that are to be answered.

use conversation::ports::Waiting;
use conversation::{Author, Exchange, Message, Remark, Remarked, Timestamp};

use crate::speakers::Speakers;

/// What there was in a conversation before the messages that are to be answered.
#[derive(Default)]
pub(crate) struct Past {
    /// Earlier turns, oldest first.
    pub(crate) history: Vec<Exchange>,
    /// What happened besides, oldest first.
    pub(crate) remarks: Vec<Remark>,
}

impl Past {
    /// Until when a turn that answers these messages knows what was said and happened.
    pub(crate) fn known_until(&self, messages: &[Waiting]) -> Option<Timestamp> {
        let said = messages.iter().map(|waiting| waiting.message.at);
        said.chain(self.remarks.iter().map(|remark| remark.at)).max()
    }

    /// How many messages got no answer of their own and are known to no turn yet.
    pub(crate) fn unread(&self) -> usize {
        let known = self.history.iter().filter_map(|turn| turn.known_until).max();
        let is_unread = |remark: &&Remark| {
            matches!(remark.what, Remarked::Unanswered(_)) && Some(remark.at) > known
        };
        self.remarks.iter().filter(is_unread).count()
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
        self.remarks.retain(|remark| {
            let references = messages.iter().filter_map(|it| it.message.reference.as_ref());
            references.into_iter().any(|reference| remark.about.as_ref() == Some(reference))
        });
        self
    }
}
