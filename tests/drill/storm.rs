//! The storm: a crowd of customers while one fault follows the other. Faults come by the progress
//! of the load and the load by the progress of the faults, so that neither outruns the other on a
//! slow machine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::audit::{Patience, judge_each};
use crate::ledger::Ledger;
use crate::load::{Load, USUAL};
use crate::observed::Observed;
use crate::providers::Observations;
use crate::schedule::{Counts, schedule};
use crate::takeovers::{self, Times};
use crate::verdict::Verdict;
use crate::world::World;

/// How long the next fault waits for the load at most.
const FALTERING: Duration = Duration::from_secs(12);
/// How many gateways the whole storm has to have killed, and before how many of its faults the load
/// may not have got on.
const KILLS: usize = 100;
const MOST_WITHOUT_LOAD: usize = 5;
/// How long the load may take after the last fault.
const WINDING_UP: Duration = Duration::from_secs(180);
/// How long unanswered messages have after the load is over. The longest pause between two tries
/// of a turn is a minute.
const QUIET: Patience =
    Patience { whole: Duration::from_secs(200), still: Duration::from_secs(90) };

/// How large a storm is.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub customers: u32,
    pub messages: u32,
    pub at_once: usize,
    pub counts: Counts,
    pub demand: Demand,
}

/// What a storm has to have been like, beside that every promise was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Of the takeovers that only kills were in the way of, 99 % were in time, the models had every
    /// mood while they were asked, and the providers every mishap.
    All,
    /// Something was taken over. The test suite asks no more, since it runs on machines with other
    /// work.
    Takeovers,
}

/// The whole one.
pub const FULL: Scale = Scale {
    customers: 500,
    messages: 20,
    at_once: 64,
    counts: Counts {
        kills: 104,
        rolling_terms: 5,
        freezes: 8,
        redis_kills: 10,
        stalls: 10,
        slow: 4,
        resets: 10,
        models: 20,
    },
    demand: Demand::All,
};

/// The one of the test suite.
pub const SMALL: Scale = Scale {
    customers: 40,
    messages: 15,
    at_once: 24,
    counts: Counts {
        kills: 7,
        rolling_terms: 1,
        freezes: 1,
        redis_kills: 1,
        stalls: 1,
        slow: 1,
        resets: 1,
        models: 4,
    },
    demand: Demand::Takeovers,
};

/// What came of a storm.
pub struct Outcome {
    pub verdict: Verdict,
    /// The same by channel.
    pub channels: BTreeMap<&'static str, Verdict>,
    pub observed: Observed,
    /// What was seen at the channels' providers.
    pub providers: Observations,
    pub takeovers: Times,
    pub undisturbed: Times,
    /// How many turns of killed gateways nobody took over.
    pub never: usize,
    pub demand: Demand,
    pub took: Duration,
    /// What gateways asked the models and told the providers against their contracts, and visitors
    /// against the protocol.
    pub violations: Vec<String>,
}

impl Outcome {
    /// Whether every promise was kept, and the storm was what it has to be.
    pub fn is_green(&self) -> bool {
        let is_enough = match self.demand {
            Demand::All => {
                is_in_time(&self.undisturbed)
                    && self.observed.has_all_moods()
                    && self.providers.has_all_mishaps()
                    && self.observed.killed >= KILLS
                    && self.observed.without_load <= MOST_WITHOUT_LOAD
            }
            Demand::Takeovers => self.takeovers.count() > 0,
        };
        let are_green = self.channels.values().all(Verdict::is_green);
        is_enough && are_green && self.verdict.is_green() && self.violations.is_empty()
    }
}

/// Whether there were takeovers, and 99 % of them didn't take too long.
fn is_in_time(takeovers: &Times) -> bool {
    takeovers.count() > 0 && takeovers.quantile(0.99) <= takeovers::LONGEST
}

/// Lets a storm go over a world.
pub async fn storm(world: &mut World, scale: Scale, seed: u64) -> Outcome {
    let begun = Instant::now();
    let mut rng = StdRng::seed_from_u64(seed);
    let faults = schedule(scale.counts, &mut rng);
    let load = Load {
        seed,
        customers: scale.customers,
        messages: scale.messages,
        at_once: scale.at_once,
        habits: USUAL,
    };
    let way = world.ways();
    let ledger = Arc::new(Ledger::new(scale.customers));
    let budget = Arc::new(Semaphore::new(0));
    let mut progress = ledger.progress();
    let loading =
        tokio::spawn(load.run(Arc::clone(&way), Arc::clone(&ledger), Arc::clone(&budget)));

    let mut observed = Observed::default();
    let share = load.total() / faults.len();
    for (number, fault) in faults.iter().enumerate() {
        budget.add_permits(share);
        let enough = number * share + rng.random_range(0..share);
        let is_late = timeout(FALTERING, progress.wait_for(|done| *done >= enough)).await.is_err();
        observed.without_load += usize::from(is_late);
        world.strike(fault, &mut observed).await;
        if number % 10 == 9 {
            eprintln!("  fault {} of {}: {} acknowledged", number + 1, faults.len(), {
                *progress.borrow()
            });
        }
    }
    budget.add_permits(load.total() - share * faults.len());
    let wound_up = timeout(WINDING_UP, loading).await;
    wound_up.expect("the load ends in time").expect("the load doesn't panic");
    let channels = judge_each(&*way, &ledger, QUIET).await;
    let mut verdict = Verdict::default();
    channels.values().cloned().for_each(|of_channel| verdict.absorb(of_channel));
    let providers = match &world.providers {
        Some(providers) => providers.observations().await,
        None => Observations::default(),
    };
    let violations = [world.models.violations(), providers.violations.clone()].concat();
    Outcome {
        verdict,
        channels,
        observed,
        providers,
        takeovers: world.models.takeovers.all(),
        undisturbed: world.models.takeovers.undisturbed(),
        never: world.models.takeovers.never(),
        demand: scale.demand,
        took: begun.elapsed(),
        violations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_takeover_and_late_ones_are_not_in_time() {
        let seconds = |times: &[u64]| Times::of(times.iter().map(|s| Duration::from_secs(*s)));
        assert!(is_in_time(&seconds(&[3, 4, 5])));
        assert!(!is_in_time(&seconds(&[])));
        assert!(!is_in_time(&seconds(&[3, 4, 6])));
    }
}
