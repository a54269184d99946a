//! What is known of a turn that was interrupted: since when a part has been going out, what a pause
//! leaves standing, and which message shows the answer in the making.

use std::time::Duration;

use conversation::ports::{Memory, Pause, TurnResult};
use conversation::{PartState, Remarked, StoreError};

use crate::harness::Harness;
use crate::notes::{note, tell};
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, claim_nothing, claim_one, open, part_states,
};
use crate::words::{ONE, by_channel, customer, turn, turn_in_parts};

use PartState::{Delivered, Pending, Sending};

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) async fn how_long_a_part_has_been_going_out_is_known(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    assert_eq!(open(&*store, &claim).await.sending_for, None);
    let before = harness.elapsed();
    store.sending(&claim, 0).await.unwrap();
    harness.advance(5 * MINUTE).await;
    let claim = claim_one(&*store).await;
    let sending_for = open(&*store, &claim).await.sending_for.unwrap();
    let at_most = harness.elapsed() - before + Duration::from_millis(1);
    assert!(sending_for >= 5 * MINUTE && sending_for <= at_most, "{sending_for:?}");

    // Waiting for a receipt it goes on.
    store.retry_at(&claim, MINUTE, Pause::Receipt).await.unwrap();
    harness.advance(2 * MINUTE).await;
    let claim = claim_one(&*store).await;
    let sending_for = open(&*store, &claim).await.sending_for.unwrap();
    assert!(sending_for >= 7 * MINUTE, "{sending_for:?}");
    store.delivered(&claim, 0, None).await.unwrap();
    assert_eq!(open(&*store, &claim).await.sending_for, None);
    // The next part has a time of its own.
    let before = harness.elapsed();
    store.sending(&claim, 1).await.unwrap();
    let sending_for = open(&*store, &claim).await.sending_for.unwrap();
    assert!(sending_for <= harness.elapsed() - before + Duration::from_millis(1));
    store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.sending_for, None);
}

pub(crate) async fn each_pause_leaves_standing_what_it_should(harness: &dyn Harness) {
    let store = harness.store("one").await;
    for (name, pause, state, attempts) in [
        ("failure", Pause::Failure, Pending, 1),
        ("pace", Pause::Pace, Pending, 0),
        ("receipt", Pause::Receipt, Sending, 0),
    ] {
        accept_new(&*store, by_channel(&customer(name), "k", "hello")).await;
        let claim = claim_one(&*store).await;
        store.commit(&claim, turn_in_parts("t", 1, 3)).await.unwrap();
        store.delivered(&claim, 0, None).await.unwrap();
        store.sending(&claim, 1).await.unwrap();
        store.retry_at(&claim, MINUTE, pause).await.unwrap();
        claim_nothing(harness, &*store).await;
        harness.advance(2 * MINUTE).await;
        let claim = claim_one(&*store).await;
        let opened = open(&*store, &claim).await;
        assert_eq!(part_states(&opened), [Delivered(None), state, Pending], "{pause:?}");
        assert_eq!(opened.attempts, attempts, "{pause:?}");
        store.park(&claim, ONE, "enough").await.unwrap();
    }
}

pub(crate) async fn without_a_reply_only_a_failure_counts(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    for (pause, attempts) in [(Pause::Pace, 0), (Pause::Receipt, 0), (Pause::Failure, 1)] {
        let claim = claim_one(&*store).await;
        store.retry_at(&claim, MINUTE, pause).await.unwrap();
        harness.advance(2 * MINUTE).await;
        let claim = claim_one(&*store).await;
        assert_eq!(open(&*store, &claim).await.attempts, attempts, "{pause:?}");
        store.release(&claim).await.unwrap();
    }
}

pub(crate) async fn what_was_delivered_is_not_sent_again(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(store.sending(&claim, 0).await, Err(StoreError::Stale), "without a reply");
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    store.sending(&claim, 0).await.unwrap();
    store.delivered(&claim, 0, None).await.unwrap();
    assert_eq!(store.sending(&claim, 0).await, Err(StoreError::Stale));
    assert_eq!(part_states(&open(&*store, &claim).await), [Delivered(None), Pending]);
    let no_such_part = store.sending(&claim, 2).await;
    assert!(matches!(no_such_part, Err(StoreError::Unreadable { .. })), "{no_such_part:?}");
}

