//! Redis is away or hangs: every verb says so in bounded time, and nothing is half written.

use std::process::Command;
use std::time::Duration;

use conversation::MessageId;
use conversation::StoreError;
use conversation::ports::{Claim, MessageState, Pause, ReplicaReport, Store};
use store_redis::{Options, RedisStore};

use crate::harness::Harness as _;
use crate::redis_harness::RedisHarness;
use crate::steps::{accept_new, claim_nothing, claim_one, open, part_states, state, texts};
use crate::words::{MANY, ONE, customer, recorded, reply, turn, turn_in_parts};

/// Far longer than any verb may take.
const BOUND: Duration = Duration::from_secs(20);

/// Sends a signal to Redis.
fn signal(harness: &RedisHarness, name: &str) {
    let pid = harness.server().pid().unwrap().to_string();
    assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
}

async fn assert_away<T: std::fmt::Debug>(
    verb: &str,
    call: impl Future<Output = Result<T, StoreError>>,
) {
    match tokio::time::timeout(BOUND, call).await {
        Ok(Err(StoreError::Unavailable(_))) => {}
        Ok(other) => panic!("{verb}: {other:?}"),
        Err(_) => panic!("{verb} did not end"),
    }
}

/// Calls every verb there is, each of which finds Redis away.
async fn assert_every_verb_is_away(store: &dyn Store, claim: &Claim, id: &MessageId) {
    let anna = customer("anna");
    let late = || recorded(&customer("berta"), "late", "late");
    assert_away("accept", store.accept(vec![late()])).await;
    assert_away("message", store.message(id)).await;
    assert_away("claim", store.claim(MANY, Duration::from_secs(1))).await;
    assert_away("renew", store.renew(std::slice::from_ref(claim))).await;
    assert_away("open", store.open(claim, MANY)).await;
    assert_away("commit", store.commit(claim, turn("late", 1))).await;
    assert_away("sending", store.sending(claim, 1)).await;
    assert_away("delivered", store.delivered(claim, 1, None)).await;
    assert_away("release", store.release(claim)).await;
    assert_away("retry_at", store.retry_at(claim, Duration::ZERO, Pause::Failure)).await;
    assert_away("park", store.park(claim, ONE, "late")).await;
    assert_away("history", store.history(&anna)).await;
    assert_away("forget", store.forget(&anna)).await;
    assert_away("dead_letters", store.dead_letters(10)).await;
    let letter = format!("dead_{}{:016x}", anna.digest(), 7);
    assert_away("revive", store.revive(&letter)).await;
    assert_away("watch", async { store.watch(&anna).await.map(|_watch| ()) }).await;
    assert_away("ping", store.ping()).await;
    assert_away("report", store.report(ReplicaReport::default())).await;
    assert_away("replicas", store.replicas()).await;
    assert_away("queue", store.queue()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verb_says_that_redis_is_away_and_changes_nothing() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "1", "answered")).await;
    accept_new(&*store, recorded(&anna, "2", "waits")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    store.delivered(&claim, 0, None).await.unwrap();
    let before = open(&*store, &claim).await;

    harness.server().kill();
    assert_every_verb_is_away(&*store, &claim, &id).await;
    harness.server().start_again();
    harness.wait_for(&[&store]).await;

    assert_eq!(open(&*store, &claim).await, before);
    assert_eq!(part_states(&before).len(), 2);
    assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
    assert_eq!(store.dead_letters(10).await, Ok(Vec::new()));
    assert_eq!(store.history(&anna).await.unwrap().len(), 1);
    claim_nothing(&harness, &*store).await;
    accept_new(&*store, recorded(&customer("berta"), "late", "late")).await;
    assert_eq!(texts(&open(&*store, &claim_one(&*store).await).await), ["late"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_work_when_redis_goes_away_is_told() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let waiting = tokio::spawn({
        let store = std::sync::Arc::clone(&store);
        async move { store.claim(ONE, Duration::from_secs(600)).await }
    });
    // The first claim is on its way to Redis, or there already.
    store.ping().await.unwrap();
    harness.server().kill();
    assert_away("claim", async { waiting.await.unwrap() }).await;
    harness.server().start_again();
    harness.wait_for(&[&store]).await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    claim_one(&*store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_hangs_is_noticed_in_bounded_time() {
    let change = |options: &mut Options| options.verb_timeout = Duration::from_millis(500);
    let harness = RedisHarness::start_with(change).await;
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "1", "hello")).await;
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;

    signal(&harness, "-STOP");
    assert_away("accept", store.accept(vec![recorded(&anna, "2", "late")])).await;
    assert_away("commit", store.commit(&claim, turn_in_parts("t", 1, 1))).await;
    assert_away("claim", store.claim(ONE, Duration::from_millis(100))).await;
    assert_away("queue", store.queue()).await;
    signal(&harness, "-CONT");
    harness.wait_for(&[&store]).await;

    // What Redis got before it hung may or may not take effect, each verb wholly or not at all.
    let _either = store.accept(vec![recorded(&anna, "2", "late")]).await.unwrap();
    let committed = store.commit(&claim, turn_in_parts("t", 1, 1)).await;
    assert_eq!(committed, Ok(()), "the same turn, once");
    let opened = open(&*store, &claim).await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["late"], 1));
    assert_eq!(opened.history[0].asked.len(), 1);
    assert_eq!(part_states(&opened).len(), 1);
    assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_to_nothing_is_an_error_in_bounded_time() {
    let port = support::ports::free_port();
    let options = Options { url: format!("redis://127.0.0.1:{port}"), ..Options::default() };
    assert_away("connect", async { RedisStore::connect(options).await.map(|_store| ()) }).await;
}
