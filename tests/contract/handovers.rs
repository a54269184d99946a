//! A person of the company takes a conversation over, and gives it back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use conversation::ports::{Claim, Event, Lease, MessageState, Opened, Pause, Saying, Spoken};
use conversation::{DedupeKey, MessageId, Remarked, Said, StoreError, Timestamp};

use crate::harness::{AllPorts, Harness};
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, assert_lease, claim_nothing, claim_one, hear, open, state,
    texts,
};
use crate::transcripts::{read_along, said};
use crate::words::{MANY, by_channel, customer, recorded, turn, turn_in_parts};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn saying(key: &str, text: &str) -> Saying {
    let (key, text) = (DedupeKey::new(key).unwrap(), text.to_owned());
    Saying { key, name: "Rosa".to_owned(), text, at: Timestamp(1_700_000_002_000) }
}

/// What is remarked: who said what, by the name if it was a person of the company.
fn remarked(opened: &Opened) -> Vec<String> {
    let words = |what: &Remarked| match what {
        Remarked::Unanswered(message) => format!("customer: {}", message.text),
        Remarked::Colleague(message) => {
            let name = message.author.display_name.clone().unwrap_or_default();
            format!("{name}: {}", message.text)
        }
        other => panic!("{other:?}"),
    };
    opened.remarks.iter().map(|remark| words(&remark.what)).collect()
}

fn taken_over(name: &str) -> Said {
    Said::TakenOver { name: name.to_owned() }
}

/// Claims the next conversation, and finds nothing to answer.
async fn leave_next(store: &dyn AllPorts) -> Opened {
    let claim = claim_one(store).await;
    let opened = open(store, &claim).await;
    assert_eq!(texts(&opened), [""; 0]);
    store.release(&claim).await.unwrap();
    opened
}

pub(crate) async fn while_a_person_has_it_nothing_is_answered(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    let before = accept_new(&*one, read_along(&anna, "1", "before")).await;
    assert_eq!(other.taken_over_by(&anna).await, Ok(None));
    one.take_over(&anna, "Rosa").await.unwrap();
    assert_eq!(other.taken_over_by(&anna).await.unwrap().as_deref(), Some("Rosa"));
    let opened = leave_next(&*other).await;
    assert_eq!(remarked(&opened), ["customer: before"]);
    for (key, inbound) in [("2", read_along(&anna, "2", "2")), ("3", recorded(&anna, "3", "3"))] {
        let id = accept_new(&*one, inbound).await;
        leave_next(&*other).await;
        assert_eq!(state(&*one, &id).await, MessageState::Recorded, "{key}");
    }
    assert_eq!(state(&*one, &before).await, MessageState::Recorded);
    claim_nothing(harness, &*one).await;
    let told = said(&*one, &anna).await;
    assert!(matches!(
        &told[..],
        [Said::Customer { .. }, Said::TakenOver { .. }, Said::Customer { .. }]
    ));
}

pub(crate) async fn the_model_knows_later_what_was_said_meanwhile(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    answer_next(&*store, "t1").await;
    store.take_over(&anna, "Rosa").await.unwrap();
    accept_new(&*store, read_along(&anna, "2", "are you a person?")).await;
    leave_next(&*store).await;
    assert_eq!(store.say(&anna, saying("s", "yes, \"I\" am")).await, Ok(Spoken::New));
    assert_eq!(store.resume(&anna).await, Ok(true));
    assert_eq!(store.resume(&anna).await, Ok(false));
    assert_eq!(store.taken_over_by(&anna).await, Ok(None));
    claim_nothing(harness, &*store).await;
    let id = accept_new(&*store, read_along(&anna, "3", "thanks")).await;
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["thanks"], 1));
    assert_eq!(remarked(&opened), ["customer: are you a person?", "Rosa: yes, \"I\" am"]);
    assert_eq!(state(&*store, &id).await, MessageState::Answered(None));
    let told = said(&*store, &anna).await;
    assert_eq!(told[2], taken_over("Rosa"));
    let person = Said::Person { name: "Rosa".to_owned(), text: "yes, \"I\" am".to_owned() };
    assert_eq!(told[4..6], [person, Said::Resumed]);
    assert!(matches!(&told[7], Said::Assistant { answers, .. } if *answers == ["3"]));
    assert_eq!(told.len(), 8);
}

