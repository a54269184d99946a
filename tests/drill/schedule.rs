//! Which faults a storm has, and in which order: all from the seed.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::models::Mood;
use crate::world::REPLICAS;

/// A lease is three seconds; whoever is frozen longer has lost what it held.
const LONGER_THAN_A_LEASE: Duration = Duration::from_millis(4500);

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9` of these gateways, which start again after the pause.
    Kill { slots: Vec<usize>, pause: Duration },
    /// SIGTERM of one gateway after the other, each of which starts again.
    RollingTerm,
    /// SIGSTOP, and SIGCONT after its lease has run out.
    Freeze { slot: usize, time: Duration },
    /// `kill -9` of Redis, which starts again after the pause.
    KillRedis { pause: Duration },
    /// A gateway's connections to Redis pass nothing for a while.
    Stall { slot: usize, time: Duration },
    /// A gateway's connections to Redis are slow for a while.
    Slow { slot: usize, time: Duration },
    /// A gateway's connections to Redis break.
    Reset { slot: usize },
    /// The models are in these moods for a while.
    Models { primary: Mood, fallback: Mood, time: Duration },
}

/// How many faults of each kind.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub kills: usize,
    pub rolling_terms: usize,
    pub freezes: usize,
    pub redis_kills: usize,
    pub stalls: usize,
    pub slow: usize,
    pub resets: usize,
    pub models: usize,
}

/// The faults in the order in which they come.
pub fn schedule(counts: Counts, rng: &mut StdRng) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut kills = 0;
    while kills < counts.kills {
        // Now and then two of three at once; one is always left.
        let mut slots: Vec<usize> = (0..REPLICAS).collect();
        slots.shuffle(rng);
        slots.truncate(if kills + 1 < counts.kills && rng.random_bool(0.15) { 2 } else { 1 });
        kills += slots.len();
        faults.push(Fault::Kill { slots, pause: millis(rng, 0..400) });
    }
    let mut add = |count: usize, rng: &mut StdRng, fault: fn(&mut StdRng) -> Fault| {
        faults.extend((0..count).map(|_| fault(rng)));
    };
    add(counts.rolling_terms, rng, |_| Fault::RollingTerm);
    add(counts.freezes, rng, |rng| Fault::Freeze { slot: slot(rng), time: LONGER_THAN_A_LEASE });
    add(counts.redis_kills, rng, |rng| Fault::KillRedis { pause: millis(rng, 0..1500) });
    add(counts.stalls, rng, |rng| Fault::Stall { slot: slot(rng), time: millis(rng, 500..5000) });
    add(counts.slow, rng, |rng| Fault::Slow { slot: slot(rng), time: millis(rng, 1000..2000) });
    add(counts.resets, rng, |rng| Fault::Reset { slot: slot(rng) });
    let moods = moods(counts.models, rng);
    faults.extend(moods.into_iter().map(|(primary, fallback)| Fault::Models {
        primary,
        fallback,
        time: millis(rng, 1000..3500),
    }));
    faults.shuffle(rng);
    faults
}

/// So many pairs of moods of the primary model and of its fallback: the primary one is always in a bad
/// mood, the fallback in a bad one or well. Four have every bad mood of the primary one, and twenty
/// every pair.
fn moods(count: usize, rng: &mut StdRng) -> Vec<(Mood, Mood)> {
    let mut primaries = Mood::BAD;
    primaries.shuffle(rng);
    let mut fallbacks = [Mood::BAD.as_slice(), &[Mood::Well]].concat();
    fallbacks.shuffle(rng);
    // In each round of four the fallback is one further, so that in five rounds all meet.
    let pair = |at: usize| {
        let (round, which) = (at / primaries.len(), at % primaries.len());
        (primaries[which], fallbacks[(which + round) % fallbacks.len()])
    };
    (0..count).map(pair).collect()
}

fn slot(rng: &mut StdRng) -> usize {
    rng.random_range(0..REPLICAS)
}

fn millis(rng: &mut StdRng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(rng.random_range(range))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng;

    use super::*;

    #[test]
    fn every_bad_mood_and_every_pair_of_moods_is_dealt() {
        for seed in 0..50 {
            let four = moods(4, &mut StdRng::seed_from_u64(seed));
            let primaries: BTreeSet<Mood> = four.iter().map(|(primary, _)| *primary).collect();
            assert_eq!(primaries, BTreeSet::from(Mood::BAD), "{four:?}");
            let twenty = moods(20, &mut StdRng::seed_from_u64(seed));
            assert_eq!(twenty.iter().collect::<BTreeSet<_>>().len(), 20, "{twenty:?}");
        }
    }
}
