//! A customer moves to another conversation while something waits, or is being answered: it goes on
//! there.

use conversation::ports::{Accepted, MessageState, Opened, Pause, Store};
use conversation::{ConversationId, Exchange, MessageId, StoreError};

use crate::carrying::{carry, moved};
use crate::harness::{DEDUPE, Harness};
use crate::steps::{
    PAST_LEASE, accept, accept_new, answer_next, assert_all_verbs_stale, claim_nothing, claim_one,
    only_letter, open, part_states, state, texts,
};
use crate::words::{ONE, by_channel, customer, recorded, turn, turn_in_parts};

/// Who moves, and where they are then.
pub(crate) fn names() -> (ConversationId, ConversationId) {
    (customer("old number"), customer("new number"))
}

/// Holds one turn of this name.
async fn talk(store: &dyn Store, who: &ConversationId, name: &str) {
    accept_new(store, by_channel(who, name, name)).await;
    answer_next(store, name).await;
}

pub(crate) fn asked(history: &[Exchange]) -> Vec<&str> {
    history.iter().flat_map(|turn| &turn.asked).map(|message| message.text.as_str()).collect()
}

/// The same message as the other conversation knows it.
fn there(id: &MessageId, to: &ConversationId) -> MessageId {
    MessageId { conversation: to.digest(), ..*id }
}

/// Claims the next conversation, of this customer, and forwards it to that one.
pub(crate) async fn forward_next(
    store: &dyn Store,
    from: &ConversationId,
    to: &ConversationId,
) -> Opened {
    let claim = claim_one(store).await;
    let opened = open(store, &claim).await;
    assert_eq!((&claim.conversation, opened.moved_to.as_ref()), (from, Some(to)));
    assert_eq!(store.forward(&claim, to).await, Ok(()));
    assert_all_verbs_stale(store, &claim).await;
    opened
}

/// Does whatever there is to do. Says what was answered where.
pub(crate) async fn settle(
    harness: &dyn Harness,
    store: &dyn Store,
) -> Vec<(ConversationId, Vec<String>)> {
    let mut answered = Vec::new();
    for step in 0..40 {
        let Some(claim) = store.claim(ONE, harness.glance()).await.unwrap().pop() else {
            return answered;
        };
        let opened = open(store, &claim).await;
        if let Some(to) = &opened.moved_to {
            store.forward(&claim, to).await.unwrap();
        } else if opened.messages.is_empty() {
            store.release(&claim).await.unwrap();
        } else {
            store.commit(&claim, turn(&format!("t{step}"), opened.messages.len())).await.unwrap();
            let said = texts(&opened).into_iter().map(str::to_owned).collect();
            answered.push((claim.conversation, said));
        }
    }
    panic!("it never ends: {answered:?}");
}

