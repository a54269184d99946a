//! Batches that travel in more than one round trip.

use conversation::StoreError;
use conversation::ports::{Accepted, Noticed, Passage, Received};

use crate::harness::{Harness as _, WAITING_LIMIT};
use crate::notes::edited;
use crate::receipts::receipt;
use crate::redis_harness::RedisHarness;
use crate::words::{customer, recorded};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_conversation_keeps_none_of_the_others_out() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let full = customer("full");
    let too_many = (0..=WAITING_LIMIT).map(|n| recorded(&full, &n.to_string(), "hello"));
    let others: Vec<_> =
        (0..400).map(|n| recorded(&customer(&n.to_string()), "k", "hello")).collect();
    let batch = too_many.chain(others.iter().cloned()).collect();
    let limit = WAITING_LIMIT;
    assert_eq!(store.accept(batch).await, Err(StoreError::TooManyWaiting { limit }));
    let again = store.accept(others).await.unwrap();
    let is_stored = |accepted: &Accepted| matches!(accepted, Accepted::Duplicate(..));
    assert_eq!(again.iter().filter(|accepted| is_stored(accepted)).count(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_stored_also_where_redis_forgot_the_script() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    assert_eq!(harness.server().cli(&["SCRIPT", "FLUSH"]), "OK");
    let batch = (0..20).map(|n| recorded(&customer(&n.to_string()), "k", "hello")).collect();
    let accepted = store.accept(batch).await.unwrap();
    assert!(accepted.iter().all(|accepted| matches!(accepted, Accepted::New(_))), "{accepted:?}");
    assert_eq!(accepted.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_may_not_be_written_is_refused_as_a_whole_and_told_why() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let batch = || (0..20).map(|n| recorded(&customer(&n.to_string()), "k", "hello")).collect();
    let replicas = |count| harness.server().cli(&["CONFIG", "SET", "min-replicas-to-write", count]);
    assert_eq!(replicas("1"), "OK");
    let refused = store.accept(batch()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(replicas("0"), "OK");
    let accepted = store.accept(batch()).await.unwrap();
    assert!(accepted.iter().all(|accepted| matches!(accepted, Accepted::New(_))), "{accepted:?}");
}

/// How many transactions the server has carried out. Each is synced to the disk once.
fn transactions(harness: &RedisHarness) -> u64 {
    let told = harness.server().cli(&["INFO", "commandstats"]);
    let calls = told.lines().find_map(|line| line.strip_prefix("cmdstat_exec:calls="));
    calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_besides_is_synced_together_and_told_in_its_order() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let whom = |n: usize| customer(&n.to_string());
    let notes = (0..60).map(|n| edited(&whom(n % 5), &format!("k{}", n % 50), "1", "new"));
    let before = transactions(&harness);
    let noticed = store.note(notes.collect()).await.unwrap();
    assert_eq!(transactions(&harness) - before, 1);
    let is_new = |n| if n < 50 { Noticed::Kept } else { Noticed::Duplicate };
    assert_eq!(noticed, (0..60).map(is_new).collect::<Vec<_>>());
    let receipts = (0..60).map(|n| receipt(&whom(n), "t", 0, Passage::Sent)).collect();
    assert_eq!(store.receive(receipts).await, Ok(vec![Received::Unknown; 60]));
    assert_eq!(transactions(&harness) - before, 2);
}
