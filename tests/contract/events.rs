//! Events: told to whoever watches, on any replica, in order.

use std::time::Duration;

use conversation::StoreError;
use conversation::ports::Event;

use crate::harness::Harness;
use crate::steps::{
    PAST_LEASE, accept, accept_new, answer_next, claim_one, hear, hear_committed, open, park_next,
};
use crate::words::{customer, recorded, reply, turn, turn_in_parts};

fn delta(number: usize) -> Event {
    Event::Delta { at: 0, text: number.to_string() }
}

pub(crate) async fn a_watcher_hears_of_a_turn_that_another_owner_commits(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let mut watch = one.watch(&anna).await.unwrap();
    let mut second = one.watch(&anna).await.unwrap();
    let first_id = accept_new(&*other, recorded(&anna, "1", "hello")).await;
    let second_id = accept_new(&*other, recorded(&anna, "2", "hello")).await;
    answer_next(&*other, "t").await;
    let committed = Event::Committed { messages: vec![first_id, second_id], reply: reply("t") };
    assert_eq!(hear(&mut watch).await, committed);
    assert_eq!(hear(&mut second).await, committed);
}

pub(crate) async fn a_watcher_hears_of_a_turn_that_its_own_process_commits(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let mut watch = store.watch_here(&anna);
    let id = accept_new(&*store, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    assert_eq!(hear(&mut watch).await, Event::Committed { messages: vec![id], reply: reply("t") });
}

pub(crate) async fn whoever_accepts_a_message_hears_its_answer_from_anywhere(
    harness: &dyn Harness,
) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let mut watch = one.watch_here(&anna);
    let id = accept_new(&*one, recorded(&anna, "k", "hello")).await;
    answer_next(&*other, "t").await;
    let committed = Event::Committed { messages: vec![id], reply: reply("t") };
    assert_eq!(hear(&mut watch).await, committed);
}

pub(crate) async fn whoever_repeats_a_message_hears_its_answer_too(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let id = accept_new(&*other, recorded(&anna, "k", "hello")).await;
    let mut watch = one.watch_here(&anna);
    accept(&*one, recorded(&anna, "k", "hello")).await;
    answer_next(&*other, "t").await;
    let committed = Event::Committed { messages: vec![id], reply: reply("t") };
    assert_eq!(hear(&mut watch).await, committed);
}

pub(crate) async fn a_watch_that_begins_during_a_turn_hears_its_end(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let id = accept_new(&*other, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&*other).await;
    open(&*other, &claim).await;
    let mut watch = one.watch(&anna).await.unwrap();
    other.commit(&claim, turn("t", 1)).await.unwrap();
    let committed = Event::Committed { messages: vec![id], reply: reply("t") };
    assert_eq!(hear_committed(&mut watch).await, committed);
}

pub(crate) async fn events_of_one_owner_arrive_in_order(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let mut far = one.watch(&anna).await.unwrap();
    let mut near = other.watch(&anna).await.unwrap();
    let id = accept_new(&*other, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&*other).await;
    open(&*other, &claim).await;
    let mut told = vec![Event::Started { messages: vec![id] }];
    told.extend((0..50).map(delta));
    told.push(Event::Restarted);
    told.extend((50..100).map(delta));
    told.push(Event::Postponed { messages: vec![id] });
    for event in &told {
        other.announce(&anna, event.clone());
    }
    for event in &told {
        assert_eq!(hear(&mut near).await, *event);
        assert_eq!(hear(&mut far).await, *event);
    }
}

pub(crate) async fn a_watcher_hears_its_own_conversation_only(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let (anna, berta) = (customer("anna"), customer("berta"));
    let mut of_anna = one.watch(&anna).await.unwrap();
    let mut of_berta = one.watch(&berta).await.unwrap();
    let id_of_berta = accept_new(&*other, recorded(&berta, "k", "hello")).await;
    answer_next(&*other, "to berta").await;
    let id_of_anna = accept_new(&*other, recorded(&anna, "k", "hello")).await;
    answer_next(&*other, "to anna").await;
    let to_berta = Event::Committed { messages: vec![id_of_berta], reply: reply("to berta") };
    assert_eq!(hear(&mut of_berta).await, to_berta);
    let to_anna = Event::Committed { messages: vec![id_of_anna], reply: reply("to anna") };
    assert_eq!(hear(&mut of_anna).await, to_anna);
}

