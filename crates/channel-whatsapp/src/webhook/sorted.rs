//! What a webhook brought, sorted by what becomes of it, and counted.

use conversation::Note;
use tracing::{info, warn};

use super::moves::Known;
use crate::figures;
use crate::inbound::{
    Arrived, Change, Envelope, Malformed, Noted, NotedBy, Sender, Status, Update,
};

/// What is to be stored, in the order of the webhook.
#[derive(Default)]
pub(super) struct Sorted {
    /// Who is reached elsewhere from now on.
    pub(super) moves: Vec<Known>,
    /// The messages to answer.
    pub(super) messages: Vec<Arrived>,
    /// What happened besides.
    pub(super) notes: Vec<Note>,
    /// What became of messages of ours.
    pub(super) statuses: Vec<Status>,
    counts: Counts,
    malformed: Vec<Malformed>,
}

/// How many there were of each kind.
#[derive(Default)]
struct Counts {
    notes: u64,
    echoes: u64,
    unknown: u64,
    moved: u64,
    other: u64,
    troubles: u64,
    not_let_in: u64,
    of_another_number: u64,
    of_the_number: u64,
}

impl Counts {
    /// Whether the sender is let in; who isn't is counted.
    fn asked(&mut self, lets_in: &dyn Fn(&Sender) -> bool, sender: &Sender) -> bool {
        let is_let_in = lets_in(sender);
        self.not_let_in += u64::from(!is_let_in);
        is_let_in
    }
}

impl Sorted {
    /// Sorts what concerns the business number `number` and comes from those who are let in.
    pub(super) fn new(envelope: Envelope, number: &str, lets_in: impl Fn(&Sender) -> bool) -> Self {
        let mut sorted = Self::default();
        for change in envelope.changes {
            sorted.take_change(change, number, &lets_in);
        }
        sorted.report();
        sorted
    }

    fn take_change(&mut self, change: Change, number: &str, lets_in: &dyn Fn(&Sender) -> bool) {
        self.malformed.extend(change.malformed);
        if change.number.as_deref().is_some_and(|of| of != number) {
            self.counts.of_another_number += length(&change.updates);
            return;
        }
        self.counts.of_the_number += u64::from(change.number.is_some());
        for update in change.updates {
            self.take(update, lets_in);
        }
    }

    fn take(&mut self, update: Update, lets_in: &dyn Fn(&Sender) -> bool) {
        match update {
            Update::Message(arrived) => {
                if self.counts.asked(lets_in, &arrived.sender) {
                    self.moves.extend(Known::between_names(&arrived.sender));
                    self.messages.push(*arrived);
                }
            }
            Update::Note(noted) => {
                if self.counts.asked(lets_in, &noted.sender) {
                    self.moves.extend(Known::between_names(&noted.sender));
                    self.note(*noted);
                }
            }
            // Whoever has a conversation was let in once, and whom a list names may be known by it
            // only under the name from before: the history follows in any case.
            Update::Moved(moved) => {
                self.counts.moved += 1;
                self.moves.extend(Known::between_names(&moved.sender));
                self.moves.push(Known::told(*moved));
            }
            Update::Status(status) => self.statuses.push(*status),
            Update::Trouble(fault) => {
                self.counts.troubles += 1;
                warn!(code = fault.code, "WhatsApp tells of an error");
            }
            Update::Other(other) => {
                self.counts.other += 1;
                info!(field = ?other.field.chars().take(60).collect::<String>(),
                    "WhatsApp tells of something besides messages");
            }
        }
    }

    /// Whether anything in it is for the number of the settings.
    pub(super) fn is_of_the_number(&self) -> bool {
        self.counts.of_the_number > 0
    }

    /// Whether anything in it is for another one.
    pub(super) fn is_of_another_number(&self) -> bool {
        self.counts.of_another_number > 0
    }

    fn note(&mut self, Noted { note, by, .. }: Noted) {
        match by {
            NotedBy::Customer => self.counts.notes += 1,
            NotedBy::UnknownKind => self.counts.unknown += 1,
            NotedBy::Colleague => self.counts.echoes += 1,
        }
        self.notes.push(note);
    }

    /// Counts everything, and says once what could not be understood.
    fn report(&self) {
        let counts = &self.counts;
        figures::updates("message", length(&self.messages));
        figures::updates("note", counts.notes);
        figures::updates("status", length(&self.statuses));
        figures::updates("echo", counts.echoes);
        figures::updates("moved", counts.moved);
        figures::updates("unknown", counts.unknown);
        figures::updates("other", counts.other);
        figures::updates("trouble", counts.troubles);
        figures::updates("not_let_in", counts.not_let_in);
        figures::updates("of_another_number", counts.of_another_number);
        figures::updates("malformed", length(&self.malformed));
        if let [Malformed { element, why }, ..] = self.malformed.as_slice() {
            let count = self.malformed.len();
            warn!(count, element, why, "a WhatsApp webhook holds elements that can't be read");
        }
    }
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}
