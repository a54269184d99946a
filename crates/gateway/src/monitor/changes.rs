//! When what was seen counts as a change: a gateway must be worse several times in a row, so that
//! one lost packet wakes nobody, and is believed at once when it is better.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// How a gateway does; the later the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Up,
    Degraded,
    Down,
}

/// What is believed, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Belief {
    pub(super) state: State,
    pub(super) since: SystemTime,
    /// How many looks in a row have found it worse than that.
    pub(super) failures: u32,
}

/// A change that people want to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) from: State,
    pub(super) to: State,
    /// For how long it was what it no longer is.
    pub(super) lasted: Duration,
}

/// One gateway that is watched.
pub(super) struct Watched {
    belief: Option<Belief>,
    threshold: u32,
}

impl Watched {
    /// Goes on from what was believed before; without that a gateway is taken to be up. It takes
    /// `threshold` looks to believe that it is worse.
    pub(super) fn new(before: Option<Belief>, threshold: u32) -> Self {
        Self { belief: before, threshold }
    }

    /// What is believed now.
    pub(super) fn belief(&self) -> Option<&Belief> {
        self.belief.as_ref()
    }

    /// Takes in what a look has found.
    pub(super) fn take_in(&mut self, found: State, at: SystemTime) -> Option<Change> {
        let usual = || Belief { state: State::Up, since: at, failures: 0 };
        let belief = self.belief.get_or_insert_with(usual);
        if found <= belief.state {
            belief.failures = 0;
        } else {
            belief.failures = belief.failures.saturating_add(1);
        }
        let is_worse = belief.failures >= self.threshold;
        if found == belief.state || (found > belief.state && !is_worse) {
            return None;
        }
        let lasted = at.duration_since(belief.since).unwrap_or_default();
        let change = Change { from: belief.state, to: found, lasted };
        *belief = Belief { state: found, since: at, failures: 0 };
        Some(change)
    }
}

#[cfg(test)]
mod tests {
    use super::State::{Degraded, Down, Up};
    use super::*;

    /// The changes that these looks bring, one second apart.
    fn changes(threshold: u32, looks: &[State]) -> Vec<(usize, State, State)> {
        let mut watched = Watched::new(None, threshold);
        let mut changes = Vec::new();
        for (number, &found) in looks.iter().enumerate() {
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(number as u64);
            if let Some(change) = watched.take_in(found, at) {
                changes.push((number, change.from, change.to));
            }
        }
        changes
    }

    #[test]
    fn a_single_failure_is_no_change_and_two_in_a_row_are_one() {
        assert_eq!(changes(2, &[Up, Down, Up, Down, Up]), []);
        assert_eq!(changes(2, &[Up, Down, Down, Down, Down]), [(2, Up, Down)]);
        assert_eq!(changes(1, &[Down, Down]), [(0, Up, Down)]);
    }

    #[test]
    fn what_is_better_is_believed_at_once() {
        let looks = [Down, Down, Up, Degraded, Degraded, Up];
        let expected = [(1, Up, Down), (2, Down, Up), (4, Up, Degraded), (5, Degraded, Up)];
        assert_eq!(changes(2, &looks), expected);
        assert_eq!(
            changes(2, &[Down, Down, Degraded, Up])[1..],
            [(2, Down, Degraded), (3, Degraded, Up)]
        );
    }

    #[test]
    fn looks_that_are_worse_in_different_ways_count_together() {
        assert_eq!(changes(3, &[Degraded, Down, Degraded]), [(2, Up, Degraded)]);
        assert_eq!(
            changes(2, &[Degraded, Degraded, Down, Down]),
            [(1, Up, Degraded), (3, Degraded, Down)]
        );
    }

    #[test]
    fn a_belief_of_an_earlier_run_is_gone_on_from() {
        let since = SystemTime::UNIX_EPOCH;
        let before = Belief { state: Down, since, failures: 0 };
        let mut watched = Watched::new(Some(before), 2);
        let at = since + Duration::from_secs(90);
        let change = watched.take_in(Up, at).unwrap();
        assert_eq!((change.from, change.to, change.lasted), (Down, Up, Duration::from_secs(90)));
        let before = Belief { state: Up, since, failures: 1 };
        assert!(Watched::new(Some(before), 2).take_in(Down, at).is_some());
    }
}
