//! What the oracle makes of a run: every acknowledged message must stand in exactly one turn of its
//! conversation, after all that was acknowledged before it was sent, with a reply that answers it.
//! That reply is on record under the message's id, and is the only one that anybody saw.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::{Entry, Mark, Record};
use crate::sends::Uncertain;

/// One turn of a conversation, as the gateway tells its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The messages that it answered.
    pub asked: Vec<Mark>,
    /// The answer, which names the messages that the model was asked.
    pub reply: String,
}

/// The dead letters, as the gateways list them.
#[derive(Clone, Debug, Default)]
pub struct Letters {
    /// Those of the last list.
    pub now: BTreeSet<Mark>,
    /// Those of any list.
    pub ever: BTreeSet<Mark>,
}

impl Letters {
    /// A list was fetched.
    pub fn found(&mut self, marks: Vec<Mark>) {
        self.now = marks.into_iter().collect();
        self.ever.extend(&self.now);
    }
}

/// Of how many messages at most one may end as a dead letter.
const MESSAGES_PER_DEAD_LETTER: usize = 100;

/// The figures of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Messages that were handed in.
    pub attempted: usize,
    /// Messages of which somebody was told that they are stored.
    pub acknowledged: usize,
    /// Acknowledged messages whose one turn and whose record have the reply.
    pub answered: usize,
    /// Acknowledged messages that are neither answered nor dead letters.
    pub lost: Vec<Mark>,
    /// Those of them of which there is no trace: no turn, and no reply that anybody saw.
    pub vanished: usize,
    /// Messages that stand in several turns, got different replies, have several ids, or are
    /// answered and dead letters too.
    pub duplicated: Vec<Mark>,
    /// Messages that were answered before one that was acknowledged before they were sent, or
    /// whose place is another one at another gateway.
    pub out_of_order: Vec<Mark>,
    /// Sends of which the gateways could not know whether they went out, where the channel sends.
    pub uncertain: Option<Uncertain>,
    /// Messages that an operator has to deal with.
    pub dead_letters: usize,
    /// Of the messages whose first request the client did not cut, how many it acknowledged.
    pub first_try: (usize, usize),
    /// Of the times that a message was brought in once more, how many were acknowledged.
    pub repetitions: (usize, usize),
    /// How often a message came in before an earlier one.
    pub swapped: usize,
    /// How many messages were handed in while another one of the customer was not acknowledged.
    pub overlapping: usize,
}

impl Verdict {
    /// Whether every promise was kept.
    pub fn is_green(&self) -> bool {
        self.lost.is_empty()
            && self.duplicated.is_empty()
            && self.out_of_order.is_empty()
            && self.acknowledged == self.attempted
            && self.acknowledged > 0
            && self.repetitions.0 == self.repetitions.1
            && self.uncertain.as_ref().is_none_or(|uncertain| uncertain.left.is_empty())
            && self.dead_letters * MESSAGES_PER_DEAD_LETTER <= self.attempted
    }

    /// Adds another one up.
    pub fn absorb(&mut self, other: Self) {
        self.attempted += other.attempted;
        self.acknowledged += other.acknowledged;
        self.answered += other.answered;
        self.lost.extend(other.lost);
        self.vanished += other.vanished;
        self.duplicated.extend(other.duplicated);
        self.out_of_order.extend(other.out_of_order);
        if let Some(uncertain) = other.uncertain {
            self.uncertain.get_or_insert_default().absorb(uncertain);
        }
        self.dead_letters += other.dead_letters;
        self.first_try.0 += other.first_try.0;
        self.first_try.1 += other.first_try.1;
        self.repetitions.0 += other.repetitions.0;
        self.repetitions.1 += other.repetitions.1;
        self.swapped += other.swapped;
        self.overlapping += other.overlapping;
    }

    /// Judges one customer's conversation, as each of the gateways tells it, and adds it up.
    pub fn add(&mut self, sent: &[Entry], histories: &[Vec<Turn>], letters: &Letters) {
        let turns = histories.first().map_or(&[] as &[Turn], Vec::as_slice);
        let told = Told::of(turns);
        for entry in sent {
            self.add_one(entry, &told, letters);
        }
        self.swapped += sent.windows(2).filter(|two| two[1].mark < two[0].mark).count();
        self.overlapping += sent.windows(2).filter(|two| !two[0].precedes(&two[1])).count();
        let mut misplaced: BTreeSet<Mark> = disordered(sent, turns).collect();
        misplaced.extend(histories.iter().skip(1).flat_map(|other| disagreeing(turns, other)));
        self.out_of_order.extend(misplaced);
    }

