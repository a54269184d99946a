//! Redis is out of memory, with the policy `noeviction` that the deployment uses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conversation::StoreError;
use conversation::ports::{Accepted, MessageState, Pause, Store};
use store_redis::Options;

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{
    PATIENCE, accept_new, answer_next, claim_nothing, claim_one, open, state, texts,
};
use crate::words::{MANY, customer, recorded, reply, turn_in_parts};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_without_room_refuses_more_and_lets_go_of_what_it_has() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let (anna, berta) = (customer("anna"), customer("berta"));
    let id = accept_new(&*store, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&*store).await;
    let before = open(&*store, &claim).await;
    assert_eq!(harness.server().cli(&["CONFIG", "SET", "maxmemory", "1"]), "OK");

    let refused = store.accept(vec![recorded(&berta, "k", "hello")]).await;
    assert_eq!(refused, Err(StoreError::Full));
    let refused = store.commit(&claim, turn_in_parts("t", 1, 1)).await;
    assert_eq!(refused, Err(StoreError::Full));
    assert_eq!(open(&*store, &claim).await, before);
    assert_eq!(state(&*store, &id).await, MessageState::Waiting);
    store.release(&claim).await.unwrap();
    let again = claim_one(&*store).await;
    store.retry_at(&again, Duration::ZERO, Pause::Failure).await.unwrap();

    assert_eq!(harness.server().cli(&["CONFIG", "SET", "maxmemory", "0"]), "OK");
    assert_eq!(texts(&answer_next(&*store, "t").await), ["hello"]);
    claim_nothing(&harness, &*store).await;
    accept_new(&*store, recorded(&berta, "k", "hello")).await;
    answer_next(&*store, "t").await;
}

/// Waits until a message is refused or taken, as expected.
async fn until(store: &dyn Store, expected: fn(&Result<Vec<Accepted>, StoreError>) -> bool) {
    // One that is known already would be taken in any case.
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let trying = async {
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let message = recorded(&customer("tries"), &number.to_string(), "hello");
            if expected(&store.accept(vec![message]).await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, trying).await.expect("the store notices");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nine_tenths_full_takes_no_more_and_answers_all_it_has() {
    const LIMIT: usize = 61 * 1024 * 1024;
    /// Just what its allocator gives in one piece, so that it takes no more than that.
    const BALLAST: usize = 56 * 1024 * 1024 - 4096;
    let unlimited = |options: &mut Options| options.waiting_limit = 100_000;
    let harness = RedisHarness::start_with(unlimited).await;
    let store = harness.store("one").await;
    assert_eq!(harness.server().cli(&["CONFIG", "SET", "maxmemory", &LIMIT.to_string()]), "OK");
    let message = |who: usize| recorded(&customer(&who.to_string()), "k", "hello");
    let accepted = store.accept((0..50).map(message).collect()).await.unwrap();
    let ballast = BALLAST.to_string();
    assert!(!harness.server().cli(&["SETRANGE", "ballast", &ballast, "x"]).is_empty());
    until(&*store, |answer| *answer == Err(StoreError::Full)).await;

    // What it has already it knows, and nothing new gets in.
    let known = store.accept(vec![message(0)]).await.unwrap();
    assert!(matches!(known[0], Accepted::Duplicate(_, MessageState::Waiting)), "{known:?}");
    let mixed = store.accept(vec![message(1), message(51)]).await;
    assert_eq!(mixed, Err(StoreError::Full));
    let mut answered = 0;
    while answered < accepted.len() {
        for claim in store.claim(MANY, PATIENCE).await.unwrap() {
            let opened = open(&*store, &claim).await;
            let count = opened.messages.len();
            store.commit(&claim, turn_in_parts("t", count, 1)).await.unwrap();
            store.sending(&claim, 0).await.unwrap();
            store.delivered(&claim, 0, Some("receipt".to_owned())).await.unwrap();
            store.release(&claim).await.unwrap();
            answered += usize::from(claim.conversation != customer("tries"));
        }
    }
    for taken in &accepted {
        let Accepted::New(id) = taken else { panic!("{taken:?}") };
        assert_eq!(state(&*store, id).await, MessageState::Answered(Some(reply("t"))));
    }
    assert_eq!(store.accept(vec![message(51)]).await, Err(StoreError::Full));

    assert_eq!(harness.server().cli(&["DEL", "ballast"]), "1");
    until(&*store, Result::is_ok).await;
    accept_new(&*store, message(51)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_begins_to_delete_gets_no_new_messages_until_it_stops() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    assert_eq!(harness.server().cli(&["CONFIG", "SET", "maxmemory", "500mb"]), "OK");
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    assert_eq!(harness.server().cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]), "OK");
    until(&*store, |answer| *answer == Err(StoreError::Full)).await;
    assert_eq!(texts(&answer_next(&*store, "t").await), ["hello"]);
    assert_eq!(harness.server().cli(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]), "OK");
    until(&*store, Result::is_ok).await;
}