pub(crate) async fn taking_over_again_changes_nothing(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    for name in ["Rosa", "Rosa", "Emil", "Emil"] {
        store.take_over(&anna, name).await.unwrap();
        assert_eq!(store.taken_over_by(&anna).await.unwrap().as_deref(), Some(name));
    }
    assert_eq!(said(&*store, &anna).await[1..], [taken_over("Rosa"), taken_over("Emil")]);
}

pub(crate) async fn what_a_person_says_twice_is_said_once(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    accept_new(&*one, read_along(&anna, "k", "hello")).await;
    let mut tasks = Vec::new();
    for round in 0..8 {
        let (store, anna) = (Arc::clone(if round % 2 == 0 { &one } else { &other }), anna.clone());
        tasks.push(tokio::spawn(async move { store.say(&anna, saying("k", "hi")).await.unwrap() }));
    }
    let mut spoken = Vec::new();
    for task in tasks {
        spoken.push(task.await.unwrap());
    }
    assert_eq!(spoken.iter().filter(|spoken| **spoken == Spoken::New).count(), 1);
    assert_eq!(spoken.iter().filter(|spoken| **spoken == Spoken::Duplicate).count(), 7);
    assert_eq!(said(&*one, &anna).await.len(), 2);
    assert_eq!(one.say(&anna, saying("another", "hi")).await, Ok(Spoken::New));
    let opened = answer_next(&*one, "t").await;
    assert_eq!(remarked(&opened), ["Rosa: hi", "Rosa: hi"], "its key is not the customer's");
}

pub(crate) async fn where_nobody_reads_nothing_is_said(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    assert_eq!(store.say(&anna, saying("k", "hi")).await, Ok(Spoken::NobodyReads));
    assert_eq!(store.forget(&anna).await, Ok(false));
    // A conversation of another channel can be taken over, and gets no transcript by that.
    accept_new(&*store, by_channel(&anna, "1", "hello")).await;
    store.take_over(&anna, "Rosa").await.unwrap();
    assert_eq!(store.say(&anna, saying("k", "hi")).await, Ok(Spoken::NobodyReads));
    assert_eq!(remarked(&leave_next(&*store).await), ["customer: hello"]);
    assert_eq!(store.resume(&anna).await, Ok(true));
    assert_eq!(said(&*store, &anna).await, []);
}

pub(crate) async fn taking_over_interrupts_the_answer_in_the_making(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    accept_new(&*one, read_along(&anna, "1", "hello")).await;
    let claim = claim_one(&*one).await;
    assert_eq!(open(&*one, &claim).await.messages.len(), 1);
    other.take_over(&anna, "Rosa").await.unwrap();
    accept_new(&*other, read_along(&anna, "2", "anybody?")).await;
    assert_lease(&*one, &claim, Lease::Interrupted).await;
    // What was said so far may still become the answer; what came meanwhile is the person's.
    one.commit(&claim, turn("t", 1)).await.unwrap();
    assert_eq!(remarked(&leave_next(&*other).await), ["customer: anybody?"]);
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn an_owner_that_looks_again_finds_nothing_to_commit(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.messages.len(), 1);
    store.take_over(&anna, "Rosa").await.unwrap();
    assert_eq!(texts(&open(&*store, &claim).await), [""; 0]);
    assert_eq!(store.commit(&claim, turn("t", 1)).await, Err(StoreError::Stale));
    store.release(&claim).await.unwrap();
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_reply_on_its_way_out_still_goes_out(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    accept_new(&*one, by_channel(&anna, "1", "hello")).await;
    let claim = claim_one(&*one).await;
    one.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    one.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    accept_new(&*one, by_channel(&anna, "2", "and?")).await;
    other.take_over(&anna, "Rosa").await.unwrap();
    let claim = claim_one(&*other).await;
    let opened = open(&*other, &claim).await;
    assert_eq!((texts(&opened).len(), opened.attempts), (0, 1));
    assert!(opened.outbox.is_some());
    other.sending(&claim, 0).await.unwrap();
    other.delivered(&claim, 0, None).await.unwrap();
    other.release(&claim).await.unwrap();
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn a_stale_owner_leaves_nothing_to_the_person(harness: &dyn Harness) {
    let (dead, alive) = (harness.all_ports("dead").await, harness.all_ports("alive").await);
    let anna = customer("anna");
    let id = accept_new(&*dead, read_along(&anna, "1", "hello")).await;
    let lost: Claim = claim_one(&*dead).await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*alive).await;
    alive.take_over(&anna, "Rosa").await.unwrap();
    assert_eq!(dead.open(&lost, MANY).await, Err(StoreError::Stale));
    assert_eq!(state(&*alive, &id).await, MessageState::Waiting);
    assert_eq!(remarked(&open(&*alive, &held).await), ["customer: hello"]);
}

pub(crate) async fn a_handover_lasts_until_it_is_ended_or_forgotten(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    store.take_over(&anna, "Rosa").await.unwrap();
    leave_next(&*store).await;
    harness.advance(40 * DAY).await;
    // Other conversations let the store clear what has expired.
    accept_new(&*store, recorded(&customer("berta"), "1", "hello")).await;
    answer_next(&*store, "t").await;
    assert_eq!(store.taken_over_by(&anna).await.unwrap().as_deref(), Some("Rosa"));
    assert_eq!(store.forget(&anna).await, Ok(true));
    assert_eq!(store.taken_over_by(&anna).await, Ok(None));
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), opened.remarks.len()), (vec!["hello"], 0));
}

