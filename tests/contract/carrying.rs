//! What is remembered of one conversation becomes the beginning of another.

use conversation::ports::{Event, Lease, Move, Store};
use conversation::{ConversationId, DedupeKey, Exchange, Message, Remarked, Said, StoreError};

use crate::harness::{AllPorts, HISTORY_LIMIT, Harness, IDLE};
use crate::notes::{note, tell};
use crate::steps::{
    accept_new, answer_next, assert_lease, claim_nothing, claim_one, hear, open, texts,
};
use crate::transcripts::{read_along, said};
use crate::words::{by_channel, customer, turn};

/// The customer of the one is the one of the other from now on.
pub(crate) fn moved(from: &ConversationId, to: &ConversationId, key: &str) -> Move {
    Move { from: from.clone(), to: to.clone(), key: DedupeKey::new(key).unwrap() }
}

pub(crate) async fn carry(
    store: &dyn AllPorts,
    from: &ConversationId,
    to: &ConversationId,
    key: &str,
) -> Result<bool, StoreError> {
    store.carry_over(vec![moved(from, to, key)]).await.map(|made| made[0])
}

/// Holds one turn of this name.
async fn talk(store: &dyn Store, who: &ConversationId, name: &str) {
    accept_new(store, by_channel(who, name, name)).await;
    answer_next(store, name).await;
}

fn asked(history: &[Exchange]) -> Vec<&str> {
    history.iter().map(|turn| turn.asked[0].text.as_str()).collect()
}

pub(crate) async fn what_is_carried_over_becomes_the_beginning(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    for name in ["1", "2"] {
        talk(&*store, &old, name).await;
    }
    talk(&*store, &new, "3").await;
    let (early, late) =
        (note(&old, "n", "1", Remarked::TakenBack), note(&new, "n", "3", Remarked::TakenBack));
    tell(&*store, late.clone()).await;
    tell(&*store, early.clone()).await;

    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["1", "2", "3"]);
    assert_eq!(store.history(&old).await, Ok(Vec::new()));
    accept_new(&*store, by_channel(&new, "4", "4")).await;
    let opened = answer_next(&*store, "4").await;
    assert_eq!(asked(&opened.history), ["1", "2", "3"]);
    assert_eq!(opened.remarks, [early.remark, late.remark]);
    accept_new(&*store, by_channel(&old, "5", "5")).await;
    let opened = answer_next(&*store, "5").await;
    assert_eq!((opened.history.len(), opened.remarks.len()), (0, 0));
}

pub(crate) async fn it_is_carried_over_once(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    talk(&*store, &old, "1").await;
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    talk(&*store, &old, "2").await;
    // What came since is not taken for what was carried over, however often that is repeated.
    for _ in 0..2 {
        assert_eq!(carry(&*store, &old, &new, "k").await, Ok(false));
    }
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["1"]);
    assert_eq!(asked(&store.history(&old).await.unwrap()), ["2"]);
    assert_eq!(carry(&*store, &old, &new, "another").await, Ok(true));
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["2", "1"]);
}

pub(crate) async fn an_owner_at_work_finds_what_was_carried_over(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    talk(&*store, &old, "1").await;
    tell(&*store, note(&old, "n", "1", Remarked::TakenBack)).await;
    accept_new(&*store, by_channel(&new, "2", "2")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.remarks, []);
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    let opened = open(&*store, &claim).await;
    assert_eq!((asked(&opened.history), opened.remarks.len()), (vec!["1"], 1));
    store.commit(&claim, turn("t", 1)).await.unwrap();
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["1", "2"]);
}

pub(crate) async fn the_oldest_goes_when_together_it_is_too_much(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    for number in 0..HISTORY_LIMIT {
        talk(&*store, &old, &format!("old {number}")).await;
    }
    for number in 0..3 {
        talk(&*store, &new, &format!("new {number}")).await;
    }
    let recorded =
        |n: usize| Remarked::Unanswered(Message::text(n.to_string(), conversation::Timestamp(7)));
    let record = |who: &ConversationId, n: usize| note(who, &format!("n{n}"), "m", recorded(n));
    store.note((0..700).map(|n| record(&old, n)).collect()).await.unwrap();
    store.note((700..1250).map(|n| record(&new, n)).collect()).await.unwrap();
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    accept_new(&*store, by_channel(&new, "k2", "k2")).await;
    let opened = answer_next(&*store, "t").await;
    let history = asked(&opened.history);
    assert_eq!((history.len(), history[0]), (HISTORY_LIMIT, "old 3"));
    assert_eq!(history[HISTORY_LIMIT - 1], "new 2");
    let kept = |remark: &conversation::Remark| remark.what.clone();
    let expected: Vec<_> = (50..1250).map(recorded).collect();
    assert_eq!(opened.remarks.iter().map(kept).collect::<Vec<_>>(), expected);
}

