//! What a storm's faults really did, as seen where they happened: a fault that is planned and meets
//! nothing is none.

use std::collections::BTreeMap;

use crate::models::Mood;

/// Counts of what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Gateways that ran and were killed.
    pub killed: usize,
    /// Gateways that ended well at SIGTERM, one after the other.
    pub ended: usize,
    /// Gateways that stood still at SIGSTOP for longer than a lease.
    pub frozen: usize,
    /// Redis servers that ran and were killed.
    pub redis_killed: usize,
    /// Times that a gateway's connections to Redis passed nothing, were slow, or broke.
    pub stalled: usize,
    pub slowed: usize,
    pub reset: usize,
    /// How often the primary model and the fallback were asked in a bad mood.
    pub primary: BTreeMap<Mood, usize>,
    pub fallback: BTreeMap<Mood, usize>,
    /// Times that both were asked while both were in a bad mood.
    pub both_down: usize,
    /// Faults that came though the load had not got on for a while.
    pub without_load: usize,
}

impl Observed {
    /// The models were in these moods, and were asked so often meanwhile.
    pub fn moods(&mut self, moods: [Mood; 2], asked: [usize; 2]) {
        let [primary, fallback] = moods;
        let is_bad = |mood: Mood| Mood::BAD.contains(&mood);
        if is_bad(primary) {
            *self.primary.entry(primary).or_default() += asked[0];
        }
        if is_bad(fallback) {
            *self.fallback.entry(fallback).or_default() += asked[1];
        }
        let are_down = is_bad(primary) && is_bad(fallback) && asked.iter().all(|&count| count > 0);
        self.both_down += usize::from(are_down);
    }

    /// Whether each model was asked in each bad mood, and both were asked while both were down.
    pub fn has_all_moods(&self) -> bool {
        let has_all = |of: &BTreeMap<Mood, usize>| {
            Mood::BAD.iter().all(|mood| of.get(mood).is_some_and(|&asked| asked > 0))
        };
        has_all(&self.primary) && has_all(&self.fallback) && self.both_down > 0
    }

    /// In words.
    pub fn faults(&self) -> String {
        let Self { killed, ended, frozen, redis_killed, stalled, slowed, reset, .. } = self;
        format!(
            "{killed} × SIGKILL, {ended} × ended by SIGTERM, {frozen} × SIGSTOP longer than a lease, \
             {redis_killed} × Redis killed, {stalled} × Redis stalled, {slowed} × Redis slow, {reset} \
             × Redis connections reset"
        )
    }

    /// In words.
    pub fn models(&self) -> String {
        let [primary, fallback] = [&self.primary, &self.fallback].map(|asked| {
            let count = |mood| asked.get(&mood).copied().unwrap_or_default();
            format!(
                "429 {}, 500 {}, hung {}, cut {}",
                count(Mood::Limiting),
                count(Mood::Failing),
                count(Mood::Hanging),
                count(Mood::Cutting)
            )
        });
        let both = self.both_down;
        format!("{primary}; the fallback: {fallback}; {both} times both were asked and down")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mood_in_which_nobody_was_asked_was_none() {
        let mut observed = Observed::default();
        for mood in Mood::BAD {
            assert!(!observed.has_all_moods(), "{observed:?}");
            observed.moods([mood, Mood::Well], [3, 2]);
            observed.moods([mood, mood], [0, 0]);
            assert_eq!(observed.both_down, 0);
        }
        assert!(!observed.has_all_moods(), "the fallback was only asked when it was well");
        for mood in Mood::BAD {
            observed.moods([Mood::Failing, mood], [2, 1]);
        }
        assert_eq!((observed.primary[&Mood::Failing], observed.both_down), (11, 4));
        assert!(observed.has_all_moods());
    }
}
