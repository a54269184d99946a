//! What happens in the negative controls, each with its protection and without it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::audit::{Patience, judge};
use crate::controls::Control;
use crate::ledger::{Ledger, Mark};
use crate::load::{Habits, Load};
use crate::models::Pace;
use crate::points::scratch_file;
use crate::verdict::Verdict;
use crate::way_in::{Attempt, Manner, WayIn};
use crate::world::{Plan, World};

/// How long a scene's messages have to come to their end, with the protection and without it. A turn
/// is taken over after a few seconds; when nothing happens for longer, nothing will.
const QUIET: Patience = Patience { whole: Duration::from_secs(90), still: Duration::from_secs(15) };
/// The same where a provider's word is waited for, which takes longer than that.
const WORDLESS: Patience =
    Patience { whole: Duration::from_secs(120), still: Duration::from_secs(35) };
/// How long a customer waits for a gateway that may be frozen.
const IMPATIENCE: Duration = Duration::from_millis(500);
/// How long a scene may take.
const LONGEST_SCENE: Duration = Duration::from_secs(180);
/// Longer than a lease, a look for those that have run out, and two turns: a commit that comes before the
/// taken turn is over, or right after it, does no harm even where nothing refuses it.
const FROZEN: Duration = Duration::from_millis(7500);
/// How many gateways freeze, one after the other, and how long those who write catch their breath.
const FROSTS: usize = 2;
const BREATH: Duration = Duration::from_secs(2);
/// How many customers write then, and how often. A late commit finds more messages that wait than it
/// answers itself, since they hurry while a gateway is frozen: with fewer it would be refused anyway.
const WRITERS: u32 = 12;
const LEISURE: Duration = Duration::from_millis(400);
const HURRY: Duration = Duration::from_millis(100);
/// How many customers a scene has.
const CUSTOMERS: u32 = 24;

/// Plays the control's scene in this world, and lets the oracle judge.
pub async fn play(control: Control, seed: u64, mut plan: Plan) -> Verdict {
    let frozen = scratch_file();
    if control == Control::Fence {
        let frozen = frozen.to_string_lossy().into_owned();
        plan.pace = Pace(Duration::from_millis(900), Duration::from_millis(1200));
        plan.environment.push(("OPENCLAW_FREEZE_AT".to_owned(), "before-commit:3".to_owned()));
        plan.environment.push(("OPENCLAW_CRASH_ONCE".to_owned(), frozen));
    }
    let mut world = World::start(plan).await;
    let way = world.ways();
    let ledger = Arc::new(Ledger::new(CUSTOMERS));
    let scene = act(control, seed, &mut world, &way, &ledger, &frozen);
    timeout(LONGEST_SCENE, scene).await.expect("a scene ends in time");
    let verdict = judge(&*way, &ledger, patience(control)).await;
    // Not before: while it is there, no other gateway freezes.
    let _ = std::fs::remove_file(frozen);
    verdict
}

/// What happens in the scene.
async fn act(
    control: Control,
    seed: u64,
    world: &mut World,
    way: &Arc<dyn WayIn>,
    ledger: &Arc<Ledger>,
    frozen: &Path,
) {
    match control {
        Control::Dedupe | Control::Webhooks => crowd(seed, 0.5, way, ledger).await,
        Control::Receipts => crowd(seed, 0.0, way, ledger).await,
        Control::Persist => {
            let writing = crowd(seed, 0.0, way, ledger);
            tokio::join!(writing, kill_all_in_turn(world, ledger));
        }
        Control::Fence => late_commits(world, way, ledger, frozen).await,
        Control::AppendOnlyFile => {
            let writing = crowd(seed, 0.0, way, ledger);
            tokio::join!(writing, kill_redis(world, ledger));
        }
    }
}

/// Some customers with some messages each.
async fn crowd(seed: u64, duplicates: f64, way: &Arc<dyn WayIn>, ledger: &Arc<Ledger>) {
    let habits = Habits { duplicates, reorders: 0.0, cuts: 0.0, waits: 0.0 };
    let load = Load { seed, customers: CUSTOMERS, messages: 4, at_once: 24, habits };
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

/// A gateway freezes just before it commits, until others have taken its turns over and have gone on
/// to the next messages. Then it goes on, and its commit arrives. Then the same with another one.
async fn late_commits(world: &mut World, way: &Arc<dyn WayIn>, ledger: &Ledger, frozen: &Path) {
    let (over, hurry) = (AtomicBool::new(false), AtomicBool::new(false));
    let writing = join_all((0..WRITERS).map(|customer| {
        let (over, hurry) = (&over, &hurry);
        async move {
            // Faster than it is answered, so that something waits whenever the commit arrives.
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                bring(way, ledger, Mark { customer, number }).await;
                sleep(if hurry.load(Ordering::Relaxed) { HURRY } else { LEISURE }).await;
            }
        }
    }));
    let thawing = async {
        for frost in 0..FROSTS {
            if frost > 0 {
                // Each life of a gateway freezes once at most, and the file is for one.
                let _ = std::fs::remove_file(frozen);
                world.kill(&[frost]);
                world.replicas[frost].start_again();
            }
            while !frozen.exists() {
                sleep(Duration::from_millis(20)).await;
            }
            hurry.store(true, Ordering::Relaxed);
            sleep(FROZEN).await;
            world.replicas.iter().for_each(|replica| replica.signal("CONT"));
            sleep(Duration::from_secs(1)).await;
            hurry.store(false, Ordering::Relaxed);
            sleep(BREATH).await;
        }
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(writing, thawing);
}

/// Hands a message in until it is acknowledged. Whoever meets a frozen gateway soon tries another.
async fn bring(way: &Arc<dyn WayIn>, ledger: &Ledger, mark: Mark) {
    ledger.begin(mark);
    loop {
        let handed_in = timeout(IMPATIENCE, way.hand_in(mark, Manner::Acknowledge, ledger)).await;
        match handed_in {
            Ok(Attempt::Acknowledged) => return,
            Ok(Attempt::Again) | Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

fn patience(control: Control) -> Patience {
    match control {
        Control::Dedupe
        | Control::Webhooks
        | Control::Persist
        | Control::Fence
        | Control::AppendOnlyFile => QUIET,
        Control::Receipts => WORDLESS,
    }
}
