//! What a stream has told so far, and so what is worth telling next.
//!
//! The transcript is the truth and events are hints, which may come late: when the transcript was
//! read past the end of a turn, what is still heard of that turn must not be told.

use conversation::ports::Event;
use conversation::{DedupeKey, Entry, KeyDigest, MessageId, Said};

use super::wire::{self, Delta, Empty, SoFar, Started};

/// How many unanswered messages are known by their keys. The oldest are forgotten first.
const OPEN: usize = 32;

/// The account of one stream.
#[derive(Default)]
pub(super) struct Account {
    last: Option<Box<str>>,
    /// The customer's messages that no entry has answered yet.
    open: Vec<Open>,
    turn: Turn,
    /// How long the text is that was told last, if no word came after it.
    so_far: Option<usize>,
}

struct Open {
    digest: KeyDigest,
    key: Box<str>,
}

/// Whether what is heard of an answer belongs to one that is still to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Turn {
    /// It does, as far as is known: its beginning wasn't heard.
    #[default]
    Unsure,
    /// It does.
    Heard,
    /// It doesn't.
    Over,
}

/// What an event asks for beyond what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing.
    Nothing,
    /// That the transcript be read on.
    Read,
    /// That it be read on, and then the event be heard once more.
    ReadAndRepeat,
}

impl Account {
    /// The id of the last entry that was told.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Takes an entry into account that the visitor knows, or is told now.
    pub(super) fn note(&mut self, entry: &Entry) {
        self.last = Some(entry.id.as_str().into());
        match &entry.said {
            Said::Customer { key, .. } => self.opened(key),
            Said::Assistant { answers, .. } | Said::Failed { answers } => self.answered(answers),
            Said::Person { .. } | Said::TakenOver { .. } | Said::Resumed => {}
        }
    }

    /// Takes an entry into account, and tells it.
    pub(super) fn tell(&mut self, entry: &Entry, out: &mut String) {
        self.note(entry);
        wire::entry(entry, out);
    }

    fn opened(&mut self, key: &str) {
        let Ok(known) = DedupeKey::new(key) else { return };
        if self.open.len() >= OPEN {
            self.open.remove(0);
        }
        self.open.push(Open { digest: known.digest(), key: key.into() });
    }

    fn answered(&mut self, answers: &[String]) {
        self.open.retain(|open| !answers.iter().any(|key| **key == *open.key));
        self.turn = Turn::Over;
        if self.open.is_empty() {
            // Most of the time nothing is open, and ten thousand small buffers add up.
            self.open = Vec::new();
        }
    }

    /// Takes an event into account, and tells it if that makes sense.
    pub(super) fn hear(&mut self, event: &Event, out: &mut String) -> Wish {
        match event {
            Event::Started { messages } => return self.started(messages, out),
            Event::Added | Event::Committed { .. } | Event::Parked { .. } => return Wish::Read,
            Event::Missed => {
                self.turn = Turn::Unsure;
                self.so_far = None;
                return Wish::Read;
            }
            Event::Delta { .. }
            | Event::SoFar { .. }
            | Event::Restarted
            | Event::Postponed { .. }
                if self.turn == Turn::Over || self.open.is_empty() => {}
            Event::Delta { at, text } => {
                self.so_far = None;
                wire::event("delta", &Delta { at: *at, text }, out);
            }
            // While a model is silent the same is said again, for others who come late.
            Event::SoFar { text } if self.so_far == Some(text.len()) => {}
            Event::SoFar { text } => {
                self.so_far = Some(text.len());
                wire::event("text", &SoFar { text }, out);
            }
            Event::Restarted => {
                self.so_far = None;
                wire::event("restarted", &Empty {}, out);
            }
            Event::Postponed { .. } => {
                self.turn = Turn::Over;
                wire::event("postponed", &Empty {}, out);
            }
        }
        Wish::Nothing
    }

    /// A turn of messages of which none is open was over long ago, or its messages are still to be
    /// read.
    fn started(&mut self, messages: &[MessageId], out: &mut String) -> Wish {
        let is_meant = |open: &&Open| messages.iter().any(|message| message.key == open.digest);
        let answers: Vec<&str> = self.open.iter().filter(is_meant).map(|open| &*open.key).collect();
        if answers.is_empty() {
            self.turn = Turn::Over;
            return Wish::ReadAndRepeat;
        }
        self.so_far = None;
        wire::event("started", &Started { answers }, out);
        self.turn = Turn::Heard;
        Wish::Nothing
    }
}

#[cfg(test)]
mod tests {
    use conversation::{Digest, Reply, Timestamp};

    use super::*;

    fn id(key: &str) -> MessageId {
        let key = DedupeKey::new(key).unwrap().digest();
        MessageId { conversation: Digest([1; 16]), key, token: [0; 8] }
    }

