//! What there was in a conversation before the messages that are to be answered.

use conversation::ports::Waiting;
use conversation::{Author, Command, Exchange, Message, Remark, Remarked, Timestamp};

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
        self.keep_remarks(|remark, _| is_about(remark, messages));
        self
    }

    /// What there is since the newest message that was to begin the conversation anew and got no
    /// answer of its own, which it belongs to; and what was changed about the messages asked now. A
    /// turn of before that message is one that did not know of it.
    pub(crate) fn since_new_beginning(mut self, messages: &[Waiting]) -> Self {
        let Some(since) = self.new_beginning() else { return self };
        let knows = |turn: &Exchange| turn.known_until >= Some(since);
        let first = self.history.iter().position(knows).unwrap_or(self.history.len());
        self.history.drain(..first);
        self.keep_remarks(|remark, kept_at| kept_at >= since || is_about(remark, messages));
        self
    }

    /// When the store took that message.
    fn new_beginning(&self) -> Option<Timestamp> {
        let amendments = Amendments::of(&self.remarks);
        let begins = |(remark, kept_at): (&Remark, Timestamp)| match &remark.what {
            Remarked::Unanswered(message) if message.command == Some(Command::Restart) => {
                amendments.read(message).map(|_| kept_at)
            }
            Remarked::Unanswered(_)
            | Remarked::Edited(_)
            | Remarked::TakenBack
            | Remarked::Reacted(_)
            | Remarked::Colleague(_)
            | Remarked::Happened(_) => None,
        };
        self.kept().rev().find_map(begins)
    }

    fn keep_remarks(&mut self, keep: impl Fn(&Remark, Timestamp) -> bool) {
        let remarks = std::mem::take(&mut self.remarks).into_iter();
        let kept = remarks.zip(std::mem::take(&mut self.kept_at));
        (self.remarks, self.kept_at) = kept.filter(|(remark, at)| keep(remark, *at)).unzip();
    }
}

/// Whether it is about one of these messages.
fn is_about(remark: &Remark, messages: &[Waiting]) -> bool {
    let mut references = messages.iter().filter_map(|it| it.message.reference.as_ref());
    references.any(|reference| remark.about.as_ref() == Some(reference))
}

#[cfg(test)]
mod tests {
    use conversation::Reply;

    use super::*;

    fn turn(text: &str, known_until: u64) -> Exchange {
        let reply = Reply { text: text.into(), model: "a/b".into(), at: Timestamp(0) };
        let asked = vec![Message::text(text, Timestamp(0))];
        Exchange { asked, reply, known_until: Some(Timestamp(known_until)) }
    }

    fn unanswered(text: &str, at: u64, command: Option<Command>) -> Remark {
        let reference = Some(text.to_owned());
        let message = Message { command, reference, ..Message::text(text, Timestamp(at)) };
        Remark { about: None, what: Remarked::Unanswered(message), at: Timestamp(at) }
    }

    fn left(past: Past) -> (Vec<String>, Vec<u64>) {
        let past = past.since_new_beginning(&[]);
        let turns = past.history.iter().map(|turn| turn.reply.text.clone()).collect();
        (turns, past.kept_at.iter().map(|at| at.0).collect())
    }

    #[test]
    fn nothing_is_known_of_before_a_new_beginning_that_got_no_answer() {
        let remarks = vec![
            unanswered("before", 5, None),
            unanswered("anew", 10, Some(Command::Restart)),
            unanswered("after", 12, None),
        ];
        // The second turn was under way when the message came, and the third one knew it.
        let history = vec![turn("one", 3), turn("two", 5), turn("three", 12), turn("four", 12)];
        let past = Past::of(history, remarks.clone());
        let expected = (vec!["three".to_owned(), "four".to_owned()], vec![10, 12]);
        assert_eq!(left(past), expected);
        let past = Past::of(vec![turn("one", 3)], remarks);
        assert_eq!(left(past), (Vec::new(), vec![10, 12]));
    }

    #[test]
    fn what_was_no_new_beginning_or_was_taken_back_forgets_nothing() {
        let taken_back =
            Remark { about: Some("anew".into()), what: Remarked::TakenBack, at: Timestamp(11) };
        let remarks = vec![
            unanswered("opens the chat", 5, Some(Command::Start)),
            unanswered("anew", 10, Some(Command::Restart)),
            taken_back,
        ];
        let past = Past::of(vec![turn("one", 3)], remarks);
        assert_eq!(left(past), (vec!["one".to_owned()], vec![5, 10, 11]));
    }
}
