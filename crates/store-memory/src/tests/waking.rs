//! The clock here is the runtime's paused one, so that waiting takes no time and what is waited
//! for is exact.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Pause, Turns as _};
use conversation::{Clock, Timestamp};
use tokio::time::Instant;

use super::{ONE, accept, only, says};
use crate::{MemoryStore, Options};

const PATIENCE: Duration = Duration::from_secs(600);

struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_000_000).plus(self.0.elapsed())
    }
}

fn store() -> MemoryStore {
    MemoryStore::new(Options::default(), Arc::new(PausedClock(Instant::now())))
}

#[tokio::test(start_paused = true)]
async fn a_message_wakes_the_one_who_waits() {
    let store = store();
    let (claims, _) = tokio::join!(store.claim(ONE, PATIENCE), async {
        tokio::task::yield_now().await;
        accept(&store, says("anna", "1", "hello")).await
    });
    assert_eq!(only(claims.unwrap()).fence.deliveries, 1);
}

#[tokio::test(start_paused = true)]
async fn patience_ends_with_no_claims() {
    let store = store();
    let start = Instant::now();
    assert!(store.claim(ONE, PATIENCE).await.unwrap().is_empty());
    assert_eq!(start.elapsed(), PATIENCE);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_was_put_off_is_claimed_when_it_is_due() {
    let store = store();
    accept(&store, says("anna", "1", "hello")).await;
    let claim = only(store.claim(ONE, PATIENCE).await.unwrap());
    store.retry_at(&claim, Duration::from_secs(90), Pause::Failure).await.unwrap();
    let start = Instant::now();
    only(store.claim(ONE, PATIENCE).await.unwrap());
    assert_eq!(start.elapsed(), Duration::from_secs(90));
}

#[tokio::test(start_paused = true)]
async fn a_dead_owners_conversation_is_claimed_when_its_lease_has_run_out() {
    let store = store();
    accept(&store, says("anna", "1", "hello")).await;
    only(store.claim(ONE, PATIENCE).await.unwrap());
    let start = Instant::now();
    let claim = only(store.for_replica("other").claim(ONE, PATIENCE).await.unwrap());
    assert_eq!(claim.fence.deliveries, 2);
    assert_eq!(start.elapsed(), store.lease());
}

#[tokio::test(start_paused = true)]
async fn one_who_waits_already_learns_of_an_earlier_time() {
    let store = store();
    accept(&store, says("anna", "1", "hello")).await;
    let claim = only(store.claim(ONE, PATIENCE).await.unwrap());
    let start = Instant::now();
    let (claims, _) = tokio::join!(store.claim(ONE, PATIENCE), async {
        tokio::task::yield_now().await;
        store.retry_at(&claim, Duration::from_secs(1), Pause::Failure).await.unwrap();
    });
    only(claims.unwrap());
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn as_many_wake_as_there_is_work_for() {
    let store = store();
    let wait = || {
        let store = store.clone();
        tokio::spawn(async move { store.claim(ONE, PATIENCE).await.unwrap().len() })
    };
    let waiting: Vec<_> = (0..8).map(|_| wait()).collect();
    tokio::task::yield_now().await;
    accept(&store, says("anna", "1", "hello")).await;
    let batch = ["berta", "cara", "dora"].map(|name| says(name, "1", "hello"));
    conversation::ports::Inbox::accept(&store, batch.to_vec()).await.unwrap();
    let start = Instant::now();
    let mut claimed = 0;
    for task in waiting {
        claimed += task.await.unwrap();
    }
    // The four are held for three seconds, and then the other four take them over.
    assert_eq!(claimed, 8);
    assert_eq!(start.elapsed(), store.lease());
}

#[tokio::test(start_paused = true)]
async fn one_who_gives_up_leaves_the_work_to_another() {
    let store = store();
    accept(&store, says("anna", "1", "hello")).await;
    let claim = only(store.claim(ONE, PATIENCE).await.unwrap());
    store.retry_at(&claim, Duration::from_secs(100), Pause::Failure).await.unwrap();
    let impatient = tokio::spawn({
        let store = store.clone();
        async move { store.claim(ONE, Duration::from_secs(2)).await.unwrap().len() }
    });
    let aborted = tokio::spawn({
        let store = store.clone();
        async move { store.claim(ONE, PATIENCE).await.unwrap().len() }
    });
    let patient = tokio::spawn({
        let store = store.clone();
        async move { store.claim(ONE, PATIENCE).await.unwrap().len() }
    });
    tokio::task::yield_now().await;
    aborted.abort();
    assert_eq!(impatient.await.unwrap(), 0);
    let start = Instant::now();
    assert_eq!(patient.await.unwrap(), 1);
    assert_eq!(start.elapsed(), Duration::from_secs(98));
}