pub(crate) async fn watchers_everywhere_hear_of_a_handover(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    accept_new(&*one, read_along(&anna, "1", "hello")).await;
    let mut near = one.watch(&anna).await.unwrap();
    let mut far = other.watch(&anna).await.unwrap();
    one.take_over(&anna, "Rosa").await.unwrap();
    assert_eq!(one.say(&anna, saying("k", "hi")).await, Ok(Spoken::New));
    assert_eq!(one.resume(&anna).await, Ok(true));
    for watch in [&mut near, &mut far] {
        for _ in 0..3 {
            assert_eq!(hear(watch).await, Event::Added);
        }
    }
}

/// Answers what it finds until it is told to stop and finds nothing more.
async fn work(store: Arc<dyn AllPorts>, glance: Duration, stop: Arc<AtomicBool>) -> Vec<MessageId> {
    let mut answered = Vec::new();
    loop {
        let is_last = stop.load(Ordering::SeqCst);
        let claims = store.claim(MANY, glance).await.unwrap();
        if claims.is_empty() && is_last {
            return answered;
        }
        for claim in claims {
            let opened = open(&*store, &claim).await;
            if opened.messages.is_empty() {
                store.release(&claim).await.unwrap();
            } else {
                store.commit(&claim, turn("t", opened.messages.len())).await.unwrap();
                answered.extend(opened.messages.iter().map(|waiting| waiting.id));
            }
        }
    }
}

pub(crate) async fn each_message_is_answered_once_or_left_to_the_person(harness: &dyn Harness) {
    const MESSAGES: usize = 120;
    let anna = customer("anna");
    let stop = Arc::new(AtomicBool::new(false));
    let mut owners = Vec::new();
    for name in ["one", "other"] {
        let store = harness.all_ports(name).await;
        owners.push(tokio::spawn(work(store, harness.glance(), Arc::clone(&stop))));
    }
    let store = harness.all_ports("door").await;
    let mut ids = Vec::new();
    for number in 0..MESSAGES {
        if number % 6 == 0 {
            store.take_over(&anna, "Rosa").await.unwrap();
        } else if number % 6 == 3 {
            store.resume(&anna).await.unwrap();
        }
        let key = number.to_string();
        loop {
            match store.accept(vec![read_along(&anna, &key, "hello")]).await {
                Ok(accepted) => match accepted[..] {
                    [conversation::ports::Accepted::New(id)] => break ids.push(id),
                    _ => panic!("{accepted:?}"),
                },
                Err(error) => assert!(matches!(error, StoreError::TooManyWaiting { .. })),
            }
        }
    }
    stop.store(true, Ordering::SeqCst);
    let mut answered = Vec::new();
    for owner in owners {
        answered.extend(owner.await.unwrap());
    }
    let distinct: BTreeSet<MessageId> = answered.iter().copied().collect();
    assert_eq!(distinct.len(), answered.len(), "none is answered twice");
    for id in &ids {
        let expected = match distinct.contains(id) {
            true => MessageState::Answered(None),
            false => MessageState::Recorded,
        };
        assert_eq!(state(&*store, id).await, expected);
    }
    claim_nothing(harness, &*store).await;
}