    fn entry(number: u64, said: Said) -> Entry {
        Entry { id: format!("{number}-0"), at: Timestamp(number), said }
    }

    fn question(number: u64, key: &str) -> Entry {
        let said = Said::Customer { key: key.into(), message: id(key), text: "?".into() };
        entry(number, said)
    }

    fn answer(number: u64, key: &str) -> Entry {
        entry(number, Said::Assistant { answers: vec![key.into()], text: "!".into() })
    }

    fn heard(account: &mut Account, event: &Event) -> (Wish, String) {
        let mut out = String::new();
        (account.hear(event, &mut out), out)
    }

    fn delta() -> Event {
        Event::Delta { at: 3, text: "so".into() }
    }

    #[test]
    fn a_turn_is_told_from_its_beginning_with_the_keys_of_what_it_answers() {
        let mut account = Account::default();
        account.note(&question(1, "one"));
        account.note(&question(2, "two"));
        let started = Event::Started { messages: vec![id("two"), id("three")] };
        let (wish, told) = heard(&mut account, &started);
        assert_eq!(wish, Wish::Nothing);
        assert_eq!(told, "event: started\ndata: {\"answers\":[\"two\"]}\n\n");
        let (_, told) = heard(&mut account, &delta());
        assert_eq!(told, "event: delta\ndata: {\"at\":3,\"text\":\"so\"}\n\n");
        let reply = Reply { text: "so it is".into(), model: "v/m".into(), at: Timestamp(3) };
        let committed = Event::Committed { messages: vec![id("two")], reply };
        assert_eq!(heard(&mut account, &committed), (Wish::Read, String::new()));
    }

    #[test]
    fn what_comes_late_of_a_turn_that_is_over_is_not_told() {
        let mut account = Account::default();
        account.note(&question(1, "one"));
        account.note(&answer(2, "one"));
        let started = Event::Started { messages: vec![id("one")] };
        assert_eq!(heard(&mut account, &started), (Wish::ReadAndRepeat, String::new()));
        for late in [delta(), Event::SoFar { text: "so".into() }, Event::Restarted] {
            assert_eq!(heard(&mut account, &late), (Wish::Nothing, String::new()));
        }
        account.note(&question(3, "two"));
        assert_eq!(heard(&mut account, &delta()).1, "", "it is still of the first turn");
        let (_, told) = heard(&mut account, &Event::Started { messages: vec![id("two")] });
        assert!(told.contains("two"), "{told}");
    }

    #[test]
    fn who_comes_late_hears_what_is_being_said_of_an_open_message() {
        let mut account = Account::default();
        assert_eq!(heard(&mut account, &delta()).1, "", "nothing was asked");
        account.note(&question(1, "one"));
        let (_, told) = heard(&mut account, &Event::SoFar { text: "so".into() });
        assert_eq!(told, "event: text\ndata: {\"text\":\"so\"}\n\n");
    }

    #[test]
    fn what_is_repeated_for_others_is_told_once() {
        let mut account = Account::default();
        account.note(&question(1, "one"));
        let so_far = Event::SoFar { text: "so".into() };
        assert!(heard(&mut account, &so_far).1.contains("so"));
        assert_eq!(heard(&mut account, &so_far).1, "");
        for event in [delta(), Event::Missed, Event::Restarted] {
            heard(&mut account, &event);
            assert!(heard(&mut account, &so_far).1.contains("so"), "{event:?}");
        }
    }

    #[test]
    fn after_something_was_missed_nothing_is_held_back() {
        let mut account = Account::default();
        account.note(&answer(1, "zero"));
        account.note(&question(2, "one"));
        assert_eq!(heard(&mut account, &Event::Missed).0, Wish::Read);
        assert!(heard(&mut account, &delta()).1.contains("delta"));
    }

    #[test]
    fn a_turn_that_is_put_off_is_silent_until_it_begins_again() {
        let mut account = Account::default();
        account.note(&question(1, "one"));
        let postponed = Event::Postponed { messages: vec![id("one")] };
        assert_eq!(heard(&mut account, &postponed).1, "event: postponed\ndata: {}\n\n");
        assert_eq!(heard(&mut account, &delta()).1, "");
        heard(&mut account, &Event::Started { messages: vec![id("one")] });
        assert!(heard(&mut account, &delta()).1.contains("delta"));
    }

    #[test]
    fn what_is_open_stays_bounded() {
        let mut account = Account::default();
        for number in 0..100 {
            account.note(&question(number, &format!("key-{number}")));
        }
        assert_eq!(account.open.len(), OPEN);
        assert_eq!(&*account.open[0].key, "key-68");
    }
}
