//! What is revived while a turn is at work stands apart until the next one begins.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Claim, MessageState, Pause, Store};

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, claim_nothing, claim_one, open, park_next, state, texts,
};
use crate::words::{ONE, count, customer, recorded, reply, turn};

/// Parks these messages one by one, and then claims and opens a turn for one called "mine", with
/// one called "next" behind it.
async fn at_work(store: &dyn Store, parked: &[&str]) -> Claim {
    let anna = customer("anna");
    for text in parked {
        accept_new(store, recorded(&anna, text, text)).await;
        park_next(store, "too often").await;
    }
    accept_new(store, recorded(&anna, "mine", "mine")).await;
    accept_new(store, recorded(&anna, "next", "next")).await;
    let claim = claim_one(store).await;
    assert_eq!(texts(&open(store, &claim).await), ["mine", "next"]);
    claim
}

/// Revives the dead letter that holds this message.
async fn revive(store: &dyn Store, text: &str) {
    let letters = store.dead_letters(100).await.unwrap();
    let letter = letters.iter().find(|letter| letter.messages[0].text == text).unwrap();
    assert_eq!(store.revive(&letter.id).await, Ok(true));
}

async fn started() -> (RedisHarness, Arc<dyn Store>) {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    (harness, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revived_during_a_turn_goes_ahead_of_what_waits_after_it() {
    let (harness, store) = started().await;
    let claim = at_work(&*store, &["1", "2"]).await;
    revive(&*store, "2").await;
    revive(&*store, "1").await;
    // An owner that doesn't know what became of its commit opens once more.
    assert_eq!(texts(&open(&*store, &claim).await), ["mine", "next"]);
    store.commit(&claim, turn("t", 1)).await.unwrap();
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["1", "2", "next"]);
    claim_nothing(&harness, &*store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_revived_before_and_after_the_turns_end_keeps_its_order() {
    let (harness, store) = started().await;
    let claim = at_work(&*store, &["1", "2"]).await;
    revive(&*store, "2").await;
    store.release(&claim).await.unwrap();
    revive(&*store, "1").await;
    assert_eq!(texts(&answer_next(&*store, "t").await), ["1", "2", "mine", "next"]);
    claim_nothing(&harness, &*store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_the_turn_over_finds_what_was_revived_once() {
    let (harness, store) = started().await;
    let lost = at_work(&*store, &["1"]).await;
    revive(&*store, "1").await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*harness.store("other").await).await;
    assert!(held.fence.deliveries > lost.fence.deliveries);
    for _ in 0..2 {
        assert_eq!(texts(&open(&*store, &held).await), ["1", "mine", "next"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_ends_the_turn_leaves_the_revived_message_waiting() {
    for ending in ["commit", "release", "put off", "park"] {
        let (harness, store) = started().await;
        let claim = at_work(&*store, &["1"]).await;
        revive(&*store, "1").await;
        let left: &[&str] = match ending {
            "commit" => {
                store.commit(&claim, turn("t", 2)).await.unwrap();
                &["1"]
            }
            "release" => {
                store.release(&claim).await.unwrap();
                &["1", "mine", "next"]
            }
            "put off" => {
                store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
                &["1", "mine", "next"]
            }
            _park => {
                store.park(&claim, count(2), "no model can").await.unwrap();
                &["1"]
            }
        };
        assert_eq!(texts(&answer_next(&*store, "t2").await), left, "{ending}");
        claim_nothing(&harness, &*store).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revived_message_is_reason_enough_to_be_put_off_and_told_as_waiting() {
    let (_harness, store) = started().await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "k", "hello")).await;
    let other = accept_new(&*store, recorded(&anna, "2", "other")).await;
    park_next(&*store, "too often").await;
    let claim = claim_one(&*store).await;
    revive(&*store, "hello").await;
    assert_eq!(state(&*store, &id).await, MessageState::Waiting);
    let parts = crate::words::turn_in_parts("t", 1, 1);
    store.commit(&claim, parts).await.unwrap();
    assert_eq!(state(&*store, &other).await, MessageState::Answered(Some(reply("t"))));
    store.delivered(&claim, 0, None).await.unwrap();
    assert_eq!(texts(&open(&*store, &claim).await), Vec::<&str>::new());
    store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    let claim = claim_one(&*store).await;
    let opened = store.open(&claim, ONE).await.unwrap();
    assert_eq!((texts(&opened), opened.attempts), (vec!["hello"], 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgetting_erases_what_was_revived_too() {
    let (harness, store) = started().await;
    at_work(&*store, &["1"]).await;
    revive(&*store, "1").await;
    let anna = customer("anna");
    let left = || harness.server().cli(&["KEYS", &format!("*{}*", anna.digest())]);
    assert!(left().contains(":rv:"), "{}", left());
    assert_eq!(store.forget(&anna).await, Ok(true));
    assert_eq!(left(), "");
}
