//! Redis is out of memory, with the policy `noeviction` that the deployment uses.

use std::time::Duration;

use conversation::StoreError;
use conversation::ports::MessageState;

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{accept_new, answer_next, claim_nothing, claim_one, open, state, texts};
use crate::words::{customer, recorded, turn_in_parts};

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
    store.retry_at(&again, Duration::ZERO).await.unwrap();

    assert_eq!(harness.server().cli(&["CONFIG", "SET", "maxmemory", "0"]), "OK");
    assert_eq!(texts(&answer_next(&*store, "t").await), ["hello"]);
    claim_nothing(&harness, &*store).await;
    accept_new(&*store, recorded(&berta, "k", "hello")).await;
    answer_next(&*store, "t").await;
}
