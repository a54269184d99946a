//! What a provider was handed to send, as its fake saw it: what the customers got, what they got
//! twice, and whether that could be known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ledger::Mark;
use crate::mishaps::Mishap;
use crate::sayings::{Sayings, serial};
use crate::strikes::Strikes;
use crate::verdict::Turn;

/// How soon after a send the provider's word on it has to be heeded: a later one may come when the
/// part is on its way again.
const SETTLING: Duration = Duration::from_secs(12);

/// What became of one send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was taken, and its sender told so.
    Taken,
    /// It was taken, and its sender doesn't know.
    TakenUnsaid,
    /// It was not taken, and its sender was told so.
    Refused,
    /// It was not taken, and its sender doesn't know.
    LostUnsaid,
}

impl Fate {
    /// What this mishap makes of a send.
    pub fn of(mishap: Option<Mishap>) -> Self {
        match mishap {
            None => Self::Taken,
            Some(Mishap::TooMany | Mishap::Failing) => Self::Refused,
            Some(Mishap::CutBefore) => Self::LostUnsaid,
            Some(Mishap::CutAfter) => Self::TakenUnsaid,
        }
    }

    fn is_taken(self) -> bool {
        matches!(self, Self::Taken | Self::TakenUnsaid)
    }

    fn is_unsaid(self) -> bool {
        matches!(self, Self::TakenUnsaid | Self::LostUnsaid)
    }
}

/// One try to send a part.
#[derive(Clone, Debug)]
pub struct Send {
    pub customer: u32,
    pub text: String,
    /// Which gateway sent it.
    pub slot: usize,
    pub at: Instant,
    pub fate: Fate,
    /// When a gateway acknowledged the provider's word that it was delivered.
    pub told: Option<Instant>,
}

/// Sends of which the gateways can't have known whether they went out, by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uncertain {
    /// They were sent again.
    pub resent: usize,
    /// The provider's word settled that they had gone out.
    pub settled: usize,
    /// They are among the dead letters.
    pub parked: usize,
    /// None of that, which must not be.
    pub left: Vec<String>,
    /// Parts that customers saw more than once for it.
    pub seen_twice: usize,
}

impl Uncertain {
    /// All of them.
    pub fn count(&self) -> usize {
        self.resent + self.settled + self.parked + self.left.len()
    }

    /// Adds others up.
    pub fn absorb(&mut self, other: Self) {
        self.resent += other.resent;
        self.settled += other.settled;
        self.parked += other.parked;
        self.left.extend(other.left);
        self.seen_twice += other.seen_twice;
    }
}

/// All sends of one provider.
pub struct Sends {
    book: Mutex<BTreeMap<u32, Vec<Send>>>,
    strikes: Arc<Strikes>,
    sayings: Arc<Sayings>,
}

impl Sends {
    /// None yet.
    pub fn new(strikes: Arc<Strikes>, sayings: Arc<Sayings>) -> Self {
        Self { book: Mutex::default(), strikes, sayings }
    }

    /// A gateway sends this to a customer. Returns its place among that customer's sends.
    pub fn sent(&self, customer: u32, text: &str, slot: usize, fate: Fate) -> usize {
        let send =
            Send { customer, text: text.to_owned(), slot, at: Instant::now(), fate, told: None };
        let mut book = self.lock();
        let sends = book.entry(customer).or_default();
        sends.push(send);
        sends.len() - 1
    }

    /// A gateway was told that it was delivered, and said that it knows now.
    pub fn told(&self, customer: u32, place: usize) {
        let mut book = self.lock();
        if let Some(send) = book.get_mut(&customer).and_then(|sends| sends.get_mut(place)) {
            send.told = Some(Instant::now());
        }
    }

    /// How many messages customers got.
    pub fn taken(&self) -> usize {
        self.lock().values().flatten().filter(|send| send.fate.is_taken()).count()
    }