pub(crate) async fn a_watcher_hears_that_messages_were_parked(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let mut far = one.watch(&anna).await.unwrap();
    let mut near = other.watch_here(&anna);
    let id = accept_new(&*other, recorded(&anna, "1", "hello")).await;
    accept_new(&*other, recorded(&anna, "2", "hello")).await;
    park_next(&*other, "a \"strange\" reason\n").await;
    let reason = "a \"strange\" reason\n".to_owned();
    let parked = Event::Parked { messages: vec![id], reason };
    assert_eq!(hear(&mut near).await, parked);
    assert_eq!(hear(&mut far).await, parked);
}

pub(crate) async fn a_stale_commit_is_not_announced(harness: &dyn Harness) {
    let (dead, alive) = (harness.store("dead").await, harness.store("alive").await);
    let anna = customer("anna");
    let mut near = dead.watch(&anna).await.unwrap();
    let id = accept_new(&*dead, recorded(&anna, "k", "hello")).await;
    let lost = claim_one(&*dead).await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*alive).await;
    let mut far = alive.watch(&anna).await.unwrap();
    assert_eq!(dead.commit(&lost, turn("late", 1)).await, Err(StoreError::Stale));
    // The time that was advanced may have ended the interest of whoever watched before.
    let mut fresh = dead.watch(&anna).await.unwrap();
    alive.commit(&held, turn("right", 1)).await.unwrap();
    let right = Event::Committed { messages: vec![id], reply: reply("right") };
    for watch in [&mut near, &mut far, &mut fresh] {
        assert_eq!(hear(watch).await, right);
    }
}

pub(crate) async fn an_event_is_a_hint_and_the_store_knows_it_first(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    for round in 0..20 {
        let mut watch = one.watch_here(&anna);
        let id = accept_new(&*one, recorded(&anna, &round.to_string(), "hello")).await;
        answer_next(&*other, &round.to_string()).await;
        hear_committed(&mut watch).await;
        let state = one.message(&id).await.unwrap();
        let reply = reply(&round.to_string());
        assert_eq!(state, Some(conversation::ports::MessageState::Answered(Some(reply))));
        harness.advance(Duration::from_secs(1)).await;
    }
}

pub(crate) async fn whoever_waits_for_an_answer_is_told_to_look_when_it_was_erased(
    harness: &dyn Harness,
) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let mut waiting = one.watch_here(&anna);
    let mut watching = other.watch(&anna).await.unwrap();
    for (round, eraser) in [&one, &other].into_iter().enumerate() {
        let id = accept_new(&*one, recorded(&anna, &round.to_string(), "hello")).await;
        assert_eq!(eraser.forget(&anna).await, Ok(true));
        assert_eq!(hear(&mut waiting).await, Event::Missed);
        assert_eq!(one.message(&id).await, Ok(None));
        if round == 0 {
            assert_eq!(hear(&mut watching).await, Event::Missed);
        }
    }
}

pub(crate) async fn whoever_waits_for_an_answer_is_told_to_look_when_a_person_has_it(
    harness: &dyn Harness,
) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    other.take_over(&anna, "Rosa").await.unwrap();
    let mut waiting = one.watch_here(&anna);
    for (round, owner) in [&one, &other].into_iter().enumerate() {
        let id = accept_new(&*one, recorded(&anna, &round.to_string(), "hello")).await;
        let claim = claim_one(&**owner).await;
        assert!(open(&**owner, &claim).await.messages.is_empty());
        assert_eq!(hear(&mut waiting).await, Event::Missed);
        let state = one.message(&id).await.unwrap();
        assert_eq!(state, Some(conversation::ports::MessageState::Recorded));
        owner.release(&claim).await.unwrap();
    }
}
