//! What the store says of replicas and queues.

use std::time::Duration;

use conversation::ports::{ModelReport, ModelState, Pause, QueueFigures, ReplicaReport};

use crate::harness::Harness;
use crate::steps::{PAST_LEASE, accept_new, answer_next, claim_one, park_next};
use crate::words::{customer, recorded, turn};

fn report(id: &str, answered_total: u64) -> ReplicaReport {
    ReplicaReport { id: id.to_owned(), answered_total, ..ReplicaReport::default() }
}

pub(crate) async fn a_replica_is_alive_for_ten_seconds(harness: &dyn Harness) {
    let store = harness.store("one").await;
    assert_eq!(store.replicas().await, Ok(Vec::new()));
    store.report(report("b", 1)).await.unwrap();
    store.report(report("a", 2)).await.unwrap();
    let alive = store.replicas().await.unwrap();
    assert_eq!(alive.iter().map(|replica| replica.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    harness.advance(Duration::from_secs(6)).await;
    store.report(report("b", 1)).await.unwrap();
    harness.advance(Duration::from_secs(6)).await;
    let alive = store.replicas().await.unwrap();
    assert_eq!(alive.iter().map(|replica| replica.id.as_str()).collect::<Vec<_>>(), ["b"]);
    harness.advance(Duration::from_secs(6)).await;
    assert_eq!(store.replicas().await, Ok(Vec::new()));
}

pub(crate) async fn every_replica_sees_what_each_last_said(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    one.report(report("one", 1)).await.unwrap();
    let said = ReplicaReport {
        version: "1.2.3".to_owned(),
        turns_in_flight: 3,
        accepted_total: 4,
        resident_bytes: 5,
        skills_revision: "r".to_owned(),
        accepted_per_second: 6.5,
        answered_per_second: 7.25,
        models: vec![ModelReport {
            name: "vendor/model".to_owned(),
            state: ModelState::HalfOpen,
            last_failure: Some("timeout".to_owned()),
        }],
        ..report("one", 2)
    };
    one.report(said.clone()).await.unwrap();
    let seen = other.replicas().await.unwrap();
    let [seen] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(seen.seen_at.0 > 0, "the store says when it was");
    assert_eq!(*seen, ReplicaReport { seen_at: seen.seen_at, ..said });
}

pub(crate) async fn the_figures_tell_where_every_conversation_stands(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    assert_eq!(one.queue().await, Ok(QueueFigures::default()));
    for name in ["parked", "put off", "claimed", "claimed too", "ready"] {
        if name != "ready" {
            accept_new(&*one, recorded(&customer(name), "k", "hello")).await;
        }
        match name {
            "parked" => park_next(&*one, "no model can").await,
            "put off" => {
                let claim = claim_one(&*one).await;
                one.retry_at(&claim, Duration::from_secs(600), Pause::Failure).await.unwrap();
            }
            "ready" => {
                for number in 0..3 {
                    let who = customer(&number.to_string());
                    accept_new(&*one, recorded(&who, "k", "hello")).await;
                }
            }
            _ => drop(claim_one(&*one).await),
        }
    }
    let figures = other.queue().await.unwrap();
    let counted = (figures.ready, figures.claimed, figures.delayed, figures.dead);
    assert_eq!(counted, (3, 2, 1, 1));

    harness.advance(PAST_LEASE).await;
    for _ in 0..5 {
        answer_next(&*other, "t").await;
    }
    harness.advance(Duration::from_secs(600)).await;
    let claim = claim_one(&*other).await;
    other.commit(&claim, turn("t", 1)).await.unwrap();
    let figures = one.queue().await.unwrap();
    assert_eq!(figures, QueueFigures { dead: 1, ..QueueFigures::default() });
}

pub(crate) async fn a_store_that_is_there_answers_a_ping(harness: &dyn Harness) {
    assert_eq!(harness.store("one").await.ping().await, Ok(()));
}

pub(crate) async fn the_oldest_waiting_message_is_found_wherever_its_conversation_stands(
    harness: &dyn Harness,
) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let oldest = async || other.holds().await.unwrap().oldest_waiting;
    assert_eq!(oldest().await, None);
    // Later messages of the same conversation, and later conversations, change nothing.
    accept_new(&*one, recorded(&customer("first"), "1", "hello")).await;
    harness.advance(Duration::from_secs(10)).await;
    let accepted = oldest().await.expect("it is ready");
    accept_new(&*one, recorded(&customer("first"), "2", "hello?")).await;
    let claim = claim_one(&*one).await;
    assert_eq!(oldest().await, Some(accepted), "it is claimed");
    one.retry_at(&claim, Duration::from_secs(600), Pause::Failure).await.unwrap();
    accept_new(&*one, recorded(&customer("second"), "1", "hello")).await;
    assert_eq!(oldest().await, Some(accepted), "it is put off");
    answer_next(&*one, "t").await;
    assert_eq!(oldest().await, Some(accepted), "another one is answered");

    harness.advance(Duration::from_secs(600)).await;
    accept_new(&*one, recorded(&customer("third"), "1", "hello")).await;
    let before = oldest().await.expect("three messages wait");
    let claim = loop {
        let claim = claim_one(&*one).await;
        if claim.conversation == customer("first") {
            break claim;
        }
    };
    one.commit(&claim, turn("t", 2)).await.unwrap();
    let after = oldest().await.expect("one message waits");
    assert!(after.since(before) >= Duration::from_secs(600), "{before:?} {after:?}");
}

pub(crate) async fn the_store_says_how_much_memory_it_takes(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let before = store.holds().await.unwrap();
    let words = "w".repeat(200_000);
    for number in 0..50 {
        let who = customer(&number.to_string());
        accept_new(&*store, recorded(&who, "k", &words)).await;
    }
    let after = store.holds().await.unwrap();
    // Other tests may share the server, and let go of what they hold meanwhile.
    assert!(after.used_bytes >= before.used_bytes + 5_000_000, "{before:?} {after:?}");
    assert!(after.limit_bytes.is_none_or(|limit| limit > after.used_bytes), "{after:?}");
}
