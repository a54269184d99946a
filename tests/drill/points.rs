//! The crash points, one by one: at each step of a message's way one of three gateways kills itself,
//! and the oracle sees whether the message comes to its end all the same.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

use crate::api::Keys;
use crate::audit::{Patience, judge};
use crate::ledger::Ledger;
use crate::load::{Habits, Load};
use crate::mishaps::Temper;
use crate::models::{Mood, Pace};
use crate::replica::Build;
use crate::verdict::Verdict;
use crate::way_in::WayIn;
use crate::world::{Channels, Front, Plan, World};

/// How many worlds there are at a time.
const AT_ONCE: usize = 3;
/// How long its messages have to come to their end.
const QUIET: Patience = Patience { whole: Duration::from_secs(60), still: Duration::from_secs(30) };

/// The points, in the order of a message's way, as `OPENCLAW_CRASH_AT` takes them, and who writes.
pub const POINTS: [(&str, Whose); 12] = [
    ("before-accept", Whose::Api),
    ("after-accept", Whose::Api),
    ("before-200", Whose::Api),
    ("after-claim", Whose::Api),
    ("mid-stream", Whose::Api),
    ("before-commit", Whose::Api),
    ("after-commit", Whose::Api),
    ("before-send", Whose::Api),
    ("after-send", Whose::Api),
    ("before-send", Whose::Senders),
    ("after-send", Whose::Senders),
    ("before-release", Whose::Api),
];

/// Whose messages come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those of callers of the API, who fetch their replies.
    Api,
    /// Those of customers on WhatsApp and Telegram, to whom replies are sent.
    Senders,
}

impl Whose {
    /// What the table says of it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Api => "",
            Self::Senders => " (WhatsApp, Telegram)",
        }
    }
}

/// What came of one point.
pub struct PointOutcome {
    pub point: &'static str,
    pub whose: Whose,
    /// How many gateways died there: it must be one.
    pub deaths: usize,
    /// How many requests nginx gave to a second gateway.
    pub passed_on: usize,
    pub verdict: Verdict,
}

impl PointOutcome {
    /// Whether somebody died, every promise was kept, and nginx tried again where it has to.
    pub fn is_green(&self) -> bool {
        let was_passed_on = match keys(self.point) {
            Keys::OfTheProxy => self.passed_on > 0,
            Keys::OfTheMessage => true,
        };
        self.deaths == 1 && was_passed_on && self.verdict.is_green()
    }
}

/// Goes through all points.
pub async fn points(seed: u64) -> Vec<PointOutcome> {
    let dying = stream::iter(POINTS).map(|(name, whose)| point(name, whose, seed));
    dying.buffered(AT_ONCE).collect().await
}

async fn point(point: &'static str, whose: Whose, seed: u64) -> PointOutcome {
    let file = scratch_file();
    let environment = [
        ("OPENCLAW_CRASH_AT".to_owned(), format!("{point}:{}", passage(point, seed))),
        ("OPENCLAW_CRASH_ONCE".to_owned(), file.to_string_lossy().into_owned()),
    ];
    let plan = Plan {
        build: Build::Faulty,
        environment: environment.to_vec(),
        pace: Pace(Duration::from_millis(50), Duration::from_millis(150)),
        front: Front::Nginx,
        channels: match whose {
            Whose::Api => Channels::Api,
            Whose::Senders => Channels::Senders { seed, temper: Temper::Calm },
        },
        ..Plan::default()
    };
    let mut world = World::start(plan).await;
    if point == "before-release" {
        // Only a turn that failed gives its claim back by itself.
        world.models.feel(Mood::Failing, Mood::Failing);
    }
    let keys = keys(point);
    let load = Load { seed, customers: 8, messages: 4, at_once: 8, habits: habits(keys) };
    let way: Arc<dyn WayIn> = match whose {
        Whose::Api => Arc::new(world.api().with_keys(keys)),
        Whose::Senders => world.ways(),
    };
    let ledger = Arc::new(Ledger::new(load.customers));
    let budget = Arc::new(Semaphore::new(load.total()));
    let loading = tokio::spawn(load.run(Arc::clone(&way), Arc::clone(&ledger), budget));
    let deaths = funeral(&mut world).await;
    world.models.feel(Mood::Well, Mood::Well);
    loading.await.expect("the load doesn't panic");
    let verdict = judge(&*way, &ledger, QUIET).await;
    let _ = std::fs::remove_file(file);
    PointOutcome { point, whose, deaths, passed_on: world.passed_on(), verdict }
}

/// Where a gateway dies before its caller has heard of it, callers give no keys and never send twice
/// what was taken: nginx has to hand the request to another gateway under the key it has given it. At
/// the other points a caller may have half an answer, and comes again under a key of its own.
fn keys(point: &str) -> Keys {
    match point {
        "before-accept" | "after-accept" | "before-200" => Keys::OfTheProxy,
        _ => Keys::OfTheMessage,
    }
}

fn habits(keys: Keys) -> Habits {
    let duplicates = match keys {
        Keys::OfTheMessage => 0.2,
        Keys::OfTheProxy => 0.0,
    };
    Habits { duplicates, reorders: 0.0, cuts: 0.0, waits: 0.5 }
}

/// A file that isn't there yet, which the one gateway makes that dies or freezes.
pub fn scratch_file() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("openclaw-point-{}-{number}", std::process::id()))
}

/// At which passage the gateway dies: by the seed, so that several seeds meet several states.
fn passage(point: &str, seed: u64) -> u64 {
    let place = POINTS.iter().position(|(known, _)| *known == point).unwrap_or_default() as u64;
    1 + (seed + place) % 2
}

/// Waits until a gateway has died, starts it again, and says how many did.
async fn funeral(world: &mut World) -> usize {
    for _ in 0..1500 {
        let dead: Vec<usize> =
            (0..world.replicas.len()).filter(|at| world.replicas[*at].has_died()).collect();
        if !dead.is_empty() {
            for at in &dead {
                world.strikes.hit(*at, Instant::now());
                world.replicas[*at].start_again();
            }
            world.wait_until_ready().await;
            return dead.len();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_green_if_one_died_and_nginx_tried_again_where_callers_have_no_keys() {
        let verdict = Verdict { attempted: 1, acknowledged: 1, answered: 1, ..Verdict::default() };
        let is_green = |point, deaths, passed_on| {
            let (whose, verdict) = (Whose::Api, verdict.clone());
            PointOutcome { point, whose, deaths, passed_on, verdict }.is_green()
        };
        assert!(is_green("before-200", 1, 1));
        assert!(!is_green("before-200", 1, 0));
        assert!(!is_green("before-200", 0, 1));
        assert!(is_green("after-send", 1, 0));
        assert!(!is_green("after-send", 2, 0));
    }
}
