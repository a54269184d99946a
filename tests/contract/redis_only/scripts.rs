//! Redis forgets the scripts, as it does when it restarts or an operator tells it to.

use std::time::Duration;

use conversation::ports::{Event, Passage, Pause, Received, Store};
use conversation::{Remarked, StoreError};

use crate::carrying::carry;
use crate::harness::Harness as _;
use crate::notes::{note, tell};
use crate::receipts::receipt;
use crate::redis_harness::RedisHarness;
use crate::steps::{
    accept_new, answer_next, claim_one, hear, only_letter, open, part_states, texts,
};
use crate::storm;
use crate::words::{MANY, ONE, customer, recorded, reply, turn_in_parts};

fn forget_scripts(harness: &RedisHarness) {
    assert_eq!(harness.server().cli(&["SCRIPT", "FLUSH"]), "OK");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verb_loads_its_script_again() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let forget = || forget_scripts(&harness);
    let mut watch = store.watch(&anna).await.unwrap();
    let batch = (0..20).map(|number| recorded(&anna, &number.to_string(), "hello"));
    forget();
    store.accept(batch.collect()).await.unwrap();
    forget();
    let claim = claim_one(&*store).await;
    forget();
    store.renew(std::slice::from_ref(&claim)).await.unwrap();
    forget();
    assert_eq!(store.open(&claim, MANY).await.unwrap().messages.len(), 20);
    forget();
    store.commit(&claim, turn_in_parts("t", 18, 2)).await.unwrap();
    assert!(matches!(hear(&mut watch).await, Event::Committed { .. }));
    forget();
    store.sending(&claim, 0).await.unwrap();
    forget();
    store.delivered(&claim, 0, None).await.unwrap();
    forget();
    store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    forget();
    let claim = claim_one(&*store).await;
    assert_eq!(part_states(&open(&*store, &claim).await).len(), 2);
    store.delivered(&claim, 1, None).await.unwrap();
    forget();
    store.park(&claim, ONE, "no model can").await.unwrap();
    forget();
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    forget();
    store.watch(&anna).await.unwrap();
    forget();
    assert_eq!(store.queue().await.unwrap().ready, 1);
    let claim = claim_one(&*store).await;
    forget();
    store.release(&claim).await.unwrap();
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["hello", "hello"]);
    assert_eq!(store.history(&anna).await.unwrap()[1].reply, reply("t2"));
    forget();
    tell(&*store, note(&anna, "n", "1", Remarked::TakenBack)).await;
    forget();
    let unknown = receipt(&anna, "t", 0, Passage::Sent);
    assert_eq!(store.receive(vec![unknown]).await, Ok(vec![Received::Unknown]));
    forget();
    assert_eq!(carry(&*store, &customer("berta"), &anna, "change").await, Ok(true));
    forget();
    assert_eq!(store.forget(&anna).await, Ok(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_accepted_once_however_often_the_scripts_are_forgotten() {
    let harness = RedisHarness::start().await;
    let store = harness.store("one").await;
    let bring = |store: &std::sync::Arc<dyn Store>, from: usize| {
        let store = std::sync::Arc::clone(store);
        tokio::spawn(async move {
            for number in (from..from + 25).step_by(5) {
                let batch: Vec<_> = (number..number + 5)
                    .map(|key| recorded(&customer("anna"), &key.to_string(), "hello"))
                    .collect();
                // The scripts may be forgotten again just after they were loaded.
                while let Err(error) = store.accept(batch.clone()).await {
                    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
                }
            }
        })
    };
    let bringing = [bring(&store, 0), bring(&store, 25)];
    while !bringing.iter().all(tokio::task::JoinHandle::is_finished) {
        forget_scripts(&harness);
        tokio::task::yield_now().await;
    }
    for task in bringing {
        task.await.unwrap();
    }
    assert_eq!(answer_next(&*store, "t").await.messages.len(), 50);
    // Each is known now, and none is new.
    accept_new(&*store, recorded(&customer("anna"), "50", "hello")).await;
    assert_eq!(answer_next(&*store, "t2").await.messages.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_at_work_notice_nothing_when_the_scripts_are_forgotten() {
    let harness = RedisHarness::start().await;
    let disturbances = storm::rage(&harness, async || forget_scripts(&harness)).await;
    assert!(disturbances > 0);
}
