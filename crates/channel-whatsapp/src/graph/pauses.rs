//! When the API asked to be left alone, for one person or for the whole number.
//!
//! What is remembered here is this replica's own: how often it was asked in a row, and a pause
//! that it need not ask anyone about.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::Digest;
use tokio::time::Instant;

/// How many persons' pauses are remembered.
const MOST: usize = 10_000;

/// The highest power in 4ⁿ seconds, which are 17 minutes.
const HIGHEST_POWER: u32 = 5;

/// The longest that the pauses of the whole number double to, and the longest that the API is
/// believed to want.
const LONGEST_DOUBLED: Duration = Duration::from_secs(60);
const LONGEST_ASKED: Duration = Duration::from_secs(15 * 60);

/// The pauses of one business number.
#[derive(Default)]
pub(crate) struct Pauses {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    number: Option<Pause>,
    persons: HashMap<Digest, Pause>,
}

#[derive(Clone, Copy)]
struct Pause {
    /// How often it was asked for in a row.
    times: u32,
    until: Instant,
}

impl Pauses {
    /// How long nothing should be sent to this person, if so.
    pub(crate) fn left(&self, person: Digest) -> Option<Duration> {
        let state = self.lock();
        let of_person = state.persons.get(&person);
        let until = [state.number.as_ref(), of_person].into_iter().flatten().map(|p| p.until);
        let left = until.max()?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// The person got too much: 4ⁿ seconds, n growing with every time in a row.
    pub(crate) fn person(&self, person: Digest) -> Duration {
        let mut state = self.lock();
        state.make_room();
        let times = state.persons.get(&person).map_or(0, |pause| pause.times);
        let wait = Duration::from_secs(4_u64.pow(times.min(HIGHEST_POWER)));
        let pause = Pause { times: times.saturating_add(1), until: Instant::now() + wait };
        state.persons.insert(person, pause);
        wait
    }

    /// The number sent too much: a second, doubling with every time in a row. `asked` is what the
    /// API asked for, if it did.
    pub(crate) fn number(&self, asked: Option<Duration>) -> Duration {
        let mut state = self.lock();
        let times = state.number.map_or(0, |pause| pause.times);
        let doubled = Duration::from_secs(2_u64.saturating_pow(times)).min(LONGEST_DOUBLED);
        let wait = asked.map_or(doubled, |asked| asked.max(doubled).min(LONGEST_ASKED));
        let pause = Pause { times: times.saturating_add(1), until: Instant::now() + wait };
        state.number = Some(pause);
        wait
    }

    /// Something was sent to this person, so both pauses are over.
    pub(crate) fn passed(&self, person: Digest) {
        let mut state = self.lock();
        state.number = None;
        state.persons.remove(&person);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn make_room(&mut self) {
        if self.persons.len() < MOST {
            return;
        }
        let now = Instant::now();
        self.persons.retain(|_, pause| pause.until > now);
        if self.persons.len() >= MOST {
            self.persons.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Digest = Digest([1; 16]);
    const OTHER: Digest = Digest([2; 16]);

    #[tokio::test(start_paused = true)]
    async fn a_person_is_left_alone_for_ever_longer_until_something_passes() {
        let pauses = Pauses::default();
        let waits: Vec<u64> = (0..7).map(|_| pauses.person(ONE).as_secs()).collect();
        assert_eq!(waits, [1, 4, 16, 64, 256, 1024, 1024]);
        assert_eq!(pauses.left(ONE), Some(Duration::from_secs(1024)));
        assert_eq!(pauses.left(OTHER), None);
        pauses.passed(ONE);
        assert_eq!(pauses.left(ONE), None);
        assert_eq!(pauses.person(ONE), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_of_the_number_holds_for_everyone_and_ends_by_itself() {
        let pauses = Pauses::default();
        assert_eq!(pauses.number(None), Duration::from_secs(1));
        assert_eq!(pauses.number(Some(Duration::from_secs(9))), Duration::from_secs(9));
        assert_eq!(pauses.left(OTHER), Some(Duration::from_secs(9)));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(pauses.left(OTHER), None);
        let longest = (0..10).map(|_| pauses.number(None)).max();
        assert_eq!(longest, Some(LONGEST_DOUBLED));
        assert_eq!(pauses.number(Some(Duration::from_secs(300))), Duration::from_secs(300));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_remembered_stays_bounded() {
        let pauses = Pauses::default();
        for index in 0..MOST + 10 {
            let mut digest = [0; 16];
            digest[..8].copy_from_slice(&index.to_le_bytes());
            pauses.person(Digest(digest));
        }
        assert!(pauses.lock().persons.len() <= MOST);
    }
}
