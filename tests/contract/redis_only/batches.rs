//! Batches that travel in more than one round trip.

use conversation::StoreError;
use conversation::ports::Accepted;

use crate::harness::{Harness as _, WAITING_LIMIT};
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