pub(crate) async fn a_draft_is_known_to_whoever_goes_on_with_the_turn(harness: &dyn Harness) {
    let (dead, alive) = (harness.store("dead").await, harness.store("alive").await);
    accept_new(&*dead, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*dead).await;
    assert_eq!(open(&*dead, &claim).await.draft, None);
    dead.drafted(&claim, "message 6").await.unwrap();
    dead.drafted(&claim, "message 7").await.unwrap();
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*alive).await;
    assert_eq!(open(&*alive, &held).await.draft.as_deref(), Some("message 7"));
    assert_eq!(dead.drafted(&claim, "stale").await, Err(StoreError::Stale));
    alive.retry_at(&held, MINUTE, Pause::Failure).await.unwrap();
    harness.advance(2 * MINUTE).await;
    let held = claim_one(&*alive).await;
    assert_eq!(open(&*alive, &held).await.draft.as_deref(), Some("message 7"));
    alive.release(&held).await.unwrap();
    let held = claim_one(&*alive).await;
    assert_eq!(open(&*alive, &held).await.draft.as_deref(), Some("message 7"));
    alive.commit(&held, turn_in_parts("t", 1, 1)).await.unwrap();
    assert_eq!(open(&*alive, &held).await.draft, None);
}

pub(crate) async fn a_draft_ends_with_its_turn(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    for key in ["committed", "parked"] {
        for next in ["", " next"] {
            accept_new(&*store, by_channel(&anna, &format!("{key}{next}"), key)).await;
        }
        let claim = claim_one(&*store).await;
        store.drafted(&claim, "message 7").await.unwrap();
        match key {
            "parked" => store.park(&claim, ONE, "no model can").await.unwrap(),
            _ => store.commit(&claim, turn(key, 1)).await.unwrap(),
        }
        let claim = claim_one(&*store).await;
        assert_eq!(open(&*store, &claim).await.draft, None, "{key}");
        store.commit(&claim, turn(&format!("{key} next"), 1)).await.unwrap();
    }
    // Nor is one left where nothing waits any more.
    accept_new(&*store, by_channel(&anna, "last", "last")).await;
    let claim = claim_one(&*store).await;
    store.drafted(&claim, "message 8").await.unwrap();
    store.commit(&claim, turn("last", 1)).await.unwrap();
    accept_new(&*store, by_channel(&anna, "very last", "very last")).await;
    assert_eq!(answer_next(&*store, "very last").await.draft, None);
}

pub(crate) async fn a_turn_that_restarts_forgets_what_was_before(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    for key in ["1", "2"] {
        accept_new(&*store, by_channel(&anna, key, key)).await;
        answer_next(&*store, key).await;
    }
    tell(&*store, note(&anna, "n", "1", Remarked::TakenBack)).await;
    accept_new(&*store, by_channel(&anna, "/new", "/new")).await;
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    assert_eq!((opened.history.len(), opened.remarks.len()), (2, 1));
    tell(&*store, note(&anna, "n2", "later", Remarked::TakenBack)).await;
    let anew = TurnResult { memory: Memory::Restarts, ..turn("anew", 1) };
    store.commit(&claim, anew).await.unwrap();
    assert_eq!(store.history(&anna).await.unwrap().len(), 1);

    accept_new(&*store, by_channel(&anna, "3", "3")).await;
    let opened = answer_next(&*store, "3").await;
    assert_eq!((opened.history[0].asked[0].text.as_str(), opened.history.len()), ("/new", 1));
    // What came after the turn had begun may be about what waits, and is not forgotten.
    let about: Vec<_> = opened.remarks.iter().map(|remark| remark.about.as_deref()).collect();
    assert_eq!(about, [Some("later")]);
    // What happens from now on is remembered again.
    tell(&*store, note(&anna, "n3", "3", Remarked::TakenBack)).await;
    accept_new(&*store, by_channel(&anna, "4", "4")).await;
    let opened = answer_next(&*store, "4").await;
    assert_eq!((opened.history.len(), opened.remarks.len()), (2, 2));
}
