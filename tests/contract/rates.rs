//! How often a sender may ask for an answer.

use std::time::Duration;

use conversation::ports::{Accepted, MessageState, Opened, Store};
use conversation::{
    Allowance, Command, ConversationId, Inbound, Message, Rate, Remark, Remarked, Sender,
    StoreError, Timestamp,
};
use futures::future::join_all;

use crate::harness::{Harness, IDLE, WAITING_LIMIT};
use crate::steps::{accept, accept_new, answer_next, claim_nothing, claim_one, open, state, texts};
use crate::words::{by_channel, customer, recorded};

/// Long enough that no busy machine makes it pass by itself.
const PERIOD: Duration = Duration::from_secs(10 * 60);

fn rated(who: &ConversationId, key: &str, burst: u32) -> Inbound {
    let rate = Some(Rate { burst, period: PERIOD }.into());
    Inbound { rate, ..by_channel(who, key, key) }
}

/// A message of one of those who share a conversation.
fn of_one(who: &ConversationId, sender: &str, key: &str, burst: u32) -> Inbound {
    let rate = Rate { burst, period: PERIOD };
    let rate = Some(Allowance { rate, sender: Some(Sender::named(sender)) });
    Inbound { rate, ..by_channel(who, key, key) }
}

/// The opened messages that ask their sender to wait.
fn notices(opened: &Opened) -> Vec<&str> {
    let is_notice = |message: &&Message| message.command == Some(Command::SlowDown);
    let messages = opened.messages.iter().map(|waiting| &waiting.message);
    messages.filter(is_notice).map(|message| message.text.as_str()).collect()
}

/// The words of the messages that got no answer of their own.
pub(crate) fn unanswered(remarks: &[Remark]) -> Vec<&str> {
    fn words(what: &Remarked) -> &str {
        match what {
            Remarked::Unanswered(message) => message.text.as_str(),
            other => panic!("another remark: {other:?}"),
        }
    }
    remarks.iter().map(|remark| words(&remark.what)).collect()
}

/// Hands in messages that all fit, or bring the notice.
async fn all_new(store: &dyn Store, who: &ConversationId, keys: &[&str], burst: u32) {
    for key in keys {
        accept_new(store, rated(who, key, burst)).await;
    }
}

async fn is_recorded(store: &dyn Store, inbound: Inbound) {
    let accepted = accept(store, inbound).await;
    assert!(matches!(accepted, Accepted::Recorded(_)), "{accepted:?}");
}

pub(crate) async fn the_first_message_over_the_rate_is_answered_with_a_notice(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    all_new(&*store, &anna, &["1", "2", "3"], 2).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), notices(&opened)), (vec!["1", "2", "3"], vec!["3"]));
    let asked = store.history(&anna).await.unwrap().remove(0).asked;
    let commands: Vec<_> = asked.iter().map(|message| message.command).collect();
    assert_eq!(commands, [None, None, Some(Command::SlowDown)]);
}

pub(crate) async fn further_messages_over_the_rate_are_kept_and_start_no_turn(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    all_new(&*store, &anna, &["1", "2"], 1).await;
    answer_next(&*store, "t").await;
    let Accepted::Recorded(id) = accept(&*store, rated(&anna, "3", 1)).await else {
        panic!("it is over the rate")
    };
    is_recorded(&*store, rated(&anna, "4", 1)).await;
    claim_nothing(harness, &*store).await;
    assert_eq!(state(&*store, &id).await, MessageState::Recorded);
    let again = accept(&*store, rated(&anna, "3", 1)).await;
    assert_eq!(again, Accepted::Duplicate(id, MessageState::Recorded));
    // The next turn knows of them, and those after it too.
    for turn in ["t2", "t3"] {
        accept_new(&*store, by_channel(&anna, turn, "without a rate")).await;
        let opened = answer_next(&*store, turn).await;
        assert_eq!(texts(&opened), ["without a rate"]);
        assert_eq!(unanswered(&opened.remarks), ["3", "4"]);
    }
}

