//! Replicas that die in the middle of something.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::MessageState;
use dialogue::UncertainPolicy;
use tokio::time::{Instant, sleep};

use crate::fakes::channel::Step;
use crate::fakes::driven::Driven;
use crate::fakes::echo::Mood;
use crate::fakes::faulty::{Effect, Fault, Faulty, Verb, When};
use crate::world::{World, api, chat};

#[tokio::test(start_paused = true)]
async fn what_a_dead_replica_was_answering_another_one_answers_within_five_seconds() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let one = world.start_with(Arc::new(world.store.for_replica("one")), model.clone());
    let _two = world.start_with(Arc::new(world.store.for_replica("two")), model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    let call = model.call().await;
    // Either of the two may hold the turn: both are killed, and a third is there.
    let killed = Instant::now();
    one.kill().await;
    _two.kill().await;
    call.dropped().await;
    let _three = world.start("three");
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert!(killed.elapsed() <= Duration::from_secs(5), "{:?}", killed.elapsed());
}

/// A replica dies at each step of two turns; the next one finishes them.
#[tokio::test(start_paused = true)]
async fn wherever_a_replica_dies_everything_is_answered_and_arrives_once_or_is_uncertain() {
    let mut died = 0;
    for policy in [UncertainPolicy::Resend, UncertainPolicy::Park] {
        for verb in [Verb::Claim, Verb::Open, Verb::Commit, Verb::Sending, Verb::Delivered] {
            for when in [When::Before, When::After] {
                for skip in 0..3 {
                    let fault = Fault { verb, when, effect: Effect::Freeze, skip, times: 1 };
                    died += usize::from(story_of_a_death(policy, fault).await);
                }
            }
        }
    }
    assert!(died >= 2 * 5 * 2 * 2, "{died} replicas died");
}

/// Says whether a replica has died.
async fn story_of_a_death(policy: UncertainPolicy, fault: Fault) -> bool {
    let story = format!("{policy:?} {fault:?}");
    let mut world = World::new();
    world.options.uncertain = policy;
    let ann = chat("ann");
    let store = Arc::new(Faulty::new(world.store.for_replica("one"), [fault]));
    let one = world.start_with(store.clone(), world.model.clone());
    let mut dies = std::pin::pin!(store.frozen());
    let mut has_died = false;
    for text in ["ann 1a|1b", "ann 2a|2b"] {
        world.say(&ann, text).await;
        if !has_died {
            tokio::select! {
                biased;
                () = &mut dies => has_died = true,
                () = world.is_idle() => {}
            }
        }
    }
    one.assert_nothing_crashed();
    one.kill().await;
    let two = world.start("two");
    world.is_idle().await;
    two.assert_nothing_crashed();

    let turns = world.turns(&ann).await;
    let asked: Vec<String> = turns.iter().flat_map(|(asked, _)| asked.clone()).collect();
    assert_eq!(asked, ["ann 1a|1b", "ann 2a|2b"], "{story}");
    let replies: Vec<&str> = turns.iter().map(|(_, reply)| reply.as_str()).collect();
    let due = replies.join("|");
    let arrived = world.channel.texts().join("|");
    let uncertain = two.figure("openclaw_sends_uncertain_total", "");
    match (uncertain, policy) {
        (0, _) => assert_eq!(arrived, due, "{story}"),
        (_, UncertainPolicy::Resend) => assert!(covers(&arrived, &due), "{story}: {arrived}"),
        (_, UncertainPolicy::Park) => {
            assert_eq!(world.dead().await.len() as u64, uncertain, "{story}");
            assert_eq!(world.dead().await[0].reason, "nobody knows whether the reply went out");
        }
    }
    has_died
}

/// Whether what arrived is what was due, with some parts twice in a row.
fn covers(arrived: &str, due: &str) -> bool {
    let mut parts: Vec<&str> = arrived.split('|').collect();
    parts.dedup();
    parts.join("|") == due
}

