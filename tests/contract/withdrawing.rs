//! Messages that are taken back while an owner is at work on their conversation.

use conversation::Remarked;
use conversation::StoreError;
use conversation::ports::{MessageState, Noticed};

use crate::harness::Harness;
use crate::notes::{note, referred, tell};
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, assert_all_verbs_stale, claim_nothing, claim_one, open,
    state, texts,
};
use crate::words::{ONE, customer, turn, turn_in_parts};

pub(crate) async fn what_was_taken_back_during_a_turn_goes_without_an_answer(
    harness: &dyn Harness,
) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "first")).await;
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    let gone = accept_new(&*store, referred(&anna, "2", "oops")).await;
    let later = accept_new(&*store, referred(&anna, "3", "third")).await;
    let taken_back = note(&anna, "n", "2", Remarked::TakenBack);
    assert_eq!(tell(&*store, taken_back).await, Noticed::Kept);
    store.commit(&claim, turn("t", 1)).await.unwrap();

    let claim = claim_one(&*store).await;
    assert_eq!(texts(&open(&*store, &claim).await), ["oops", "third"]);
    store.withdraw(&claim, ONE).await.unwrap();
    assert_all_verbs_stale(&*store, &claim).await;
    assert_eq!(state(&*store, &gone).await, MessageState::TakenBack);
    assert_eq!(state(&*store, &later).await, MessageState::Waiting);
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["third"]);
    assert_eq!(store.history(&anna).await.unwrap().len(), 2);
    claim_nothing(harness, &*store).await;
    // The last one leaves nothing to do.
    accept_new(&*store, referred(&anna, "4", "oops again")).await;
    let claim = claim_one(&*store).await;
    store.withdraw(&claim, ONE).await.unwrap();
    assert_eq!(store.withdraw(&claim, ONE).await, Err(StoreError::Stale));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn nothing_is_withdrawn_before_a_reply_that_is_on_its_way(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "first")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    accept_new(&*store, referred(&anna, "2", "second")).await;
    assert_eq!(store.withdraw(&claim, ONE).await, Err(StoreError::Stale));
    let opened = open(&*store, &claim).await;
    assert_eq!((texts(&opened), opened.outbox.is_some()), (vec!["second"], true));
}

/// An owner that was thought to be dead withdraws at once with the one that took over.
pub(crate) async fn of_an_owner_and_its_successor_one_withdraws(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    for round in 0..5 {
        let anna = customer(&format!("anna {round}"));
        accept_new(&*one, referred(&anna, "1", "first")).await;
        accept_new(&*one, referred(&anna, "2", "second")).await;
        let lost = claim_one(&*one).await;
        harness.advance(PAST_LEASE).await;
        let held = claim_one(&*other).await;
        let (late, withdrawn) = tokio::join!(one.withdraw(&lost, ONE), other.withdraw(&held, ONE));
        assert_eq!((late, withdrawn), (Err(StoreError::Stale), Ok(())));
        assert_eq!(texts(&answer_next(&*one, "t").await), ["second"]);
    }
    claim_nothing(harness, &*one).await;
}