    fn add_one(&mut self, entry: &Entry, told: &Told, letters: &Letters) {
        let mark = entry.mark;
        self.attempted += 1;
        if let Some(succeeded) = entry.first_try {
            self.first_try.0 += usize::from(succeeded);
            self.first_try.1 += 1;
        }
        self.repetitions.0 += entry.repetitions_acknowledged;
        self.repetitions.1 += entry.repetitions;
        let is_dead = letters.now.contains(&mark);
        self.dead_letters += usize::from(is_dead);

        let mut replies: BTreeSet<&str> = entry.replies.iter().map(String::as_str).collect();
        replies.extend(entry.records.iter().filter_map(Record::reply));
        let was_answered_wrongly = replies.iter().any(|reply| !names(reply, mark));
        replies.extend(told.replies.get(&mark).into_iter().flatten());
        let places = told.places.get(&mark).copied().unwrap_or_default();
        let is_anywhere = places > 0 || !replies.is_empty();
        let is_both = letters.ever.contains(&mark) && is_anywhere;
        if places > 1 || replies.len() > 1 || entry.ids.len() > 1 || is_both {
            self.duplicated.push(mark);
        }
        if entry.acknowledged.is_none() {
            return;
        }
        self.acknowledged += 1;
        let has_record =
            !entry.records.is_empty() && entry.records.iter().all(|it| it.reply().is_some());
        let is_answered = has_record && told.answered.contains(&mark) && !was_answered_wrongly;
        self.answered += usize::from(is_answered);
        if was_answered_wrongly || !(is_answered || is_dead) {
            self.lost.push(mark);
            self.vanished += usize::from(!is_anywhere);
        }
    }
}

impl Record {
    fn reply(&self) -> Option<&str> {
        match self {
            Self::Answered(reply) => Some(reply),
            Self::Unanswered | Self::Unknown => None,
        }
    }
}

fn names(reply: &str, mark: Mark) -> bool {
    Mark::all_in(reply).contains(&mark)
}

/// What the history says of each message.
#[derive(Default)]
struct Told<'a> {
    places: BTreeMap<Mark, usize>,
    answered: BTreeSet<Mark>,
    /// The replies of the turns in which it stands, and those that name it.
    replies: BTreeMap<Mark, BTreeSet<&'a str>>,
}

impl<'a> Told<'a> {
    fn of(turns: &'a [Turn]) -> Self {
        let mut told = Self::default();
        for turn in turns {
            let answers = Mark::all_in(&turn.reply);
            for mark in &turn.asked {
                *told.places.entry(*mark).or_default() += 1;
                if answers.contains(mark) {
                    told.answered.insert(*mark);
                }
            }
            for mark in turn.asked.iter().copied().chain(answers) {
                told.replies.entry(mark).or_default().insert(&turn.reply);
            }
        }
        told
    }
}

/// The messages that stand in the history before one that was acknowledged before they were sent.
fn disordered(sent: &[Entry], turns: &[Turn]) -> impl Iterator<Item = Mark> {
    let entry = |mark: &Mark| sent.iter().find(|entry| entry.mark == *mark);
    let told: Vec<&Entry> = turns.iter().flat_map(|turn| &turn.asked).filter_map(entry).collect();
    let is_early = |at: &usize| told[at + 1..].iter().any(|later| later.precedes(told[*at]));
    let early: Vec<Mark> = (0..told.len()).filter(is_early).map(|at| told[at].mark).collect();
    early.into_iter()
}

/// The messages of the turns in which two gateways' histories differ.
fn disagreeing(one: &[Turn], other: &[Turn]) -> BTreeSet<Mark> {
    let length = one.len().max(other.len());
    let differing = (0..length).filter(|&at| one.get(at) != other.get(at));
    let turns = differing.flat_map(|at| one.get(at).into_iter().chain(other.get(at)));
    turns.flat_map(|turn| turn.asked.iter().copied()).collect()
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
