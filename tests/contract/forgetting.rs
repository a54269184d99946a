//! Forgetting one person everywhere.

use std::time::Duration;

use conversation::ports::Pause;
use conversation::{MessageId, StoreError};

use crate::harness::Harness;
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, assert_all_verbs_stale, claim_all, claim_nothing,
    claim_one, open, park_next, texts,
};
use crate::words::{MANY, by_channel, customer, recorded, turn, turn_in_parts};

pub(crate) async fn forgetting_erases_all_there_is(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let mut ids: Vec<MessageId> = Vec::new();
    for key in ["parked", "answered", "sent", "waits"] {
        ids.push(accept_new(&*store, recorded(&anna, key, key)).await);
    }
    park_next(&*store, "no model can").await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn("t1", 1)).await.unwrap();
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t2", 1, 2)).await.unwrap();
    store.sending(&claim, 0).await.unwrap();

    assert_eq!(store.forget(&anna).await, Ok(true));
    assert_all_verbs_stale(&*store, &claim).await;
    assert_eq!(store.history(&anna).await, Ok(Vec::new()));
    assert_eq!(store.dead_letters(10).await, Ok(Vec::new()));
    for id in &ids {
        assert_eq!(store.message(id).await, Ok(None));
    }
    assert_eq!(store.forget(&anna).await, Ok(false));
    harness.advance(PAST_LEASE).await;
    claim_nothing(harness, &*store).await;
    let figures = store.queue().await.unwrap();
    assert_eq!((figures.ready, figures.claimed, figures.delayed, figures.dead), (0, 0, 0, 0));

    for key in ["parked", "answered", "sent", "waits"] {
        accept_new(&*store, recorded(&anna, key, key)).await;
    }
    let opened = answer_next(&*store, "t").await;
    assert_eq!(texts(&opened), ["parked", "answered", "sent", "waits"]);
    assert_eq!((opened.history, opened.outbox, opened.attempts), (Vec::new(), None, 0));
}

pub(crate) async fn a_claim_on_a_forgotten_conversation_is_stale(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    accept_new(&*one, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&*one).await;
    assert_eq!(other.forget(&anna).await, Ok(true));
    assert_all_verbs_stale(&*one, &claim).await;
    // Nor does the claim come to life again with a new message.
    accept_new(&*other, recorded(&anna, "k", "a new start")).await;
    assert_all_verbs_stale(&*one, &claim).await;
    assert_eq!(texts(&answer_next(&*other, "t").await), ["a new start"]);
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn a_forgotten_conversation_that_was_put_off_does_not_come_back(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.retry_at(&claim, Duration::from_secs(10), Pause::Failure).await.unwrap();
    assert_eq!(store.forget(&anna).await, Ok(true));
    harness.advance(PAST_LEASE).await;
    claim_nothing(harness, &*store).await;
    assert_eq!(store.queue().await.unwrap().delayed, 0);
    // A message afterwards has nothing to wait for.
    accept_new(&*store, recorded(&anna, "k", "a new start")).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), opened.attempts), (vec!["a new start"], 0));
}

pub(crate) async fn a_forgotten_conversation_that_was_ready_can_only_be_claimed_in_vain(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "k", "hello")).await;
    assert_eq!(store.forget(&anna).await, Ok(true));
    // A trace may be left in the queue; whoever gets it finds nothing.
    for claim in claim_all(harness, &*store).await {
        assert_eq!(store.open(&claim, MANY).await, Err(StoreError::Stale));
    }
    harness.advance(PAST_LEASE).await;
    claim_nothing(harness, &*store).await;

    accept_new(&*store, recorded(&anna, "k", "forgotten")).await;
    assert_eq!(store.forget(&anna).await, Ok(true));
    accept_new(&*store, recorded(&anna, "k", "a new start")).await;
    let mut opened = Vec::new();
    for claim in claim_all(harness, &*store).await {
        match store.open(&claim, MANY).await {
            Ok(found) => opened.push(found),
            Err(error) => assert_eq!(error, StoreError::Stale),
        }
    }
    assert_eq!(opened.iter().map(texts).collect::<Vec<_>>(), [["a new start"]]);
}

pub(crate) async fn forgetting_someone_unknown_says_so(harness: &dyn Harness) {
    let store = harness.store("one").await;
    assert_eq!(store.forget(&customer("nobody")).await, Ok(false));
}

pub(crate) async fn forgetting_one_leaves_the_others_alone(harness: &dyn Harness) {
    let store = harness.store("one").await;
    for name in ["anna", "berta"] {
        accept_new(&*store, by_channel(&customer(name), "1", name)).await;
        answer_next(&*store, name).await;
        accept_new(&*store, by_channel(&customer(name), "2", name)).await;
        park_next(&*store, "no model can").await;
        accept_new(&*store, by_channel(&customer(name), "3", name)).await;
        let claim = claim_one(&*store).await;
        store.retry_at(&claim, Duration::from_secs(10), Pause::Failure).await.unwrap();
    }
    assert_eq!(store.forget(&customer("anna")).await, Ok(true));
    assert_eq!(store.history(&customer("berta")).await.unwrap().len(), 1);
    let letters = store.dead_letters(10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].conversation, customer("berta"));
    harness.advance(PAST_LEASE).await;
    let claim = claim_one(&*store).await;
    assert_eq!(claim.conversation, customer("berta"));
    assert_eq!(texts(&open(&*store, &claim).await), ["berta"]);
    claim_nothing(harness, &*store).await;
}