pub(crate) async fn nothing_is_carried_over_from_nowhere_or_to_itself(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    talk(&*store, &old, "1").await;
    assert_eq!(carry(&*store, &old, &old, "k").await, Ok(false));
    assert_eq!(asked(&store.history(&old).await.unwrap()), ["1"]);
    assert_eq!(carry(&*store, &customer("nobody"), &new, "k").await, Ok(true));
    assert_eq!(store.history(&new).await, Ok(Vec::new()));
    harness.advance(IDLE * 2).await;
    assert_eq!(carry(&*store, &old, &new, "late").await, Ok(true));
    assert_eq!(store.history(&new).await, Ok(Vec::new()));
}

/// Several replicas are told of the same change at once.
pub(crate) async fn of_many_who_carry_over_one_does(harness: &dyn Harness) {
    let stores = [harness.all_ports("one").await, harness.all_ports("other").await];
    let (old, new) = (customer("old number"), customer("new number"));
    for name in ["1", "2", "3"] {
        talk(&*stores[0], &old, name).await;
    }
    let all = (0..8).map(|n| carry(&*stores[n % 2], &old, &new, "k"));
    let done = futures::future::join_all(all).await;
    assert_eq!(done.iter().filter(|done| **done == Ok(true)).count(), 1, "{done:?}");
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!(asked(&stores[0].history(&new).await.unwrap()), ["1", "2", "3"]);
    assert_eq!(stores[0].history(&old).await, Ok(Vec::new()));
}

pub(crate) async fn many_are_carried_over_in_their_order(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let [a, b, c, d] = ["a", "b", "c", "d"].map(customer);
    for who in [&a, &b, &d] {
        talk(&*store, who, who.key()).await;
    }
    // Who moves on may have moved in just before, and somebody else may move in where there was one.
    let mut moves = vec![moved(&a, &b, "1"), moved(&b, &c, "2"), moved(&d, &b, "3")];
    moves.push(moved(&d, &d, "4"));
    moves.extend(
        (0..600)
            .map(|n| moved(&customer(&format!("old {n}")), &customer(&format!("new {n}")), "k")),
    );
    let made = store.carry_over(moves.clone()).await.unwrap();
    let stays = |index: &usize| !made[*index];
    assert_eq!((made.len(), (0..604).filter(stays).collect::<Vec<_>>()), (604, vec![3]));
    assert_eq!(asked(&store.history(&c).await.unwrap()), ["a", "b"]);
    assert_eq!(asked(&store.history(&b).await.unwrap()), ["d"]);
    for who in [&a, &d] {
        assert_eq!(store.history(who).await, Ok(Vec::new()));
    }
    assert_eq!(store.carry_over(moves).await, Ok(vec![false; 604]));
    assert_eq!(asked(&store.history(&b).await.unwrap()), ["d"]);
    assert_eq!(store.carry_over(Vec::new()).await, Ok(Vec::new()));
}

pub(crate) async fn a_person_goes_along(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let (old, new) = (customer("old number"), customer("new number"));
    for (who, key) in [(&old, "1"), (&new, "2")] {
        accept_new(&*one, read_along(who, key, key)).await;
        answer_next(&*one, key).await;
    }
    one.take_over(&old, "Rosa \"R\"").await.unwrap();
    accept_new(&*one, by_channel(&new, "3", "3")).await;
    let claim = claim_one(&*one).await;
    let mut watches = [one.watch(&new).await.unwrap(), other.watch(&new).await.unwrap()];
    assert_eq!(carry(&*one, &old, &new, "k").await, Ok(true));
    assert_eq!(other.taken_over_by(&new).await.unwrap().as_deref(), Some("Rosa \"R\""));
    assert_eq!(other.taken_over_by(&old).await, Ok(None));
    for watch in &mut watches {
        assert_eq!(hear(watch).await, Event::Added);
    }
    assert_eq!(said(&*one, &old).await.last(), Some(&Said::Resumed));
    let name = "Rosa \"R\"".to_owned();
    assert_eq!(said(&*one, &new).await.last(), Some(&Said::TakenOver { name }));
    // Whoever is at work there is told, and finds nothing to answer.
    assert_lease(&*one, &claim, Lease::Interrupted).await;
    assert_eq!(texts(&open(&*one, &claim).await), [""; 0]);
    one.release(&claim).await.unwrap();
    // What was carried over once does not come back.
    assert_eq!(one.resume(&new).await, Ok(true));
    assert_eq!(carry(&*one, &old, &new, "k").await, Ok(false));
    assert_eq!(one.taken_over_by(&new).await, Ok(None));
    accept_new(&*one, by_channel(&old, "4", "4")).await;
    assert_eq!(texts(&answer_next(&*one, "4").await), ["4"]);
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn a_person_who_has_the_other_conversation_goes_on_with_it(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    accept_new(&*store, read_along(&new, "1", "1")).await;
    answer_next(&*store, "1").await;
    store.take_over(&old, "Rosa").await.unwrap();
    store.take_over(&new, "Emil").await.unwrap();
    let before = said(&*store, &new).await;
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    assert_eq!(store.taken_over_by(&new).await.unwrap().as_deref(), Some("Emil"));
    assert_eq!(store.taken_over_by(&old).await, Ok(None));
    assert_eq!(said(&*store, &new).await, before);
}
