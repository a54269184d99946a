//! Who may answer, and when that ends: draining, aborting, leases that run out.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Archive as _, MessageState, Overview as _};
use tokio::time::{Instant, sleep};

use crate::fakes::driven::Driven;
use crate::fakes::echo::Mood;
use crate::fakes::faulty::{Effect, Fault, Faulty, Verb, When};
use crate::world::{LEASE, World, api, chat};

#[tokio::test(start_paused = true)]
async fn a_long_turn_keeps_its_claim() {
    let world = World::new();
    world.model.feel(Mood::Answers(Duration::from_secs(80)));
    let _replicas = [world.start("one"), world.start("two")];
    let id = world.say(&api("ann"), "Hello").await;
    world.answer(&api("ann"), &id).await;
    assert_eq!(world.model.tries(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_replica_holds_no_more_than_it_has_places() {
    let mut world = World::new();
    world.options.max_concurrent = NonZeroUsize::new(3).unwrap();
    world.model.feel(Mood::Answers(Duration::from_secs(10)));
    for number in 0..10 {
        world.say(&api(&number.to_string()), &format!("{number}")).await;
    }
    let replica = world.start("one");
    sleep(Duration::from_secs(5)).await;
    assert_eq!(replica.pool.in_flight(), 3);
    let queue = world.store.queue().await.unwrap();
    assert_eq!((queue.claimed, queue.ready), (3, 7));
    let _other = world.start("two");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(world.store.queue().await.unwrap().claimed, 6);
    world.is_idle().await;
    assert_eq!(world.model.tries(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_draining_replica_finishes_what_it_has_and_takes_nothing_more() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let first = world.say(&api("ann"), "Hello").await;
    let call = model.call().await;
    replica.drain();
    let second = world.say(&api("bob"), "Hello").await;
    sleep(Duration::from_secs(20)).await;
    assert_eq!(world.state(&first).await, MessageState::Waiting);
    call.finish("Bye");
    replica.ended().await;
    assert_eq!(world.answer(&api("ann"), &first).await, "Bye");
    assert_eq!(world.state(&second).await, MessageState::Waiting);
    let queue = world.store.queue().await.unwrap();
    assert_eq!((queue.ready, queue.claimed), (1, 0), "left to others at once");
}

#[tokio::test(start_paused = true)]
async fn an_aborted_replica_hands_its_conversations_over_at_once() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.for_replica("one")), model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    let call = model.call().await;
    let aborted = Instant::now();
    replica.drain();
    replica.abort();
    replica.ended().await;
    call.dropped().await;
    let _other = world.start("two");
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert!(aborted.elapsed() < LEASE, "nobody waited for the lease");
}

#[tokio::test(start_paused = true)]
async fn an_aborted_replica_ends_even_if_the_store_hangs() {
    let world = World::new();
    world.model.feel(Mood::Hangs);
    let frozen = Fault::always(Verb::Release, When::Before, Effect::Freeze);
    let store = Arc::new(Faulty::new(world.store.clone(), [frozen]));
    let replica = world.start_with(store.clone(), world.model.clone());
    world.say(&api("ann"), "Hello").await;
    world.until(async || world.model.tries() == 1).await;
    replica.abort();
    replica.ended().await;
    assert_eq!(store.met(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_cannot_renew_stops_and_another_one_answers() {
    for effect in [Effect::Fail, Effect::Freeze] {
        let world = World::new();
        let model = Arc::new(Driven::new());
        let cut_off = Fault::always(Verb::Renew, When::Before, effect);
        let store = Faulty::new(world.store.for_replica("one"), [cut_off]);
        let one = world.start_with(Arc::new(store), model.clone());
        let id = world.say(&chat("ann"), "Hello").await;
        let call = model.call().await;
        let _two = world.start("two");
        call.dropped().await;
        world.until(async || one.figure("openclaw_claims_lost_total", "") >= 1).await;
        assert!(one.figure("openclaw_turns_total", "\"lost\"") >= 1, "stopped by the heartbeat");
        world.until(async || !world.channel.texts().is_empty()).await;
        world.is_idle().await;
        assert_eq!(world.channel.texts(), ["re: Hello"]);
        assert_eq!(world.state(&id).await, MessageState::Answered(None));
        assert_eq!(world.turns(&chat("ann")).await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_whose_claim_another_owner_took_stops_before_it_commits() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    // The heartbeats arrive too late by far, but arrive.
    let late = Fault::always(Verb::Renew, When::Before, Effect::Slow(LEASE * 2));
    let store = Faulty::new(world.store.for_replica("one"), [late]);
    let _one = world.start_with(Arc::new(store), model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    let call = model.call().await;
    world.model.feel(Mood::Answers(Duration::from_secs(20)));
    let two = world.start("two");
    call.dropped().await;
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert_eq!(two.pool.answered_total(), 1);
    assert_eq!(world.turns(&api("ann")).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_turn_whose_conversation_is_erased_stops_and_leaves_nothing() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    world.say(&chat("ann"), "Hello").await;
    let call = model.call().await;
    assert!(world.store.forget(&chat("ann")).await.unwrap());
    call.dropped().await;
    world.until(async || replica.pool.in_flight() == 0).await;
    assert_eq!(replica.figure("openclaw_turns_total", "lost"), 1);
    assert!(world.turns(&chat("ann")).await.is_empty());
    assert!(world.channel.tried().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_once_the_lease_may_be_over() {
    // The claim may have been on its way for a while: its lease ends here before it does there.
    for after in [LEASE + Duration::from_millis(200), LEASE - Duration::from_millis(300)] {
        let world = World::new();
        let faults = [
            Fault::always(Verb::Renew, When::Before, Effect::Freeze),
            Fault::once(Verb::Sending, When::After, Effect::Slow(after)),
            // It claims nothing more, so that whatever it sends it sends under this one claim.
            Fault { skip: 1, ..Fault::always(Verb::Claim, When::Before, Effect::Freeze) },
        ];
        let store = Arc::new(Faulty::new(world.store.for_replica("one"), faults));
        let one = world.start_with(store.clone(), world.model.clone());
        // Between two heartbeats, so that the lease ends while none is there to notice.
        sleep(Duration::from_millis(500)).await;
        world.say(&chat("ann"), "Hello").await;
        world.until(async || one.figure("openclaw_claims_lost_total", "") > 0).await;
        assert!(world.channel.tried().is_empty(), "{after:?}");
        assert!(store.met() >= 3);
        one.kill().await;

        let two = world.start("two");
        world.is_idle().await;
        assert_eq!(world.channel.texts(), ["re: Hello"]);
        assert_eq!(two.figure("openclaw_sends_uncertain_total", ""), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_a_slow_commit_gave_up_is_not_a_lost_one() {
    let world = World::new();
    let slow = Fault::once(Verb::Commit, When::After, Effect::Slow(LEASE));
    let store = Arc::new(Faulty::new(world.store.clone(), [slow]));
    let replica = world.start_with(store.clone(), world.model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    world.answer(&api("ann"), &id).await;
    assert_eq!(replica.pool.in_flight(), 1, "the commit goes on while heartbeats miss the claim");
    world.until(async || replica.pool.in_flight() == 0).await;
    assert_eq!(replica.pool.answered_total(), 1);
    assert_eq!(replica.figure("openclaw_claims_lost_total", ""), 0);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_was_away_is_claimed_from_again() {
    let world = World::new();
    let outage = Effect::Outage(Duration::from_secs(300));
    let store = Faulty::new(world.store.clone(), [Fault::once(Verb::Claim, When::Before, outage)]);
    let _replica = world.start_with(Arc::new(store), world.model.clone());
    let said = Instant::now();
    let id = world.say(&api("ann"), "Hello").await;
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    let waited = said.elapsed().as_secs();
    assert!((300..305).contains(&waited), "{waited}");
}