#[tokio::test(start_paused = true)]
async fn a_reply_whose_sender_died_is_sent_again_or_parked_by_policy() {
    for step in [Step::HangBefore, Step::HangAfter] {
        for policy in [UncertainPolicy::Resend, UncertainPolicy::Park] {
            let mut world = World::new();
            world.options.uncertain = policy;
            world.channel.plan([Step::Send, step.clone()]);
            let one = world.start("one");
            let id = world.say(&chat("ann"), "a|b|c").await;
            world.until(async || world.channel.tried().len() == 2).await;
            one.kill().await;
            let two = world.start("two");
            world.is_idle().await;

            assert_eq!(two.figure("openclaw_sends_uncertain_total", ""), 1);
            let fate = match policy {
                UncertainPolicy::Resend => MessageState::Answered(None),
                UncertainPolicy::Park => MessageState::Undelivered {
                    reason: "nobody knows whether the reply went out".to_owned(),
                },
            };
            assert_eq!(world.state(&id).await, fate);
            let went_out = matches!(step, Step::HangAfter);
            let expected: &[&str] = match (policy, went_out) {
                (UncertainPolicy::Resend, false) => &["re: a", "b", "c"],
                (UncertainPolicy::Resend, true) => &["re: a", "b", "b", "c"],
                (UncertainPolicy::Park, false) => &["re: a"],
                (UncertainPolicy::Park, true) => &["re: a", "b"],
            };
            assert_eq!(world.channel.texts(), expected, "{policy:?} {step:?}");
            let arrived = world.channel.arrived();
            if arrived.len() == 4 {
                assert_eq!(arrived[1].reference, arrived[2].reference, "the provider can tell");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_kills_its_owners_is_parked_and_the_next_message_is_answered() {
    let mut world = World::new();
    world.options.max_deliveries = 4;
    world.model.feel(Mood::Panics);
    let replica = world.start("one");
    let poison = world.say(&api("ann"), "poison").await;
    world.until(async || world.dead().await.len() == 1).await;
    assert_eq!(world.model.tries(), 4);
    assert_eq!(replica.figure("openclaw_turns_total", "panicked"), 4);
    assert_eq!(replica.figure("openclaw_dead_letters_total", ""), 1);
    assert_eq!(replica.figure("openclaw_turns_in_flight", ""), 0);
    assert!(matches!(world.state(&poison).await, MessageState::Parked { .. }));
    world.model.feel(Mood::Answers(Duration::ZERO));
    let next = world.say(&api("ann"), "Hello").await;
    assert_eq!(world.answer(&api("ann"), &next).await, "re: Hello");
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_for_a_while_is_answered_when_it_can_be() {
    let mut world = World::new();
    world.options.max_deliveries = 3;
    let garbled = Fault { times: 8, ..Fault::always(Verb::Open, When::After, Effect::Garble) };
    let store = Arc::new(Faulty::new(world.store.clone(), [garbled]));
    let _replica = world.start_with(store.clone(), world.model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert_eq!(store.met(), 8);
}

#[tokio::test(start_paused = true)]
async fn turns_that_a_store_cut_short_again_and_again_make_no_dead_letter() {
    let world = World::new();
    // Each turn tries its commit sixteen times before it leaves it to the next owner.
    let fault = Fault { times: 15 * 16, ..Fault::always(Verb::Commit, When::Before, Effect::Fail) };
    let store = Arc::new(Faulty::new(world.store.clone(), [fault]));
    let replica = world.start_with(store.clone(), world.model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert_eq!(replica.figure("openclaw_turns_total", "unavailable"), 15);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_one_replica_cannot_read_is_left_to_another() {
    let world = World::new();
    let garbled = Fault::always(Verb::Open, When::After, Effect::Garble);
    let store = Arc::new(Faulty::new(world.store.for_replica("one"), [garbled]));
    let one = world.start_with(store.clone(), world.model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    world.until(async || store.met() == 1).await;
    let two = world.start("two");
    one.drain();
    one.ended().await;
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert_eq!(two.figure("openclaw_turns_total", "answered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_nobody_can_read_is_tried_ever_more_slowly_and_parked_after_hours() {
    const HOUR: Duration = Duration::from_secs(60 * 60);
    let world = World::new();
    let garbled = Fault::always(Verb::Open, When::After, Effect::Garble);
    let store = Arc::new(Faulty::new(world.store.clone(), [garbled]));
    let replica = world.start_with(store.clone(), world.model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    sleep(Duration::from_secs(60)).await;
    assert!((5..=7).contains(&store.met()), "{} tries in a minute", store.met());
    sleep(4 * HOUR).await;
    assert!(world.dead().await.is_empty(), "someone may come who can read it");
    sleep(5 * HOUR).await;
    let reason = "it can't be read".to_owned();
    assert_eq!(world.state(&id).await, MessageState::Parked { reason });
    assert_eq!(replica.figure("openclaw_turns_total", "unreadable"), 47);
    assert_eq!(store.met(), 48);
}