pub(crate) async fn what_is_recorded_during_a_turn_is_known_when_it_is_opened_again(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    all_new(&*store, &anna, &["1", "2"], 1).await;
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.remarks, []);
    is_recorded(&*store, rated(&anna, "3", 1)).await;
    let opened = open(&*store, &claim).await;
    assert_eq!((texts(&opened), unanswered(&opened.remarks)), (vec!["1", "2"], vec!["3"]));
}

pub(crate) async fn what_is_recorded_stands_in_the_order_of_its_keeping(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    all_new(&*store, &anna, &["1", "2"], 1).await;
    let mut known = answer_next(&*store, "t").await.remarks_kept_at;
    for (turn, at) in [("t2", 5), ("t3", 5), ("t4", 3)] {
        for key in ["one", "another"] {
            let mut late = rated(&anna, &format!("{turn} {key}"), 1);
            late.message.at = Timestamp(at);
            is_recorded(&*store, late).await;
        }
        accept_new(&*store, by_channel(&anna, turn, "without a rate")).await;
        let opened = answer_next(&*store, turn).await;
        assert_eq!(opened.remarks_kept_at.len(), opened.remarks.len());
        assert!(opened.remarks_kept_at.is_sorted_by(|one, next| one < next));
        assert_eq!(opened.remarks_kept_at[..known.len()], known, "it never changes");
        known = opened.remarks_kept_at;
    }
    assert_eq!(known.len(), 6);
}

pub(crate) async fn a_message_that_fits_is_answered_and_another_notice_comes_after_a_silence_only(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    all_new(&*store, &anna, &["1", "2", "notice"], 2).await;
    is_recorded(&*store, rated(&anna, "3", 2)).await;
    harness.advance(PERIOD / 2).await;
    is_recorded(&*store, rated(&anna, "4", 2)).await;
    harness.advance(PERIOD / 2).await;
    all_new(&*store, &anna, &["5"], 2).await;
    is_recorded(&*store, rated(&anna, "6", 2)).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!(texts(&opened), ["1", "2", "notice", "5"]);
    assert_eq!(notices(&opened), ["notice"]);
    // After a silence the whole burst is there again, and no more than that.
    harness.advance(3 * PERIOD).await;
    all_new(&*store, &anna, &["7", "8", "9"], 2).await;
    assert_eq!(notices(&answer_next(&*store, "t2").await), ["9"]);
}

pub(crate) async fn a_duplicate_does_not_count_against_the_rate(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let Accepted::New(id) = accept(&*store, rated(&anna, "1", 2)).await else { panic!("new") };
    for _ in 0..5 {
        let again = accept(&*store, rated(&anna, "1", 2)).await;
        assert_eq!(again, Accepted::Duplicate(id, MessageState::Waiting));
    }
    all_new(&*store, &anna, &["2"], 2).await;
    assert_eq!(notices(&answer_next(&*store, "t").await), [""; 0]);
}

pub(crate) async fn a_rate_counts_for_one_conversation_only(harness: &dyn Harness) {
    let store = harness.store("one").await;
    all_new(&*store, &customer("anna"), &["1", "2"], 1).await;
    is_recorded(&*store, rated(&customer("anna"), "3", 1)).await;
    all_new(&*store, &customer("berta"), &["1"], 1).await;
    for key in 0..20 {
        accept_new(&*store, recorded(&customer("clara"), &key.to_string(), "no rate")).await;
    }
}

pub(crate) async fn a_message_that_finds_no_room_does_not_count_against_the_rate(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let burst = u32::try_from(WAITING_LIMIT).unwrap();
    let keys: Vec<String> = (0..WAITING_LIMIT).map(|key| key.to_string()).collect();
    for key in &keys {
        accept_new(&*store, rated(&anna, key, burst)).await;
    }
    let refused = store.accept(vec![rated(&anna, "over", burst)]).await;
    assert_eq!(refused, Err(StoreError::TooManyWaiting { limit: WAITING_LIMIT }));
    answer_next(&*store, "t").await;
    all_new(&*store, &anna, &["over"], burst).await;
    is_recorded(&*store, rated(&anna, "far over", burst)).await;
    assert_eq!(notices(&answer_next(&*store, "t2").await), ["over"]);
}

