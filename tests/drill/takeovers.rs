//! How long turns of killed replicas wait until another one takes them over, as the models see it:
//! from the kill until the model is asked the same question by whoever has the turn now.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ledger::Mark;

/// Who works on what, and what was taken over when.
#[derive(Default)]
pub struct Takeovers(Mutex<Book>);

#[derive(Default)]
struct Book {
    at_work: HashMap<Mark, Work>,
    orphans: HashMap<Mark, Instant>,
    /// Faults beside the kill, which may delay what they overlap.
    disturbances: Vec<(Instant, Instant)>,
    done: Vec<(Instant, Instant)>,
}

/// A turn at a model. It is named by the first message that it answers.
struct Work {
    slot: usize,
    until: Instant,
}

/// The times of takeovers, sorted.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that this share (0 to 1) of them stayed below.
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let index = ((self.0.len() as f64 * share).ceil() as usize).saturating_sub(1);
        self.0.get(index.min(last)).copied().unwrap_or_default()
    }
}

impl Takeovers {
    /// A model is asked by this slot's gateway, and will answer until then.
    pub fn begins(&self, mark: Mark, slot: usize, until: Instant) {
        let mut book = self.lock();
        if let Some(killed) = book.orphans.remove(&mark) {
            book.done.push((killed, Instant::now()));
        }
        book.at_work.insert(mark, Work { slot, until });
    }

    /// The gateway of this slot was killed now.
    pub fn killed(&self, slot: usize) {
        let (mut book, now) = (self.lock(), Instant::now());
        let is_held = |work: &Work| work.slot == slot && work.until > now;
        let marks: Vec<Mark> =
            book.at_work.iter().filter(|(_, work)| is_held(work)).map(|(mark, _)| *mark).collect();
        for mark in marks {
            book.at_work.remove(&mark);
            book.orphans.insert(mark, now);
        }
    }

    /// Another fault was there from `since` until now.
    pub fn disturbed(&self, since: Instant) {
        self.lock().disturbances.push((since, Instant::now()));
    }

    /// The times of all takeovers.
    pub fn all(&self) -> Times {
        sorted(self.lock().done.iter().map(|(from, to)| *to - *from))
    }

    /// The times of those during which there was no fault but kills.
    pub fn undisturbed(&self) -> Times {
        let book = self.lock();
        let is_clear = |(from, to): &&(Instant, Instant)| {
            !book.disturbances.iter().any(|(begin, end)| begin < to && end > from)
        };
        sorted(book.done.iter().filter(is_clear).map(|(from, to)| *to - *from))
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sorted(times: impl Iterator<Item = Duration>) -> Times {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    Times(times)
}
