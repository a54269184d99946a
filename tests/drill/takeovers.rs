//! How long turns of killed replicas wait until another one takes them over, as the models see it:
//! from the kill until the model is asked the same question by whoever has the turn now.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::ledger::Mark;

/// How long a takeover may take where nothing else is wrong.
pub const LONGEST: Duration = Duration::from_secs(5);

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

impl Book {
    fn all(&self) -> impl Iterator<Item = (Instant, Instant)> {
        let now = Instant::now();
        let never = self.orphans.values().map(move |killed| (*killed, now));
        self.done.iter().copied().chain(never)
    }
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
    /// These times.
    pub fn of(times: impl Iterator<Item = Duration>) -> Self {
        let mut times: Vec<Duration> = times.collect();
        times.sort_unstable();
        Self(times)
    }

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

    /// The gateway of this slot was killed at `since`, and is dead now. What a model answered
    /// meanwhile may have been committed still.
    pub fn killed(&self, slot: usize, since: Instant) {
        let (mut book, now) = (self.lock(), Instant::now());
        let is_held = |work: &Work| work.slot == slot && work.until > now;
        let marks: Vec<Mark> =
            book.at_work.iter().filter(|(_, work)| is_held(work)).map(|(mark, _)| *mark).collect();
        for mark in marks {
            book.at_work.remove(&mark);
            book.orphans.insert(mark, since);
        }
    }

    /// Another fault was there from `since` until now.
    pub fn disturbed(&self, since: Instant) {
        self.lock().disturbances.push((since, Instant::now()));
    }

    /// The times of all takeovers. What nobody has taken over yet counts as taken over now.
    pub fn all(&self) -> Times {
        Times::of(self.lock().all().map(|(from, to)| to - from))
    }

    /// The times of those during which, until they were late, there was no fault but kills.
    pub fn undisturbed(&self) -> Times {
        let book = self.lock();
        let is_clear = |(from, to): &(Instant, Instant)| {
            let to = (*to).min(*from + LONGEST);
            !book.disturbances.iter().any(|(begin, end)| *begin < to && end > from)
        };
        Times::of(book.all().filter(is_clear).map(|(from, to)| to - from))
    }

    /// How many turns nobody has taken over.
    pub fn never(&self) -> usize {
        self.lock().orphans.len()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn mark(number: u32) -> Mark {
        Mark { customer: 0, number }
    }

    /// The gateway of slot 0 is killed while it is at work on these.
    fn killed_at_work(numbers: std::ops::Range<u32>) -> Takeovers {
        let takeovers = Takeovers::default();
        numbers.for_each(|number| takeovers.begins(mark(number), 0, Instant::now() + SECOND));
        takeovers.killed(0, Instant::now());
        takeovers
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_nobody_takes_over_counts_for_as_long_as_nobody_does() {
        let takeovers = killed_at_work(0..2);
        advance(3 * SECOND).await;
        takeovers.begins(mark(0), 1, Instant::now() + SECOND);
        advance(6 * SECOND).await;
        assert_eq!((takeovers.all().count(), takeovers.never()), (2, 1));
        assert_eq!(takeovers.all().quantile(0.5), 3 * SECOND);
        assert_eq!(takeovers.undisturbed().quantile(0.99), 9 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_excuses_what_it_overlaps_and_not_what_was_late_before() {
        let takeovers = killed_at_work(0..1);
        advance(6 * SECOND).await;
        let since = Instant::now();
        advance(SECOND).await;
        takeovers.disturbed(since);
        takeovers.begins(mark(0), 1, Instant::now() + SECOND);
        assert_eq!(takeovers.undisturbed().quantile(0.99), 7 * SECOND);

        let takeovers = killed_at_work(0..1);
        let since = Instant::now();
        advance(SECOND).await;
        takeovers.disturbed(since);
        takeovers.begins(mark(0), 1, Instant::now() + SECOND);
        assert_eq!((takeovers.all().count(), takeovers.undisturbed().count()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_model_had_answered_before_the_gateway_was_dead_is_no_orphan() {
        let takeovers = Takeovers::default();
        takeovers.begins(mark(0), 0, Instant::now() + SECOND);
        let since = Instant::now();
        advance(2 * SECOND).await;
        takeovers.killed(0, since);
        assert_eq!(takeovers.all().count(), 0);
    }
}
