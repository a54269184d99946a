//! The negative controls: small scenes, each with a protection and without it. Without it the oracle
//! has to see that a promise was broken; if it doesn't, its green means nothing.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::audit::judge;
use crate::ledger::{Ledger, Mark};
use crate::load::{Habits, Load};
use crate::models::Pace;
use crate::replica::Build;
use crate::verdict::Verdict;
use crate::way_in::{Attempt, Manner, WayIn};
use crate::world::{DURABLE, FORGETFUL, Plan, World};

/// How many worlds there are at a time.
const AT_ONCE: usize = 2;
/// How long a scene's messages have to come to their end.
const QUIET: Duration = Duration::from_secs(15);
/// Longer than a lease and a look for those that have run out.
const LONGER_THAN_A_LEASE: Duration = Duration::from_millis(4500);
/// Longer than it takes until a verb gives up, so that whoever was held back has gone on.
const HELD: Duration = Duration::from_millis(6500);

/// A protection, and the scene that needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Dedupe,
    Persist,
    Fence,
    AppendOnlyFile,
}

/// What came of one.
pub struct ControlOutcome {
    pub name: &'static str,
    /// How the scene went with the protection.
    pub with: Verdict,
    /// How it went without.
    pub without: Verdict,
}

impl ControlOutcome {
    /// Whether the protection made the difference.
    pub fn is_conclusive(&self) -> bool {
        self.with.is_green() && !self.without.is_green()
    }
}

/// Plays all scenes.
pub async fn controls(seed: u64) -> Vec<ControlOutcome> {
    let all = [Control::Dedupe, Control::Persist, Control::Fence, Control::AppendOnlyFile];
    let scenes = all.map(|control| async move {
        let (with, without) =
            tokio::join!(play(control, seed, true_plan()), play(control, seed, control.plan()));
        ControlOutcome { name: control.name(), with, without }
    });
    stream::iter(scenes).buffered(AT_ONCE).collect().await
}

/// All protections are there.
fn true_plan() -> Plan {
    let pace = Pace(Duration::from_millis(300), Duration::from_millis(600));
    Plan { build: Build::Faulty, redis: DURABLE, pace, ..Plan::default() }
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Self::Dedupe => "deduplication off, messages repeated",
            Self::Persist => "200 before the message is stored, gateways killed",
            Self::Fence => "fence off, an owner's commit delayed past its lease",
            Self::AppendOnlyFile => "append-only file off, Redis killed",
        }
    }

    /// The world without this protection.
    fn plan(self) -> Plan {
        let without = |what: &str| vec![("OPENCLAW_WITHOUT".to_owned(), what.to_owned())];
        match self {
            Self::Dedupe => Plan { environment: without("dedupe"), ..true_plan() },
            Self::Persist => Plan { environment: without("persist"), ..true_plan() },
            Self::Fence => Plan { environment: without("fence"), ..true_plan() },
            Self::AppendOnlyFile => Plan { redis: FORGETFUL, ..true_plan() },
        }
    }
}

/// Plays the control's scene in this world, and lets the oracle judge.
async fn play(control: Control, seed: u64, plan: Plan) -> Verdict {
    let mut world = World::start(plan).await;
    let way: Arc<dyn WayIn> = Arc::new(world.api());
    let ledger = Arc::new(Ledger::new(24));
    match control {
        Control::Dedupe => crowd(seed, 0.5, &way, &ledger).await,
        Control::Persist => {
            let writing = crowd(seed, 0.0, &way, &ledger);
            tokio::join!(writing, kill_all_in_turn(&mut world, &ledger));
        }
        Control::Fence => delayed_commit(&world, &way, &ledger).await,
        Control::AppendOnlyFile => {
            let writing = crowd(seed, 0.0, &way, &ledger);
            tokio::join!(writing, kill_redis(&mut world, &ledger));
        }
    }
    eprintln!("  {control:?}: all is handed in");
    judge(&*way, &ledger, QUIET).await
}

/// Some customers with some messages each.
async fn crowd(seed: u64, duplicates: f64, way: &Arc<dyn WayIn>, ledger: &Arc<Ledger>) {
    let habits = Habits { duplicates, reorders: 0.0, cuts: 0.0, waits: 0.0 };
    let load = Load { seed, customers: 24, messages: 4, at_once: 24, habits };
    let budget = Arc::new(Semaphore::new(load.total()));
    load.run(Arc::clone(way), Arc::clone(ledger), budget).await;
}

/// Kills each gateway a moment after messages were acknowledged.
async fn kill_all_in_turn(world: &mut World, ledger: &Ledger) {
    let mut progress = ledger.progress();
    for slot in 0..world.replicas.len() {
        let enough = 12 * (slot + 1);
        let _ = progress.wait_for(|done| *done >= enough).await;
        world.kill(&[slot]);
        world.replicas[slot].start_again();
        world.wait_until_ready().await;
    }
}

async fn kill_redis(world: &mut World, ledger: &Ledger) {
    let _ = ledger.progress().wait_for(|done| *done >= 40).await;
    world.redis.kill();
    tokio::task::block_in_place(|| world.redis.start_again());
    world.wait_until_ready().await;
}

/// What a gateway sends to Redis is held back while it answers, until others have taken its
/// turns over and have gone on to the next messages. Then its commits arrive.
async fn delayed_commit(world: &World, way: &Arc<dyn WayIn>, ledger: &Ledger) {
    let customers: Vec<u32> = (0..24).collect();
    for &customer in &customers {
        bring(way, ledger, Mark { customer, number: 0 }).await;
    }
    let held = &world.replicas[0].proxy;
    held.hold();
    sleep(LONGER_THAN_A_LEASE).await;
    // Meanwhile these wait, or are being answered, wherever a commit for the first ones arrives.
    let rest = HELD - LONGER_THAN_A_LEASE;
    let writing = async {
        for number in 1..=3 {
            for &customer in &customers {
                bring(way, ledger, Mark { customer, number }).await;
            }
        }
    };
    let releasing = async {
        sleep(rest).await;
        held.pass();
    };
    tokio::join!(writing, releasing);
}

/// Hands a message in until it is acknowledged.
async fn bring(way: &Arc<dyn WayIn>, ledger: &Ledger, mark: Mark) {
    ledger.begin(mark);
    while way.hand_in(mark, Manner::Acknowledge, ledger).await == Attempt::Again {
        sleep(Duration::from_millis(100)).await;
    }
}
