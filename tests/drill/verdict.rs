//! What the oracle makes of a run: every acknowledged message must stand in exactly one turn of its
//! conversation, in the order in which the customer sent, with a reply that answers it and that
//! is the only one that anybody saw.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::{Entry, Mark};

/// One turn of a conversation, as the gateway tells its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The messages that it answered.
    pub asked: Vec<Mark>,
    /// The answer, which names the messages that the model was asked.
    pub reply: String,
}

/// The figures of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Messages that were handed in.
    pub attempted: usize,
    /// Messages of which somebody was told that they are stored.
    pub acknowledged: usize,
    /// Acknowledged messages that are answered.
    pub answered: usize,
    /// Acknowledged messages that are neither answered nor dead letters.
    pub lost: Vec<Mark>,
    /// Messages that stand in several turns, or got different replies.
    pub duplicated: Vec<Mark>,
    /// Messages that were answered before one that was sent earlier.
    pub out_of_order: Vec<Mark>,
    /// Deliveries of which nobody knows whether they took place.
    pub uncertain: usize,
    /// Messages that an operator has to deal with.
    pub dead_letters: usize,
    /// Of the messages whose first request the client did not cut, how many it acknowledged.
    pub first_try: (usize, usize),
}

impl Verdict {
    /// Whether every promise was kept.
    pub fn is_green(&self) -> bool {
        self.lost.is_empty()
            && self.duplicated.is_empty()
            && self.out_of_order.is_empty()
            && self.acknowledged == self.attempted
            && self.acknowledged > 0
    }

    /// Judges one customer's conversation and adds it up.
    pub fn add(&mut self, sent: &[Entry], turns: &[Turn], dead: &BTreeSet<Mark>) {
        let told = Told::of(turns);
        for entry in sent {
            self.attempted += 1;
            if let Some(succeeded) = entry.first_try {
                self.first_try.0 += usize::from(succeeded);
                self.first_try.1 += 1;
            }
            let is_dead = dead.contains(&entry.mark);
            let is_answered = told.answered.contains(&entry.mark);
            self.dead_letters += usize::from(is_dead);
            let mut replies = entry.replies.clone();
            replies.extend(told.replies.get(&entry.mark).into_iter().flatten().cloned());
            if told.places.get(&entry.mark).is_some_and(|&times| times > 1) || replies.len() > 1 {
                self.duplicated.push(entry.mark);
            }
            if entry.acknowledged {
                self.acknowledged += 1;
                self.answered += usize::from(is_answered);
                let was_answered_wrongly =
                    entry.replies.iter().any(|reply| !Mark::all_in(reply).contains(&entry.mark));
                if was_answered_wrongly || !(is_answered || is_dead) {
                    self.lost.push(entry.mark);
                }
            }
        }
        self.out_of_order.extend(disordered(sent, turns));
    }
}

/// What the history says of each message.
#[derive(Default)]
struct Told {
    places: BTreeMap<Mark, usize>,
    answered: BTreeSet<Mark>,
    replies: BTreeMap<Mark, BTreeSet<String>>,
}

impl Told {
    fn of(turns: &[Turn]) -> Self {
        let mut told = Self::default();
        for turn in turns {
            let answers = Mark::all_in(&turn.reply);
            for mark in &turn.asked {
                *told.places.entry(*mark).or_default() += 1;
                if answers.contains(mark) {
                    told.answered.insert(*mark);
                }
            }
            for mark in answers {
                told.replies.entry(mark).or_default().insert(turn.reply.clone());
            }
        }
        told
    }
}

/// The messages that stand in the history before one that was sent earlier.
fn disordered(sent: &[Entry], turns: &[Turn]) -> Vec<Mark> {
    let place = |mark: &Mark| sent.iter().position(|entry| entry.mark == *mark);
    let told: Vec<(Mark, usize)> =
        turns.iter().flat_map(|turn| &turn.asked).filter_map(|m| Some((*m, place(m)?))).collect();
    let is_early = |(at, (_, place)): &(usize, &(Mark, usize))| {
        told[at + 1..].iter().any(|(_, later)| later < place)
    };
    told.iter().enumerate().filter(is_early).map(|(_, (mark, _))| *mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(number: u32) -> Mark {
        Mark { customer: 0, number }
    }

    /// Three acknowledged messages.
    fn sent() -> Vec<Entry> {
        let entry = |number| Entry {
            mark: mark(number),
            id: None,
            acknowledged: true,
            first_try: Some(true),
            replies: BTreeSet::new(),
        };
        (0..3).map(entry).collect()
    }

    /// A turn that answers what it was asked.
    fn turn(numbers: &[u32]) -> Turn {
        let asked: Vec<Mark> = numbers.iter().copied().map(mark).collect();
        Turn { reply: format!("to {asked:?}: {}", names(&asked)), asked }
    }

    fn names(marks: &[Mark]) -> String {
        marks.iter().map(Mark::to_string).collect()
    }

    fn judged(sent: &[Entry], turns: &[Turn], dead: &[u32]) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.add(sent, turns, &dead.iter().copied().map(mark).collect());
        verdict
    }

    #[test]
    fn each_message_in_one_turn_and_in_order_is_as_it_should_be() {
        let verdict = judged(&sent(), &[turn(&[0]), turn(&[1, 2])], &[]);
        assert!(verdict.is_green(), "{verdict:?}");
        assert_eq!((verdict.acknowledged, verdict.answered), (3, 3));
        let parked = judged(&sent(), &[turn(&[0, 1])], &[2]);
        assert!(parked.is_green(), "a dead letter isn't lost: {parked:?}");
        assert_eq!((parked.answered, parked.dead_letters), (2, 1));
    }

    #[test]
    fn what_is_acknowledged_and_nowhere_is_lost_and_what_is_not_acknowledged_is_not_green() {
        let verdict = judged(&sent(), &[turn(&[0, 2])], &[]);
        assert_eq!(verdict.lost, [mark(1)]);
        assert!(!verdict.is_green());
        let mut refused = sent();
        refused[1].acknowledged = false;
        let verdict = judged(&refused, &[turn(&[0, 2])], &[]);
        assert!(verdict.lost.is_empty() && !verdict.is_green());
        assert!(!Verdict::default().is_green(), "nothing was tried");
    }

    #[test]
    fn a_message_in_two_turns_or_with_two_replies_is_duplicated() {
        let twice = judged(&sent(), &[turn(&[0]), turn(&[0, 1, 2])], &[]);
        assert_eq!(twice.duplicated, [mark(0)]);
        let mut seen = sent();
        seen[2].replies.insert(format!("another one {}", mark(2)));
        let verdict = judged(&seen, &[turn(&[0, 1, 2])], &[]);
        assert_eq!(verdict.duplicated, [mark(2)]);
    }

    #[test]
    fn a_reply_that_answers_another_message_answers_nothing() {
        let wrong = Turn { asked: vec![mark(1)], ..turn(&[0]) };
        let verdict = judged(&sent(), &[turn(&[0]), wrong, turn(&[2])], &[]);
        assert_eq!(verdict.lost, [mark(1)]);
    }

    #[test]
    fn what_is_answered_after_a_later_message_is_out_of_order() {
        let verdict = judged(&sent(), &[turn(&[1]), turn(&[0]), turn(&[2])], &[]);
        assert_eq!(verdict.out_of_order, [mark(1)]);
        let within_a_turn = judged(&sent(), &[turn(&[0]), turn(&[2, 1])], &[]);
        assert_eq!(within_a_turn.out_of_order, [mark(2)]);
    }
}
