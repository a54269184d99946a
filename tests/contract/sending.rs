//! The outbox: what is written down before and after each part goes out.

use std::time::Duration;

use conversation::ports::{Lease, MessageState, Pause};
use conversation::{OutboxPart, PartState, Reach};

use crate::harness::Harness;
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, assert_lease, claim_nothing, claim_one, open, part_states,
    state, texts,
};
use crate::words::{by_channel, customer, recorded, reply, turn_in_parts};

use PartState::{Delivered, Pending, Sending};

pub(crate) async fn parts_go_out_one_by_one_and_the_claim_stays(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    let opened = open(&*store, &claim).await;
    assert!(opened.messages.is_empty());
    assert_eq!(part_states(&opened), [Pending, Pending]);
    let outbox = opened.outbox.unwrap();
    assert_eq!((outbox.turn.as_str(), &outbox.reply), ("t", &reply("t")));
    let words: Vec<&str> =
        outbox.parts.iter().map(|OutboxPart { part, .. }| part.text.as_str()).collect();
    assert_eq!(words, ["t part 0", "t part 1"]);

    store.sending(&claim, 0).await.unwrap();
    assert_eq!(part_states(&open(&*store, &claim).await), [Sending, Pending]);
    store.delivered(&claim, 0, Some("wamid.1".to_owned())).await.unwrap();
    let receipt = Some("wamid.1".to_owned());
    assert_eq!(part_states(&open(&*store, &claim).await), [Delivered(receipt), Pending]);
    store.sending(&claim, 1).await.unwrap();
    store.delivered(&claim, 1, None).await.unwrap();
    assert_eq!(open(&*store, &claim).await.outbox, None);
    assert_lease(&*store, &claim, Lease::Held).await;
    store.release(&claim).await.unwrap();
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_part_may_be_delivered_without_a_receipt(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    store.delivered(&claim, 0, None).await.unwrap();
    assert_eq!(part_states(&open(&*store, &claim).await), [Delivered(None), Pending]);
}

pub(crate) async fn a_delivery_recorded_twice_changes_nothing(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    for _ in 0..2 {
        store.delivered(&claim, 0, None).await.unwrap();
        assert_eq!(part_states(&open(&*store, &claim).await), [Delivered(None), Pending]);
    }
    for _ in 0..2 {
        store.delivered(&claim, 1, None).await.unwrap();
        assert_eq!(open(&*store, &claim).await.outbox, None);
    }
    assert_lease(&*store, &claim, Lease::Held).await;
}

pub(crate) async fn an_answer_counts_before_it_is_sent(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let id = accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
}

pub(crate) async fn an_unsent_reply_is_reason_enough_to_be_queued(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    accept_new(&*one, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*one).await;
    one.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    one.release(&claim).await.unwrap();
    let claim = claim_one(&*other).await;
    assert_eq!(part_states(&open(&*other, &claim).await), [Pending]);
}

pub(crate) async fn the_next_owner_finds_what_may_have_gone_out(harness: &dyn Harness) {
    let (dead, alive) = (harness.store("dead").await, harness.store("alive").await);
    accept_new(&*dead, by_channel(&customer("anna"), "k", "hello")).await;
    let lost = claim_one(&*dead).await;
    dead.commit(&lost, turn_in_parts("t", 1, 3)).await.unwrap();
    dead.sending(&lost, 0).await.unwrap();
    dead.delivered(&lost, 0, Some("r".to_owned())).await.unwrap();
    dead.sending(&lost, 1).await.unwrap();
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*alive).await;
    let opened = open(&*alive, &held).await;
    assert_eq!(part_states(&opened), [Delivered(Some("r".to_owned())), Sending, Pending]);
    assert_eq!(opened.outbox.unwrap().next(), Some(1));
    for part in 1..3 {
        alive.delivered(&held, part, None).await.unwrap();
    }
    assert_eq!(open(&*alive, &held).await.outbox, None);
}

pub(crate) async fn a_release_leaves_open_whether_a_part_went_out(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    store.sending(&claim, 0).await.unwrap();
    store.release(&claim).await.unwrap();
    let claim = claim_one(&*store).await;
    assert_eq!(part_states(&open(&*store, &claim).await), [Sending]);
}

pub(crate) async fn putting_off_makes_a_part_pending_again(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, by_channel(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    store.delivered(&claim, 0, None).await.unwrap();
    store.sending(&claim, 1).await.unwrap();
    store.retry_at(&claim, Duration::from_secs(10), Pause::Failure).await.unwrap();
    harness.advance(Duration::from_secs(11)).await;
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    assert_eq!((part_states(&opened), opened.attempts), (vec![Delivered(None), Pending], 1));
}

pub(crate) async fn a_message_that_comes_while_a_reply_goes_out_waits(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    accept_new(&*one, by_channel(&anna, "1", "first")).await;
    let claim = claim_one(&*one).await;
    one.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    one.sending(&claim, 0).await.unwrap();
    accept_new(&*other, by_channel(&anna, "2", "second")).await;
    claim_nothing(harness, &*other).await;
    let opened = open(&*one, &claim).await;
    assert_eq!((texts(&opened), part_states(&opened)), (vec!["second"], vec![Sending]));
    one.delivered(&claim, 0, None).await.unwrap();
    one.release(&claim).await.unwrap();
    let opened = answer_next(&*other, "t2").await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["second"], 1));
}

pub(crate) async fn what_a_part_quotes_and_whom_it_reaches_is_kept(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let mut inbound = by_channel(&customer("anna"), "wamid.7", "hello");
    inbound.message.reach = Some(Reach("DE.7 4915112345678".to_owned()));
    let said = inbound.message.clone();
    accept_new(&*store, inbound).await;
    let claim = claim_one(&*store).await;
    let waiting = open(&*store, &claim).await.messages[0].clone();
    assert_eq!((waiting.key.as_str(), &waiting.message), ("wamid.7", &said));
    let mut result = turn_in_parts("t", 1, 1);
    result.parts[0].quotes = Some(waiting.key);
    result.parts[0].reach = said.reach;
    store.commit(&claim, result.clone()).await.unwrap();
    let outbox = open(&*store, &claim).await.outbox.unwrap();
    assert_eq!(outbox.parts[0].part, result.parts[0]);
}
