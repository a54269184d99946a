//! Claiming: each conversation once, by one owner, and no more than there is room for.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use conversation::ConversationId;
use conversation::ports::Store;

use crate::harness::Harness;
use crate::steps::{
    PAST_LEASE, PATIENCE, accept_new, answer_next, claim_all, claim_nothing, claim_one, open, texts,
};
use crate::words::{MANY, ONE, count, customer, recorded, turn, turn_in_parts};

pub(crate) async fn a_conversation_is_queued_once_however_many_messages_come(
    harness: &dyn Harness,
) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    for key in ["1", "2", "3"] {
        accept_new(&*one, recorded(&anna, key, "hello")).await;
    }
    let claims = claim_all(harness, &*one).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].conversation, anna);
    accept_new(&*one, recorded(&anna, "4", "hello")).await;
    claim_nothing(harness, &*other).await;
}

pub(crate) async fn no_more_is_claimed_than_there_is_room_for(harness: &dyn Harness) {
    let store = harness.store("one").await;
    for number in 0..9 {
        accept_new(&*store, recorded(&customer(&number.to_string()), "k", "hello")).await;
    }
    let mut seen = HashSet::new();
    while seen.len() < 9 {
        let claims = store.claim(count(2), PATIENCE).await.unwrap();
        assert!((1..=2).contains(&claims.len()), "{claims:?}");
        for claim in claims {
            assert!(seen.insert(claim.conversation), "claimed twice");
        }
    }
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_claim_waits_for_a_message(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let waiting = tokio::spawn(async move { claim_one(&*one).await });
    tokio::task::yield_now().await;
    accept_new(&*other, recorded(&customer("anna"), "k", "hello")).await;
    let claim = waiting.await.unwrap();
    assert_eq!(claim.conversation, customer("anna"));
    assert_eq!((claim.fence.owner.as_str(), claim.fence.deliveries), ("one", 1));
}

pub(crate) async fn a_claim_ends_empty_when_patience_does(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let empty = store.claim(MANY, Duration::from_millis(30));
    assert_eq!(tokio::time::timeout(PATIENCE, empty).await, Ok(Ok(Vec::new())));
}

pub(crate) async fn a_claim_that_nobody_waits_for_any_more_loses_nothing(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    for round in 0..5 {
        let waiting = tokio::spawn({
            let one = Arc::clone(&one);
            async move { one.claim(ONE, PATIENCE).await }
        });
        tokio::task::yield_now().await;
        let who = customer(&round.to_string());
        let (_, ()) = tokio::join!(accept_new(&*other, recorded(&who, "k", "hello")), async {
            waiting.abort()
        });
        let _ = waiting.await;
        let mut claims = other.claim(ONE, harness.glance()).await.unwrap();
        if claims.is_empty() {
            harness.advance(PAST_LEASE).await;
            claims = vec![claim_one(&*other).await];
        }
        assert_eq!(claims[0].conversation, who);
        other.commit(&claims[0], turn("t", 1)).await.unwrap();
    }
}

pub(crate) async fn two_owners_never_hold_the_same_conversation(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    for number in 0..60 {
        accept_new(&*one, recorded(&customer(&number.to_string()), "k", "hello")).await;
    }
    let claim_some = async |store: Arc<dyn Store>| {
        let mut held: Vec<ConversationId> = Vec::new();
        loop {
            let claims = store.claim(count(4), harness.glance()).await.unwrap();
            if claims.is_empty() {
                return held;
            }
            held.extend(claims.into_iter().map(|claim| claim.conversation));
        }
    };
    let (mut all, others) = tokio::join!(claim_some(one), claim_some(other));
    all.extend(others);
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (60, 60));
}

pub(crate) async fn what_comes_during_a_turn_is_answered_after_it(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    accept_new(&*one, recorded(&anna, "1", "first")).await;
    let claim = claim_one(&*one).await;
    assert_eq!(texts(&open(&*one, &claim).await), ["first"]);
    accept_new(&*other, recorded(&anna, "2", "second")).await;
    claim_nothing(harness, &*other).await;
    one.commit(&claim, turn("t1", 1)).await.unwrap();
    let opened = answer_next(&*other, "t2").await;
    assert_eq!(texts(&opened), ["second"]);
    assert_eq!(opened.history.len(), 1);
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn an_owner_can_go_on_with_what_came_meanwhile(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "first")).await;
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    accept_new(&*store, recorded(&anna, "2", "second")).await;
    store.commit(&claim, turn_in_parts("t1", 1, 1)).await.unwrap();
    store.delivered(&claim, 0, None).await.unwrap();
    let opened = open(&*store, &claim).await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["second"], 1));
    store.commit(&claim, turn("t2", 1)).await.unwrap();
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn what_is_released_unanswered_is_queued_again(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    accept_new(&*one, recorded(&customer("anna"), "k", "hello")).await;
    let first = claim_one(&*one).await;
    one.release(&first).await.unwrap();
    let second = claim_one(&*other).await;
    assert_ne!(first.fence, second.fence);
    assert_eq!(second.fence.deliveries, 1, "a release is no failed delivery");
    assert_eq!(texts(&open(&*other, &second).await), ["hello"]);
}

pub(crate) async fn what_is_released_with_nothing_waiting_is_not_queued(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    store.delivered(&claim, 0, None).await.unwrap();
    store.release(&claim).await.unwrap();
    claim_nothing(harness, &*store).await;
    harness.advance(PAST_LEASE).await;
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn waiting_work_never_expires(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "answered")).await;
    accept_new(&*store, recorded(&anna, "2", "waits")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    for _ in 0..8 {
        harness.advance(Duration::from_secs(24 * 60 * 60)).await;
    }
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    assert_eq!(texts(&opened), ["waits"]);
    assert_eq!(opened.outbox.map(|outbox| outbox.turn), Some("t".to_owned()));
    assert!(opened.history.is_empty());
}
