//! Killing replicas under a steady load through nginx. Here clients send every message once, without a
//! key, and never again: what they see of a death is what nginx and the other replicas let them see.
//! nginx hands requests of a dead replica to another one, under a key of its own, so that the oracle
//! has to find each message answered once here too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::api::{Api, Keys, told};
use crate::audit::{Patience, judge};
use crate::ledger::{Ledger, Mark};
use crate::models::Pace;
use crate::verdict::Verdict;
use crate::world::{Front, Plan, World};

/// 200 requests per second.
const TICK: Duration = Duration::from_millis(5);
const REQUESTS: u32 = 1600;
/// When gateways die, and for how long.
const CALM: Duration = Duration::from_secs(2);
const DEAD: Duration = Duration::from_secs(3);

/// How long messages have to come to their end when nobody asks any more.
const QUIET: Patience = Patience { whole: Duration::from_secs(60), still: Duration::from_secs(30) };

/// What the clients saw.
#[derive(Debug)]
pub struct Availability {
    pub name: &'static str,
    /// How many requests came to an end, well or not.
    pub ended: usize,
    /// What the requests got that were not answered with 200 and their reply.
    pub failures: Vec<String>,
    pub slowest: Duration,
    /// How many requests came in per second.
    pub rate: f64,
    /// How many requests nginx gave to a second replica.
    pub passed_on: usize,
    /// What the oracle makes of it.
    pub verdict: Verdict,
}

impl Availability {
    /// Whether nobody saw a failure, every promise was kept, and the deaths were such that nginx had
    /// something to do.
    pub fn is_green(&self) -> bool {
        self.ended == REQUESTS as usize
            && self.verdict.attempted == REQUESTS as usize
            && self.failures.is_empty()
            && self.passed_on > 0
            && self.verdict.is_green()
    }
}

/// Kills one of three, and two of three at once.
pub async fn availability() -> Vec<Availability> {
    let one = watch("1 of 3 killed", &[0]).await;
    let two = watch("2 of 3 killed at once", &[0, 1]).await;
    vec![one, two]
}

async fn watch(name: &'static str, slots: &[usize]) -> Availability {
    let pace = Pace(Duration::from_millis(40), Duration::from_millis(80));
    let mut world = World::start(Plan { pace, front: Front::Nginx, ..Plan::default() }).await;
    let api = Arc::new(world.api().with_keys(Keys::OfTheProxy));
    let ledger = Arc::new(Ledger::new(REQUESTS));
    let loading = tokio::spawn(load(Arc::clone(&api), Arc::clone(&ledger)));
    sleep(CALM).await;
    world.kill(slots);
    sleep(DEAD).await;
    slots.iter().for_each(|slot| world.replicas[*slot].start_again());
    let Seen { ended, failures, slowest, rate } = loading.await.expect("the load doesn't panic");
    world.wait_until_ready().await;
    let verdict = judge(&*api, &ledger, QUIET).await;
    let passed_on = world.passed_on();
    Availability { name, ended, failures, slowest, rate, passed_on, verdict }
}

/// What came of all requests.
#[derive(Default)]
struct Seen {
    ended: usize,
    failures: Vec<String>,
    slowest: Duration,
    rate: f64,
}

/// Sends a request at every tick, whatever becomes of the others.
async fn load(api: Arc<Api>, ledger: Arc<Ledger>) -> Seen {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut requests = JoinSet::new();
    let begun = Instant::now();
    for customer in 0..REQUESTS {
        ticks.tick().await;
        let mark = Mark { customer, number: 0 };
        requests.spawn(request(Arc::clone(&api), Arc::clone(&ledger), mark));
    }
    let mut seen =
        Seen { rate: f64::from(REQUESTS) / begun.elapsed().as_secs_f64(), ..Seen::default() };
    while let Some(done) = requests.join_next().await {
        let (failure, time) = done.expect("no request panics");
        seen.ended += 1;
        seen.failures.extend(failure);
        seen.slowest = seen.slowest.max(time);
    }
    seen
}

/// One message of a customer of its own; says what went wrong, and how long it took.
async fn request(api: Arc<Api>, ledger: Arc<Ledger>, mark: Mark) -> (Option<String>, Duration) {
    let begun = Instant::now();
    ledger.begin(mark);
    let answer = api.post(mark, &[]).await;
    let time = begun.elapsed();
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return (Some(error.to_string()), time),
    };
    let (id, reply) = told(&answer).unzip();
    if id.is_some() {
        ledger.acknowledged(mark, id);
    }
    let reply = reply.flatten();
    if let Some(reply) = &reply {
        ledger.replied(mark, reply);
    }
    let is_reply =
        answer.status == 200 && reply.is_some_and(|reply| Mark::all_in(&reply).contains(&mark));
    let failure = (!is_reply).then(|| format!("{} {}", answer.status, answer.body.trim()));
    ledger.first_try(mark, is_reply);
    (failure, time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(verdict: Verdict) -> Availability {
        Availability {
            name: "made up",
            ended: 1600,
            failures: Vec::new(),
            slowest: Duration::ZERO,
            rate: 200.0,
            passed_on: 3,
            verdict,
        }
    }

    fn flawless() -> Verdict {
        Verdict { attempted: 1600, acknowledged: 1600, answered: 1600, ..Verdict::default() }
    }

    #[test]
    fn only_requests_that_all_ended_well_and_were_answered_once_are_green() {
        assert!(seen(flawless()).is_green());
        let twice = Verdict { duplicated: vec![Mark { customer: 7, number: 0 }], ..flawless() };
        assert!(!seen(twice).is_green(), "two replicas answered the same message");
        assert!(!Availability { ended: 1599, ..seen(flawless()) }.is_green());
        assert!(!seen(Verdict { attempted: 1599, ..flawless() }).is_green());
        let failures = vec!["502".to_owned()];
        assert!(!Availability { failures, ..seen(flawless()) }.is_green());
        assert!(!Availability { passed_on: 0, ..seen(flawless()) }.is_green());
    }
}
