//! What follows a customer to another conversation is answered there in the order in which it was
//! accepted, whatever waits there.

use std::time::Duration;

use conversation::ports::{Claim, Store};
use conversation::{ConversationId, StoreError};

use crate::carrying::carry;
use crate::harness::{AllPorts, Harness};
use crate::moving::names;
use crate::steps::{
    accept_new, answer_next, assert_all_verbs_stale, claim_nothing, claim_one, open, texts,
};
use crate::words::{ONE, by_channel, customer, turn, turn_in_parts};

/// Who moves: the old place and the new one.
type Places = (ConversationId, ConversationId);

/// What the customer writes, one after the other, each at the place that it begins with.
async fn write(harness: &dyn Harness, store: &dyn AllPorts, places: &Places, words: &[&str]) {
    for word in words {
        harness.advance(Duration::from_millis(2)).await;
        let who = if word.starts_with("old") { &places.0 } else { &places.1 };
        accept_new(store, by_channel(who, word, word)).await;
    }
}

/// Lets the customer move, and what waits follow, while somebody is at work on both places. Answers the
/// claim on the new one, unless that is handed in.
async fn move_while_claimed(store: &dyn AllPorts, places: &Places, at_new: Option<Claim>) -> Claim {
    let (old, new) = places;
    let one = claim_one(store).await;
    let other = match at_new {
        Some(at_new) => at_new,
        None => claim_one(store).await,
    };
    let (at_old, at_new) = if one.conversation == *old { (one, other) } else { (other, one) };
    open(store, &at_new).await;
    assert_eq!(carry(store, old, new, "move").await, Ok(true));
    assert_all_verbs_stale(store, &at_old).await;
    let at_old = claim_one(store).await;
    assert_eq!(open(store, &at_old).await.moved_to.as_ref(), Some(new));
    assert_eq!(store.forward(&at_old, new).await, Ok(()));
    at_new
}

pub(crate) async fn what_arrives_stands_where_its_time_says(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let words = ["new 1", "old 2", "old 3", "new 4", "old 5", "new 6", "old 7"];
    write(harness, &*store, &names(), &words).await;
    let at_new = move_while_claimed(&*store, &names(), None).await;
    assert_all_verbs_stale(&*store, &at_new).await;
    assert_eq!(texts(&answer_next(&*store, "t").await), words);
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn who_answers_there_what_came_later_is_stale(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let words = ["old 1", "old 2", "new 3"];
    write(harness, &*store, &names(), &words).await;
    let at_new = move_while_claimed(&*store, &names(), None).await;
    assert_all_verbs_stale(&*store, &at_new).await;
    assert_eq!(texts(&answer_next(&*store, "t").await), words);
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn what_came_later_keeps_nobody_from_answering(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    write(harness, &*store, &names(), &["new 1", "old 2"]).await;
    let at_new = move_while_claimed(&*store, &names(), None).await;
    assert_eq!(store.commit(&at_new, turn("t", 1)).await, Ok(()));
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["old 2"]);
    claim_nothing(harness, &*store).await;
}

/// Ends of a turn that take messages from the head of what waits.
#[derive(Clone, Copy, Debug)]
enum End {
    Commit,
    Park,
    Withdraw,
}

async fn end(store: &dyn Store, claim: &Claim, end: End) -> Result<(), StoreError> {
    match end {
        End::Commit => store.commit(claim, turn("too early", 1)).await,
        End::Park => store.park(claim, ONE, "too early").await,
        End::Withdraw => store.withdraw(claim, ONE).await,
    }
}

pub(crate) async fn who_sends_a_reply_there_may_send_it_and_answer_nothing_more(
    harness: &dyn Harness,
) {
    let store = harness.all_ports("one").await;
    for way in [End::Commit, End::Park, End::Withdraw] {
        let places = (customer(&format!("old {way:?}")), customer(&format!("new {way:?}")));
        write(harness, &*store, &places, &["new 0"]).await;
        let claim = claim_one(&*store).await;
        store.commit(&claim, turn_in_parts(&format!("{way:?}"), 1, 2)).await.unwrap();
        write(harness, &*store, &places, &["old 1", "new 2"]).await;
        let claim = move_while_claimed(&*store, &places, Some(claim)).await;
        for part in 0..2 {
            assert_eq!(store.delivered(&claim, part, None).await, Ok(()), "{way:?}");
        }
        // What it has seen waiting is "new 2", which is not what stands first.
        assert_eq!(end(&*store, &claim, way).await, Err(StoreError::Stale), "{way:?}");
        assert_all_verbs_stale(&*store, &claim).await;
        let opened = answer_next(&*store, &format!("then {way:?}")).await;
        assert_eq!(texts(&opened), ["old 1", "new 2"], "{way:?}");
        claim_nothing(harness, &*store).await;
    }
}