pub(crate) async fn what_waits_goes_on_where_its_customer_is(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    talk(&*store, &old, "1").await;
    let ids = [
        accept_new(&*store, by_channel(&old, "2", "2")).await,
        accept_new(&*store, recorded(&old, "3", "3")).await,
    ];
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    assert_eq!(texts(&forward_next(&*store, &old, &new).await), ["2", "3"]);
    for id in &ids {
        assert_eq!(state(&*store, id).await, MessageState::MovedOn);
        assert_eq!(state(&*store, &there(id, &new)).await, MessageState::Waiting);
    }
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), asked(&opened.history)), (vec!["2", "3"], vec!["1"]));
    assert_eq!((opened.messages[0].id, opened.moved_to), (there(&ids[0], &new), None));
    claim_nothing(harness, &*store).await;
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["1", "2", "3"]);
    assert_eq!(store.history(&old).await, Ok(Vec::new()));
    // Whoever brings it again, under either name, brings nothing new.
    let again = accept(&*store, by_channel(&old, "2", "2")).await;
    assert_eq!(again, Accepted::Duplicate(ids[0], MessageState::MovedOn));
    let again = accept(&*store, by_channel(&new, "2", "2")).await;
    let answered = MessageState::Answered(None);
    assert_eq!(again, Accepted::Duplicate(there(&ids[0], &new), answered));
    // Who writes from there again is answered there.
    talk(&*store, &old, "4").await;
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn an_owner_at_work_is_stale_when_its_customer_moves(harness: &dyn Harness) {
    let (store, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    store.drafted(&claim, "draft").await.unwrap();
    assert_eq!(carry(&*other, &old, &new, "k").await, Ok(true));
    assert_all_verbs_stale(&*store, &claim).await;
    forward_next(&*other, &old, &new).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), &opened.draft), (vec!["1"], &None));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_reply_on_its_way_goes_first_and_is_remembered_there(harness: &dyn Harness) {
    let (store, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 2)).await.unwrap();
    store.sending(&claim, 0).await.unwrap();
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    // A part may be out, so the claim is left alone.
    store.delivered(&claim, 0, None).await.unwrap();
    harness.advance(PAST_LEASE).await;
    let taken = claim_one(&*other).await;
    let opened = open(&*other, &taken).await;
    assert_eq!((part_states(&opened).len(), opened.moved_to.as_ref()), (2, Some(&new)));
    other.delivered(&taken, 1, None).await.unwrap();
    assert_eq!(other.forward(&taken, &new).await, Ok(()));
    claim_nothing(harness, &*store).await;
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["1"]);
    assert_eq!(store.history(&old).await, Ok(Vec::new()));
}

pub(crate) async fn who_does_not_know_of_it_answers_nothing_more(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    for key in ["1", "2"] {
        accept_new(&*store, by_channel(&old, key, key)).await;
    }
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    assert_eq!(store.forward(&claim, &new).await, Err(StoreError::Stale), "the reply goes first");
    let claim = claim_one(&*store).await;
    store.delivered(&claim, 0, None).await.unwrap();
    assert_eq!(store.commit(&claim, turn("t2", 1)).await, Err(StoreError::Stale));
    assert_all_verbs_stale(&*store, &claim).await;
    assert_eq!(texts(&forward_next(&*store, &old, &new).await), ["2"]);
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((texts(&opened), asked(&opened.history)), (vec!["2"], vec!["1"]));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn what_is_committed_after_the_move_follows(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    for end in ["release", "park", "wait"] {
        accept_new(&*store, by_channel(&old, end, end)).await;
        let claim = claim_one(&*store).await;
        store.commit(&claim, turn_in_parts(end, 1, 1)).await.unwrap();
        assert_eq!(carry(&*store, &old, &new, end).await, Ok(true));
        match end {
            "release" => {
                store.delivered(&claim, 0, None).await.unwrap();
                store.release(&claim).await.unwrap();
            }
            "park" => store.park(&claim, ONE, "given up").await.unwrap(),
            _ => {
                store.delivered(&claim, 0, None).await.unwrap();
                store.retry_at(&claim, PAST_LEASE, Pause::Pace).await.unwrap();
                claim_nothing(harness, &*store).await;
                harness.advance(PAST_LEASE).await;
            }
        }
        forward_next(&*store, &old, &new).await;
        claim_nothing(harness, &*store).await;
    }
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["wait", "park", "release"]);
    // What was given up lies where it was, and goes out there when it is revived.
    let letter = only_letter(&*store).await;
    assert_eq!(letter.conversation, old);
    assert_eq!(store.revive(&letter.id).await, Ok(true));
    let claim = claim_one(&*store).await;
    assert_eq!((&claim.conversation, open(&*store, &claim).await.moved_to), (&old, None));
}

