//! What is remembered of one conversation becomes the beginning of another.

use conversation::ports::Store;
use conversation::{ConversationId, DedupeKey, Exchange, Remarked};

use crate::harness::{HISTORY_LIMIT, Harness, IDLE};
use crate::notes::{note, tell};
use crate::steps::{accept_new, answer_next, claim_nothing, claim_one, open, texts};
use crate::words::{by_channel, customer, turn};

fn key(key: &str) -> DedupeKey {
    DedupeKey::new(key).unwrap()
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

    assert_eq!(store.carry_over(&old, &new, &key("k")).await, Ok(true));
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
    assert_eq!(store.carry_over(&old, &new, &key("k")).await, Ok(true));
    talk(&*store, &old, "2").await;
    // What came since is not taken for what was carried over, however often that is repeated.
    for _ in 0..2 {
        assert_eq!(store.carry_over(&old, &new, &key("k")).await, Ok(false));
    }
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["1"]);
    assert_eq!(asked(&store.history(&old).await.unwrap()), ["2"]);
    assert_eq!(store.carry_over(&old, &new, &key("another")).await, Ok(true));
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["2", "1"]);
}

pub(crate) async fn what_waits_is_answered_where_it_waits(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    talk(&*store, &old, "1").await;
    accept_new(&*store, by_channel(&old, "2", "2")).await;
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    assert_eq!(store.carry_over(&old, &new, &key("k")).await, Ok(true));
    assert_eq!(texts(&open(&*store, &claim).await), ["2"]);
    store.commit(&claim, turn("t", 1)).await.unwrap();
    assert_eq!(asked(&store.history(&old).await.unwrap()), ["2"]);
    assert_eq!(asked(&store.history(&new).await.unwrap()), ["1"]);
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn an_owner_at_work_finds_what_was_carried_over(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    talk(&*store, &old, "1").await;
    tell(&*store, note(&old, "n", "1", Remarked::TakenBack)).await;
    accept_new(&*store, by_channel(&new, "2", "2")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.remarks, []);
    assert_eq!(store.carry_over(&old, &new, &key("k")).await, Ok(true));
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
    let happened = |who: &ConversationId, n: usize| {
        note(who, &format!("n{n}"), "m", Remarked::Happened(n.to_string()))
    };
    store.note((0..150).map(|n| happened(&old, n)).collect()).await.unwrap();
    store.note((150..250).map(|n| happened(&new, n)).collect()).await.unwrap();
    assert_eq!(store.carry_over(&old, &new, &key("k")).await, Ok(true));
    accept_new(&*store, by_channel(&new, "k2", "k2")).await;
    let opened = answer_next(&*store, "t").await;
    let history = asked(&opened.history);
    assert_eq!((history.len(), history[0]), (HISTORY_LIMIT, "old 3"));
    assert_eq!(history[HISTORY_LIMIT - 1], "new 2");
    let happened = |remark: &conversation::Remark| remark.what.clone();
    let expected: Vec<_> = (50..250).map(|n: usize| Remarked::Happened(n.to_string())).collect();
    assert_eq!(opened.remarks.iter().map(happened).collect::<Vec<_>>(), expected);
}

pub(crate) async fn nothing_is_carried_over_from_nowhere_or_to_itself(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    talk(&*store, &old, "1").await;
    assert_eq!(store.carry_over(&old, &old, &key("k")).await, Ok(false));
    assert_eq!(asked(&store.history(&old).await.unwrap()), ["1"]);
    assert_eq!(store.carry_over(&customer("nobody"), &new, &key("k")).await, Ok(true));
    assert_eq!(store.history(&new).await, Ok(Vec::new()));
    harness.advance(IDLE * 2).await;
    assert_eq!(store.carry_over(&old, &new, &key("late")).await, Ok(true));
    assert_eq!(store.history(&new).await, Ok(Vec::new()));
}

/// Several replicas are told of the same change at once.
pub(crate) async fn of_many_who_carry_over_one_does(harness: &dyn Harness) {
    let stores = [harness.all_ports("one").await, harness.all_ports("other").await];
    let (old, new) = (customer("old number"), customer("new number"));
    for name in ["1", "2", "3"] {
        talk(&*stores[0], &old, name).await;
    }
    let change = key("k");
    let all = (0..8).map(|n| stores[n % 2].carry_over(&old, &new, &change));
    let done = futures::future::join_all(all).await;
    assert_eq!(done.iter().filter(|done| **done == Ok(true)).count(), 1, "{done:?}");
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!(asked(&stores[0].history(&new).await.unwrap()), ["1", "2", "3"]);
    assert_eq!(stores[0].history(&old).await, Ok(Vec::new()));
}
