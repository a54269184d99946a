//! Redis is killed and comes back with its append-only file.

use std::time::Duration;

use conversation::PartState;
use conversation::ports::{Event, Lease, MessageState, Pause};

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, assert_all_verbs_stale, assert_lease, claim_nothing,
    claim_one, hear, hear_committed, only_letter, open, park_next, part_states, state, texts,
};
use crate::storm;
use crate::words::{by_channel, customer, recorded, reply, turn, turn_in_parts};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_accepted_is_lost() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let mut ids = Vec::new();
    for number in 0..30 {
        let who = customer(&(number % 5).to_string());
        let message = recorded(&who, &number.to_string(), &number.to_string());
        ids.push(accept_new(&*store, message).await);
    }
    harness.restart(&[&store]).await;
    for _ in 0..5 {
        let opened = answer_next(&*store, "t").await;
        let numbers: Vec<usize> = texts(&opened).iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(numbers.len(), 6);
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
    for id in &ids {
        assert_eq!(state(&*store, id).await, MessageState::Answered(Some(reply("t"))));
    }
    claim_nothing(&harness, &*store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_and_its_fence_outlive_redis() {
    let harness = RedisHarness::start().await;
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    accept_new(&*one, recorded(&customer("anna"), "k", "hello")).await;
    let lost = claim_one(&*one).await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*other).await;
    harness.restart(&[&one, &other]).await;
    assert_all_verbs_stale(&*one, &lost).await;
    assert_lease(&*other, &held, Lease::Held).await;
    assert_eq!(texts(&open(&*other, &held).await), ["hello"]);
    other.commit(&held, turn("t", 1)).await.unwrap();
    claim_nothing(&harness, &*one).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_that_dies_with_redis_is_taken_over_from() {
    let harness = RedisHarness::start().await;
    let (dead, alive) = (harness.store("dead").await, harness.store("alive").await);
    accept_new(&*dead, recorded(&customer("anna"), "k", "hello")).await;
    claim_one(&*dead).await;
    drop(dead);
    harness.restart(&[&alive]).await;
    harness.advance(PAST_LEASE).await;
    let claim = claim_one(&*alive).await;
    assert_eq!(claim.fence.deliveries, 2);
    assert_eq!(texts(&open(&*alive, &claim).await), ["hello"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_committed_reply_goes_on_where_it_stopped() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let id = accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 3)).await.unwrap();
    store.sending(&claim, 0).await.unwrap();
    store.delivered(&claim, 0, Some("r".to_owned())).await.unwrap();
    store.sending(&claim, 1).await.unwrap();
    harness.restart(&[&store]).await;
    assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
    let sent = PartState::Delivered(Some("r".to_owned()));
    let left = part_states(&open(&*store, &claim).await);
    assert_eq!(left, [sent, PartState::Sending, PartState::Pending]);
    assert_eq!(store.history(&customer("anna")).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_put_off_or_parked_is_still_there() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("parked"), "k", "parked")).await;
    park_next(&*store, "no model can").await;
    accept_new(&*store, by_channel(&customer("put off"), "k", "put off")).await;
    let claim = claim_one(&*store).await;
    store.retry_at(&claim, Duration::from_secs(600), Pause::Failure).await.unwrap();
    harness.restart(&[&store]).await;
    claim_nothing(&harness, &*store).await;
    harness.advance(Duration::from_secs(601)).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), opened.attempts), (vec!["put off"], 1));
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    assert_eq!(texts(&answer_next(&*store, "t").await), ["parked"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_is_told_that_it_may_have_missed_something() {
    let harness = RedisHarness::start().await;
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let mut watch = one.watch(&anna).await.unwrap();
    harness.restart(&[&one, &other]).await;
    assert_eq!(hear(&mut watch).await, Event::Missed);
    let id = accept_new(&*other, recorded(&anna, "k", "hello")).await;
    answer_next(&*other, "t").await;
    let committed = Event::Committed { messages: vec![id], reply: reply("t") };
    assert_eq!(hear_committed(&mut watch).await, committed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_comes_back_empty_is_used_anew() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "lost")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(harness.server().cli(&["FLUSHALL"]), "OK");
    assert_all_verbs_stale(&*store, &claim).await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    assert_eq!(texts(&answer_next(&*store, "t").await), ["hello"]);
    let onlooker = harness.onlooker().await.expect("the number of partitions is there again");
    assert_eq!(onlooker.queue().await.unwrap().ready, 0);
    let other = harness.store("other").await;
    claim_nothing(&harness, &*other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_at_work_lose_nothing_when_redis_is_killed_under_them() {
    let harness = RedisHarness::start().await;
    let disturbances = storm::rage(&harness, async || harness.restart(&[]).await).await;
    assert!(disturbances > 0);
}