    /// What a customer saw, as the turns of a conversation: each whole answer in the order in which
    /// it began, and once more if any of its parts came again though it was known to be out.
    pub fn turns(&self, customer: u32) -> Vec<Turn> {
        let sends = self.of(customer);
        let parts = first_of_each(&sends);
        let mut answers: Vec<(u64, String)> = Vec::new();
        for part in parts {
            let Some(serial) = serial(&part.text) else { continue };
            match answers.iter_mut().find(|(known, _)| *known == serial) {
                Some((_, text)) => *text = format!("{text}\n{}", part.text),
                None => answers.push((serial, part.text.clone())),
            }
        }
        let repeated: BTreeSet<u64> = self.repeated(&sends).filter_map(serial).collect();
        let whole =
            answers.into_iter().filter(|(serial, text)| self.sayings.is_whole(*serial, text));
        whole
            .flat_map(|(serial, reply)| {
                let turn = Turn { asked: Mark::all_in(&reply), reply };
                std::iter::repeat_n(turn, 1 + usize::from(repeated.contains(&serial)))
            })
            .collect()
    }

    /// The parts that came again though the gateways knew, or could have known, that they were out.
    fn repeated<'a>(&self, sends: &'a [Send]) -> impl Iterator<Item = &'a str> {
        let unexcused = repetitions(sends)
            .filter(|(earlier, again)| !self.is_excused(earlier, again))
            .map(|(_, again)| again.text.as_str());
        unexcused.collect::<Vec<_>>().into_iter()
    }

    /// Whether whoever sent it again can't have known that it was out.
    fn is_excused(&self, earlier: &Send, again: &Send) -> bool {
        let was_settled =
            earlier.told.is_some_and(|told| told <= again.at && told < earlier.at + SETTLING);
        let was_struck = || self.strikes.kept_from_recording(earlier.slot, earlier.at);
        !was_settled && (earlier.fate == Fate::TakenUnsaid || was_struck())
    }

    /// The sends with an unknown outcome, by what became of them. `dead` are the messages among the
    /// dead letters.
    pub fn uncertain(&self, dead: &BTreeSet<Mark>) -> Uncertain {
        let mut uncertain = Uncertain::default();
        let customers: Vec<u32> = self.lock().keys().copied().collect();
        for customer in customers {
            let sends = self.of(customer);
            uncertain.seen_twice += repetitions(&sends).count();
            for (place, send) in sends.iter().enumerate() {
                let again = sends[place + 1..].iter().any(|later| later.text == send.text);
                let was_unsaid = send.fate.is_unsaid();
                let was_struck = send.fate == Fate::Taken && again;
                if !(was_unsaid || was_struck) {
                    continue;
                }
                let is_dead = self.sayings.names(&send.text).iter().any(|mark| dead.contains(mark));
                // Words on any try are words on the part.
                let is_told = sends.iter().any(|it| it.text == send.text && it.told.is_some());
                match (again, is_dead, is_told) {
                    (true, ..) => uncertain.resent += 1,
                    (false, true, _) => uncertain.parked += 1,
                    (false, false, true) => uncertain.settled += 1,
                    (false, false, false) => uncertain.left.push(brief(send)),
                }
            }
        }
        uncertain
    }

    /// What customers were told that no model ever said.
    pub fn foreign(&self) -> Vec<String> {
        let book = self.lock();
        let is_foreign = |send: &&Send| send.fate.is_taken() && !self.sayings.has(&send.text);
        book.values().flatten().filter(is_foreign).map(brief).collect()
    }

    fn of(&self, customer: u32) -> Vec<Send> {
        self.lock().get(&customer).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Vec<Send>>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first time that each part was taken.
fn first_of_each(sends: &[Send]) -> impl Iterator<Item = &Send> {
    let mut known = BTreeSet::new();
    sends.iter().filter(|send| send.fate.is_taken()).filter(move |send| known.insert(&send.text))
}

/// Each part that was taken again, after the time before.
fn repetitions(sends: &[Send]) -> impl Iterator<Item = (&Send, &Send)> {
    let mut latest: BTreeMap<&str, &Send> = BTreeMap::new();
    let taken = sends.iter().filter(|send| send.fate.is_taken());
    taken.filter_map(move |send| Some((latest.insert(&send.text, send)?, send)))
}

fn brief(send: &Send) -> String {
    let text: String = send.text.chars().take(60).collect();
    format!("customer {}: {text}", send.customer)
}

#[cfg(test)]
#[path = "sends_tests.rs"]
mod tests;
