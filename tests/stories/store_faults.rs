//! A store that fails before or after each of its verbs, for a moment or for longer than a lease:
//! every reply is committed once, and sent once or known to be uncertain.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{MessageState, ModelError};
use dialogue::UncertainPolicy;

use crate::fakes::echo::Mood;
use crate::fakes::faulty::{Effect, Fault, Faulty, Verb, When};
use crate::world::{LEASE, World, api, chat};

const VERBS: [Verb; 7] = [
    Verb::Claim,
    Verb::Renew,
    Verb::Open,
    Verb::Commit,
    Verb::Sending,
    Verb::Delivered,
    Verb::Release,
];

/// What came of a story: how often the fault happened, and how much was uncertain.
struct Outcome {
    met: usize,
    uncertain: u64,
}

/// Three messages of each of two customers, of whom one is sent the answers, while a store has this
/// fault. The model takes longer than a heartbeat.
async fn story(policy: UncertainPolicy, fault: Fault) -> Outcome {
    let name = format!("{policy:?} {fault:?}");
    let mut world = World::new();
    world.options.uncertain = policy;
    world.model.feel(Mood::Answers(Duration::from_millis(2500)));
    let store = Arc::new(Faulty::new(world.store.clone(), [fault]));
    let replica = world.start_with(store.clone(), world.model.clone());
    let (ann, bob) = (chat("ann"), api("bob"));
    for (to_ann, to_bob) in [("ann 1|a", "bob 1"), ("ann 2|b", "bob 2"), ("ann 3|c", "bob 3")] {
        world.say(&ann, to_ann).await;
        let id = world.say(&bob, to_bob).await;
        world.is_idle().await;
        let MessageState::Answered(Some(reply)) = world.state(&id).await else {
            panic!("{name}: no answer to {to_bob}")
        };
        assert_eq!(reply.text, format!("re: {to_bob}"), "{name}");
    }

    assert_eq!(world.turns(&bob).await.len(), 3, "{name}");
    let asked: Vec<_> = world.turns(&ann).await.into_iter().map(|(asked, _)| asked).collect();
    assert_eq!(asked, [["ann 1|a"], ["ann 2|b"], ["ann 3|c"]], "{name}");
    replica.assert_nothing_crashed();
    let uncertain = replica.figure("openclaw_sends_uncertain_total", "");
    let (mut arrived, dead) = (world.channel.texts(), world.dead().await);
    let sent = arrived.len();
    arrived.dedup();
    let twice = (sent - arrived.len()) as u64;
    match policy {
        UncertainPolicy::Resend => {
            assert!(dead.is_empty(), "{name}: {dead:?}");
            assert!(twice <= uncertain, "{name}: {arrived:?}");
            assert_eq!(arrived, ["re: ann 1", "a", "re: ann 2", "b", "re: ann 3", "c"], "{name}");
        }
        UncertainPolicy::Park => {
            assert_eq!(twice, 0, "{name}");
            assert_eq!(dead.len() as u64, uncertain, "{name}");
            assert!(arrived.len() == 6 || uncertain > 0, "{name}: {arrived:?}");
        }
    }
    Outcome { met: store.met(), uncertain }
}

#[tokio::test(start_paused = true)]
async fn a_short_fault_of_any_verb_changes_nothing_for_the_customers() {
    let (mut stories, mut met) = (0, 0);
    for verb in VERBS {
        for when in [When::Before, When::After] {
            for (skip, times) in [(0, 1), (0, 2), (1, 1), (1, 3), (2, 1)] {
                let fault = Fault { verb, when, effect: Effect::Fail, skip, times };
                let name = format!("{fault:?}");
                let outcome = story(UncertainPolicy::Park, fault).await;
                assert_eq!(outcome.uncertain, 0, "{name}");
                stories += 1;
                met += usize::from(outcome.met > 0);
            }
        }
    }
    assert_eq!(met, stories, "every fault happened");
}

#[tokio::test(start_paused = true)]
async fn an_outage_longer_than_a_lease_leaves_replies_sent_once_or_uncertain() {
    let (mut stories, mut met, mut uncertain) = (0, 0, 0);
    for policy in [UncertainPolicy::Resend, UncertainPolicy::Park] {
        for verb in VERBS {
            for when in [When::Before, When::After] {
                for length in [LEASE / 2, LEASE * 4] {
                    for skip in 0..2 {
                        let effect = Effect::Outage(length);
                        let fault = Fault { verb, when, effect, skip, times: 1 };
                        let outcome = story(policy, fault).await;
                        stories += 1;
                        met += outcome.met;
                        uncertain += outcome.uncertain;
                    }
                }
            }
        }
    }
    assert_eq!(met, stories, "every outage happened");
    assert!(uncertain > 0, "some outages came between sending and recording it");
}

#[tokio::test(start_paused = true)]
async fn putting_off_and_giving_up_outlast_short_faults() {
    for verb in [Verb::RetryAt, Verb::Park] {
        for when in [When::Before, When::After] {
            let mut world = World::new();
            world.options.max_attempts = 3;
            world.model.feel(Mood::Fails(ModelError::Resting));
            let fault = Fault { verb, when, effect: Effect::Fail, skip: 0, times: 2 };
            let store = Arc::new(Faulty::new(world.store.clone(), [fault]));
            let replica = world.start_with(store.clone(), world.model.clone());
            let id = world.say(&api("ann"), "Hello").await;
            world.is_idle().await;
            world.until(async || replica.pool.in_flight() == 0).await;
            assert!(matches!(world.state(&id).await, MessageState::Parked { .. }));
            assert_eq!(world.dead().await.len(), 1);
            assert_eq!(world.model.tries(), 3, "{verb:?} {when:?}");
            assert_eq!(replica.figure("openclaw_dead_letters_total", ""), 1);
            assert!(store.met() > 0, "{verb:?} {when:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_full_store_cannot_take_is_answered_later() {
    let mut world = World::new();
    world.options.max_attempts = 1;
    let fault =
        Fault { verb: Verb::Commit, when: When::Before, effect: Effect::Full, skip: 0, times: 40 };
    let store = Arc::new(Faulty::new(world.store.clone(), [fault]));
    let replica = world.start_with(store.clone(), world.model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert_eq!(store.met(), 40);
    assert!(replica.figure("openclaw_turns_total", "postponed") >= 1);
    assert!(world.dead().await.is_empty());
}