pub(crate) async fn what_was_put_off_or_revived_goes_on_there_at_once(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    store.park(&claim_one(&*store).await, ONE, "given up").await.unwrap();
    accept_new(&*store, by_channel(&old, "2", "2")).await;
    let claim = claim_one(&*store).await;
    store.retry_at(&claim, DEDUPE / 2, Pause::Failure).await.unwrap();
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    let claim = claim_one(&*store).await;
    assert_eq!(texts(&open(&*store, &claim).await), ["2"]);
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    store.forward(&claim, &new).await.unwrap();
    let answered = settle(harness, &*store).await;
    let said: Vec<&String> = answered.iter().flat_map(|(_, said)| said).collect();
    assert_eq!(said, ["2", "1"]);
    assert!(answered.iter().all(|(who, _)| *who == new), "{answered:?}");
}

pub(crate) async fn what_both_have_accepted_is_answered_once(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    for who in [&old, &new] {
        accept_new(&*store, by_channel(who, "k", "hello")).await;
    }
    assert_eq!(carry(&*store, &old, &new, "move").await, Ok(true));
    assert_eq!(settle(harness, &*store).await, [(new, vec!["hello".to_owned()])]);
}

pub(crate) async fn who_comes_back_is_answered_once(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    for is_forwarded in [false, true] {
        let text = format!("forwarded: {is_forwarded}");
        let (there, back) = (format!("there, {text}"), format!("back, {text}"));
        accept_new(&*store, by_channel(&old, &text, &text)).await;
        assert_eq!(carry(&*store, &old, &new, &there).await, Ok(true));
        if is_forwarded {
            forward_next(&*store, &old, &new).await;
        }
        assert_eq!(carry(&*store, &new, &old, &back).await, Ok(true));
        // That they were gone is told again, late.
        assert_eq!(carry(&*store, &old, &new, &there).await, Ok(false));
        assert_eq!(settle(harness, &*store).await, [(old.clone(), vec![text])]);
    }
    assert_eq!(store.history(&old).await.unwrap().len(), 2);
}

pub(crate) async fn who_moves_on_and_on_is_followed(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let [a, b, c, d] = ["a", "b", "c", "d"].map(customer);
    talk(&*store, &a, "0").await;
    accept_new(&*store, by_channel(&a, "1", "1")).await;
    let claim = claim_one(&*store).await;
    let moves = vec![moved(&a, &b, "m1"), moved(&b, &c, "m2"), moved(&c, &d, "m3")];
    assert_eq!(store.carry_over(moves).await, Ok(vec![true; 3]));
    assert_all_verbs_stale(&*store, &claim).await;
    assert_eq!(settle(harness, &*store).await, [(d.clone(), vec!["1".to_owned()])]);
    assert_eq!(asked(&store.history(&d).await.unwrap()), ["0", "1"]);
    // Round to where it began.
    accept_new(&*store, by_channel(&a, "2", "2")).await;
    let moves = vec![moved(&a, &b, "m4"), moved(&b, &c, "m5"), moved(&c, &a, "m6")];
    assert_eq!(store.carry_over(moves).await, Ok(vec![true; 3]));
    assert_eq!(settle(harness, &*store).await, [(a, vec!["2".to_owned()])]);
}

pub(crate) async fn what_came_later_stays_when_a_move_is_told_again(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    talk(&*store, &old, "1").await;
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    accept_new(&*store, by_channel(&old, "2", "2")).await;
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(false));
    assert_eq!(settle(harness, &*store).await, [(old, vec!["2".to_owned()])]);
}

pub(crate) async fn of_a_move_long_ago_nothing_is_left(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    store.retry_at(&claim, DEDUPE, Pause::Pace).await.unwrap();
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    harness.advance(DEDUPE + PAST_LEASE).await;
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.moved_to, None);
    store.delivered(&claim, 0, None).await.unwrap();
    store.release(&claim).await.unwrap();
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn who_is_forgotten_meanwhile_is_forgotten(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    let claim = claim_one(&*store).await;
    assert_eq!(store.forget(&old).await, Ok(true));
    assert_eq!(store.forward(&claim, &new).await, Err(StoreError::Stale));
    assert_eq!(settle(harness, &*store).await, []);
    assert_eq!(store.history(&new).await, Ok(Vec::new()));
}
