//! What goes along with the messages of a customer who moves to another conversation, and what doesn't.

use conversation::{Reach, Remarked};

use crate::carrying::carry;
use crate::harness::Harness;
use crate::moving::{forward_next, names, settle};
use crate::notes::{note, tell};
use crate::steps::{accept_new, answer_next, claim_nothing, claim_one, open, texts};
use crate::words::by_channel;

pub(crate) async fn what_a_person_has_follows_to_that_person(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    store.take_over(&old, "Rosa").await.unwrap();
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    // One more came, and another person.
    store.take_over(&old, "Emil").await.unwrap();
    accept_new(&*store, by_channel(&old, "2", "2")).await;
    assert_eq!(settle(harness, &*store).await, []);
    assert_eq!(store.taken_over_by(&new).await.unwrap().as_deref(), Some("Rosa"));
    assert_eq!(store.taken_over_by(&old).await, Ok(None));
    store.resume(&new).await.unwrap();
    accept_new(&*store, by_channel(&new, "3", "3")).await;
    let opened = answer_next(&*store, "t").await;
    let unanswered = opened.remarks.iter().filter_map(|remark| match &remark.what {
        Remarked::Unanswered(message) => Some(message.text.as_str()),
        _ => None,
    });
    assert_eq!(unanswered.collect::<Vec<_>>(), ["1", "2"]);
}

pub(crate) async fn what_is_said_of_a_message_follows_it(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    let mut message = by_channel(&old, "1", "1");
    message.message.reference = Some("1".to_owned());
    accept_new(&*store, message).await;
    assert_eq!(carry(&*store, &old, &new, "k").await, Ok(true));
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    tell(&*store, note(&old, "n", "1", Remarked::TakenBack)).await;
    assert_eq!(store.forward(&claim, &new).await, Ok(()));
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), opened.remarks.len()), (vec!["1"], 1));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn the_way_to_where_they_were_does_not_go_along(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (old, new) = names();
    let mut message = by_channel(&old, "1", "it's \"reach\": 4 \u{1F4E6}");
    message.message.reach = Some(Reach("4915112345678".to_owned()));
    message.message.reference = Some("r/1".to_owned());
    let mut expected = message.message.clone();
    accept_new(&*store, message).await;
    assert_eq!(carry(&*store, &old, &new, "move").await, Ok(true));
    assert_eq!(forward_next(&*store, &old, &new).await.messages[0].message, expected);
    expected.reach = None;
    assert_eq!(answer_next(&*store, "t").await.messages[0].message, expected);
}