pub(crate) async fn what_is_recorded_goes_with_the_history(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let remarks = async |key: &str| {
        accept_new(&*store, by_channel(&anna, key, key)).await;
        answer_next(&*store, key).await.remarks.len()
    };
    all_new(&*store, &anna, &["1", "2"], 1).await;
    answer_next(&*store, "t").await;
    is_recorded(&*store, rated(&anna, "3", 1)).await;
    // Each message keeps alive what was remarked, as it does with the history.
    harness.advance(IDLE * 2 / 3).await;
    assert_eq!(remarks("4").await, 1);
    harness.advance(IDLE * 2 / 3).await;
    assert_eq!(remarks("5").await, 1);
    harness.advance(IDLE * 4 / 3).await;
    assert_eq!(remarks("6").await, 0);
    assert_eq!(store.history(&anna).await.unwrap().len(), 1);
}

pub(crate) async fn of_many_at_once_no_more_than_fit_are_answered(harness: &dyn Harness) {
    let stores = [harness.store("one").await, harness.store("other").await];
    let anna = customer("anna");
    let handed = (0..24).map(|key| {
        let (store, inbound) = (&stores[key % 2], rated(&anna, &key.to_string(), 4));
        async move { accept(&**store, inbound).await }
    });
    let answers = join_all(handed).await;
    let new = answers.iter().filter(|accepted| matches!(accepted, Accepted::New(_))).count();
    let kept = answers.iter().filter(|accepted| matches!(accepted, Accepted::Recorded(_))).count();
    assert_eq!((new, kept), (5, 19));
    let opened = answer_next(&*stores[0], "t").await;
    assert_eq!((opened.messages.len(), opened.remarks.len()), (5, 19));
    assert_eq!(notices(&opened).len(), 1);
}

pub(crate) async fn those_who_share_a_conversation_are_counted_apart(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let group = customer("group");
    for key in ["a1", "a2"] {
        accept_new(&*store, of_one(&group, "anna", key, 1)).await;
    }
    is_recorded(&*store, of_one(&group, "anna", "a3", 1)).await;
    // Neither another one nor those who are not told apart pay for it.
    accept_new(&*store, of_one(&group, "berta", "b1", 1)).await;
    accept_new(&*store, rated(&group, "c1", 1)).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), notices(&opened)), (vec!["a1", "a2", "b1", "c1"], vec!["a2"]));
    for key in ["b2", "b3"] {
        let accepted = accept(&*store, of_one(&group, "berta", key, 1)).await;
        assert_eq!(matches!(accepted, Accepted::Recorded(_)), key == "b3", "{accepted:?}");
    }
    assert_eq!(notices(&answer_next(&*store, "t2").await), ["b2"]);
    // A sender's rate clears like any other, and is another one in another conversation.
    accept_new(&*store, of_one(&customer("other group"), "anna", "a4", 1)).await;
    harness.advance(2 * PERIOD).await;
    for key in ["a5", "a6"] {
        accept_new(&*store, of_one(&group, "anna", key, 1)).await;
    }
    is_recorded(&*store, of_one(&group, "anna", "a7", 1)).await;
}

pub(crate) async fn of_a_crowd_those_who_write_most_are_remembered(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let group = customer("group");
    for key in 0..4 {
        let accepted = accept(&*store, of_one(&group, "flood", &key.to_string(), 2)).await;
        assert_eq!(matches!(accepted, Accepted::Recorded(_)), key == 3, "{accepted:?}");
    }
    for turn in 0..14 {
        let crowd = (0..50).map(|n| format!("{turn}-{n}"));
        let crowd = crowd.map(|one| of_one(&group, &one, &one, 2)).collect();
        store.accept(crowd).await.unwrap();
        answer_next(&*store, &turn.to_string()).await;
    }
    is_recorded(&*store, of_one(&group, "flood", "still", 2)).await;
}
