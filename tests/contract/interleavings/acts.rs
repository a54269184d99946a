//! What can happen, and how often.

use std::time::Duration;

use conversation::ports::Pause;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};

use crate::harness::{DEDUPE, IDLE, LEASE};

/// How many replicas, customers and keys of each customer there are.
pub(super) const OWNERS: usize = 3;
pub(super) const CUSTOMERS: usize = 3;
const KEYS: usize = 8;

/// One thing that happens. A `claim` counts back from the latest claim; one that was lost since
/// is used all the same, as a replica does that was thought dead.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Accept { owner: usize, who: usize, key: usize },
    Claim { owner: usize, room: usize },
    Open { claim: usize, limit: usize },
    Commit { claim: usize, answered: usize, parts: usize },
    Sending { claim: usize },
    Delivered { claim: usize },
    Release { claim: usize },
    RetryAt { claim: usize, delay: Duration, pause: Pause },
    Park { claim: usize, messages: usize },
    Renew { owner: usize },
    Crash { owner: usize },
    Pass { time: Duration },
    Revive { letter: usize },
    Forget { who: usize },
    TakeBack { who: usize, which: usize },
    Hear { who: usize },
}

/// Random courses of events.
pub(super) fn acts() -> impl Strategy<Value = Vec<Act>> {
    vec(act(), 30..150)
}

fn act() -> impl Strategy<Value = Act> {
    let owner = || 0..OWNERS;
    // Mostly the latest claim, and now and then an old one.
    let claim = || prop_oneof![6 => Just(0_usize), 3 => 1..4_usize, 1 => 4..12_usize];
    prop_oneof![
        12 => (owner(), 0..CUSTOMERS, 0..KEYS)
            .prop_map(|(owner, who, key)| Act::Accept { owner, who, key }),
        12 => (owner(), 1..4_usize).prop_map(|(owner, room)| Act::Claim { owner, room }),
        14 => (claim(), 1..6_usize).prop_map(|(claim, limit)| Act::Open { claim, limit }),
        12 => (claim(), 1..6_usize, 0..3_usize)
            .prop_map(|(claim, answered, parts)| Act::Commit { claim, answered, parts }),
        6 => claim().prop_map(|claim| Act::Sending { claim }),
        8 => claim().prop_map(|claim| Act::Delivered { claim }),
        4 => claim().prop_map(|claim| Act::Release { claim }),
        4 => (claim(), delay(), pause())
            .prop_map(|(claim, delay, pause)| Act::RetryAt { claim, delay, pause }),
        3 => (claim(), 1..4_usize).prop_map(|(claim, messages)| Act::Park { claim, messages }),
        5 => owner().prop_map(|owner| Act::Renew { owner }),
        2 => owner().prop_map(|owner| Act::Crash { owner }),
        8 => time().prop_map(|time| Act::Pass { time }),
        3 => (0..4_usize).prop_map(|letter| Act::Revive { letter }),
        1 => (0..CUSTOMERS).prop_map(|who| Act::Forget { who }),
        3 => (0..CUSTOMERS, 0..4_usize).prop_map(|(who, which)| Act::TakeBack { who, which }),
        4 => (0..CUSTOMERS).prop_map(|who| Act::Hear { who }),
    ]
}

fn delay() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(Duration::ZERO), Just(LEASE / 2), Just(LEASE * 3)]
}

fn pause() -> impl Strategy<Value = Pause> {
    prop_oneof![2 => Just(Pause::Failure), 1 => Just(Pause::Pace), 1 => Just(Pause::Receipt)]
}

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        4 => Just(LEASE / 2),
        6 => Just(LEASE),
        2 => Just(LEASE * 3),
        1 => Just(IDLE),
        1 => Just(DEDUPE),
    ]
}
