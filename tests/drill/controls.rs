//! The negative controls: small scenes, each with a protection and without it. Without it the oracle
//! has to see that a promise was broken; if it doesn't, its green means nothing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use futures::{StreamExt, stream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::audit::{Patience, judge};
use crate::ledger::{Ledger, Mark};
use crate::load::{Habits, Load};
use crate::models::Pace;
use crate::points::scratch_file;
use crate::replica::Build;
use crate::verdict::Verdict;
use crate::way_in::{Attempt, Manner, WayIn};
use crate::world::{DURABLE, FORGETFUL, Plan, World};

/// How many worlds there are at a time.
const AT_ONCE: usize = 2;
/// How long a scene's messages have to come to their end, with the protection and without it. A turn
/// is taken over after a few seconds; when nothing happens for longer, nothing will.
const QUIET: Patience = Patience { whole: Duration::from_secs(90), still: Duration::from_secs(15) };
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

/// A protection, and the scene that needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Dedupe,
    Persist,
    Fence,
    AppendOnlyFile,
}

/// What the oracle has to find where a protection is missing. Anything else that isn't green, such as a
/// message that was never acknowledged, says nothing of the protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// Messages are answered twice.
    Duplicated,
    /// Acknowledged messages are gone without a trace.
    Vanished,
    /// Acknowledged messages are lost, answered twice, or answered in another order.
    AnyBreach,
}

impl Symptom {
    /// How the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duplicated => "duplicated",
            Self::Vanished => "lost without a trace",
            Self::AnyBreach => "lost, duplicated or out of order",
        }
    }

    /// Whether the oracle found it.
    pub fn is_in(self, verdict: &Verdict) -> bool {
        match self {
            Self::Duplicated => !verdict.duplicated.is_empty(),
            Self::Vanished => verdict.vanished > 0,
            Self::AnyBreach => {
                !(verdict.lost.is_empty()
                    && verdict.duplicated.is_empty()
                    && verdict.out_of_order.is_empty())
            }
        }
    }
}

/// What came of one.
pub struct ControlOutcome {
    pub name: &'static str,
    /// By what it has to be red.
    pub symptom: Symptom,
    /// How the scene went with the protection.
    pub with: Verdict,
    /// How it went without.
    pub without: Verdict,
}

impl ControlOutcome {
    /// Whether the protection made the difference, by the sign that it has to make it by.
    pub fn is_conclusive(&self) -> bool {
        self.with.is_green() && self.symptom.is_in(&self.without)
    }
}

/// Plays all scenes.
pub async fn controls(seed: u64) -> Vec<ControlOutcome> {
    let all = [Control::Dedupe, Control::Persist, Control::Fence, Control::AppendOnlyFile];
    let scenes = all.map(|control| async move {
        let (with, without) =
            tokio::join!(play(control, seed, true_plan()), play(control, seed, control.plan()));
        ControlOutcome { name: control.name(), symptom: control.symptom(), with, without }
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
            Self::Fence => "fence off, owners frozen before their commit",
            Self::AppendOnlyFile => "append-only file off, Redis killed",
        }
    }

    fn symptom(self) -> Symptom {
        match self {
            Self::Dedupe => Symptom::Duplicated,
            Self::Persist | Self::AppendOnlyFile => Symptom::Vanished,
            Self::Fence => Symptom::AnyBreach,
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
async fn play(control: Control, seed: u64, mut plan: Plan) -> Verdict {
    let frozen = scratch_file();
    if control == Control::Fence {
        let frozen = frozen.to_string_lossy().into_owned();
        plan.pace = Pace(Duration::from_millis(900), Duration::from_millis(1200));
        plan.environment.push(("OPENCLAW_FREEZE_AT".to_owned(), "before-commit:3".to_owned()));
        plan.environment.push(("OPENCLAW_CRASH_ONCE".to_owned(), frozen));
    }
    let mut world = World::start(plan).await;
    let way: Arc<dyn WayIn> = Arc::new(world.api());
    let ledger = Arc::new(Ledger::new(CUSTOMERS));
    let scene = act(control, seed, &mut world, &way, &ledger, &frozen);
    timeout(LONGEST_SCENE, scene).await.expect("a scene ends in time");
    let verdict = judge(&*way, &ledger, QUIET).await;
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
        Control::Dedupe => crowd(seed, 0.5, way, ledger).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_that_is_red_for_another_reason_says_nothing() {
        let green = Verdict { attempted: 8, acknowledged: 8, answered: 8, ..Verdict::default() };
        let slow = Verdict { acknowledged: 7, ..green.clone() };
        let lost = Verdict { lost: vec![Mark { customer: 0, number: 0 }], ..green.clone() };
        let vanished = Verdict { vanished: 1, ..lost.clone() };
        let twice = Verdict { duplicated: lost.lost.clone(), ..green.clone() };
        let is_conclusive = |symptom, with: &Verdict, without: &Verdict| {
            let (with, without) = (with.clone(), without.clone());
            ControlOutcome { name: "made up", symptom, with, without }.is_conclusive()
        };
        for symptom in [Symptom::Duplicated, Symptom::Vanished, Symptom::AnyBreach] {
            assert!(!slow.is_green() && !is_conclusive(symptom, &green, &slow), "{symptom:?}");
            assert!(!is_conclusive(symptom, &green, &green), "{symptom:?}");
        }
        assert!(is_conclusive(Symptom::Duplicated, &green, &twice));
        assert!(!is_conclusive(Symptom::Duplicated, &green, &vanished));
        assert!(is_conclusive(Symptom::Vanished, &green, &vanished));
        assert!(!is_conclusive(Symptom::Vanished, &green, &lost));
        assert!(is_conclusive(Symptom::AnyBreach, &green, &lost));
        assert!(!is_conclusive(Symptom::AnyBreach, &slow, &lost), "the scene failed anyway");
    }
}
