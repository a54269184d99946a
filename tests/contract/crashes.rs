//! A crash between any two verbs: whoever takes over finds exactly what the verbs before have
//! left, finishes it, and nothing is lost or answered twice.

use std::time::Duration;

use conversation::PartState;
use conversation::ports::{Claim, Lease, MessageState, Opened, Pause, Store};

use crate::harness::Harness;
use crate::steps::{
    PAST_LEASE, accept_new, assert_lease, claim_nothing, claim_one, open, part_states, state, texts,
};
use crate::words::{ONE, by_channel, customer, recorded, reply, turn, turn_in_parts};

use PartState::{Delivered, Pending, Sending};

/// A verb of a turn whose answer goes out in two parts, and what the next owner must find if the
/// one before dies right after it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Open,
    Commit,
    Sending(usize),
    Delivered(usize),
    Release,
}

const TURN: [Step; 7] = [
    Step::Open,
    Step::Commit,
    Step::Sending(0),
    Step::Delivered(0),
    Step::Sending(1),
    Step::Delivered(1),
    Step::Release,
];

async fn take(store: &dyn Store, claim: &Claim, step: Step) {
    match step {
        Step::Open => drop(open(store, claim).await),
        Step::Commit => store.commit(claim, turn_in_parts("t", 1, 2)).await.unwrap(),
        Step::Sending(part) => store.sending(claim, part).await.unwrap(),
        Step::Delivered(part) => {
            store.delivered(claim, part, Some("r".to_owned())).await.unwrap();
        }
        Step::Release => store.release(claim).await.unwrap(),
    }
}

fn assert_left(after: Option<Step>, opened: &Opened) {
    let sent = || Delivered(Some("r".to_owned()));
    let (waiting, parts) = match after {
        None | Some(Step::Open) => (vec!["hello"], vec![]),
        Some(Step::Commit) => (vec![], vec![Pending, Pending]),
        Some(Step::Sending(0)) => (vec![], vec![Sending, Pending]),
        Some(Step::Delivered(0)) => (vec![], vec![sent(), Pending]),
        Some(Step::Sending(_)) => (vec![], vec![sent(), Sending]),
        Some(Step::Delivered(_) | Step::Release) => (vec![], vec![]),
    };
    assert_eq!(texts(opened), waiting, "after {after:?}");
    assert_eq!(opened.outbox.is_some(), !parts.is_empty(), "after {after:?}");
    if !parts.is_empty() {
        assert_eq!(part_states(opened), parts, "after {after:?}");
    }
}

/// Does what is left to do, and returns how many parts it sent.
async fn finish(store: &dyn Store, claim: &Claim) -> usize {
    let mut opened = open(store, claim).await;
    if opened.outbox.is_none() && !opened.messages.is_empty() {
        let name = if opened.history.is_empty() { "t" } else { "the next" };
        store.commit(claim, turn_in_parts(name, opened.messages.len(), 2)).await.unwrap();
        opened = open(store, claim).await;
    }
    let mut sent = 0;
    while let Some(part) = opened.outbox.as_ref().and_then(conversation::Outbox::next) {
        store.sending(claim, part).await.unwrap();
        store.delivered(claim, part, None).await.unwrap();
        sent += 1;
        opened = open(store, claim).await;
    }
    store.release(claim).await.unwrap();
    sent
}

pub(crate) async fn a_crash_between_any_two_verbs_loses_and_repeats_nothing(harness: &dyn Harness) {
    let alive = harness.store("alive").await;
    for steps in 0..=TURN.len() {
        let who = customer(&format!("after {steps} steps"));
        let dead = harness.store(&format!("dead {steps}")).await;
        let id = accept_new(&*dead, recorded(&who, "k", "hello")).await;
        let lost = claim_one(&*dead).await;
        let done = &TURN[..steps];
        for step in done {
            take(&*dead, &lost, *step).await;
        }
        harness.advance(PAST_LEASE).await;
        if done.contains(&Step::Release) {
            claim_nothing(harness, &*alive).await;
        } else {
            let held = claim_one(&*alive).await;
            assert_eq!(held.fence.deliveries, 2);
            assert_left(done.last().copied(), &open(&*alive, &held).await);
            assert_lease(&*dead, &lost, Lease::Lost).await;
            let delivered = done.iter().filter(|s| matches!(s, Step::Delivered(_))).count();
            assert_eq!(finish(&*alive, &held).await, 2 - delivered);
        }
        claim_nothing(harness, &*alive).await;
        assert_eq!(state(&*alive, &id).await, MessageState::Answered(Some(reply("t"))));
        assert_eq!(alive.history(&who).await.unwrap().len(), 1, "after {steps} steps");
    }
}

pub(crate) async fn crash_upon_crash_still_ends_in_one_answer(harness: &dyn Harness) {
    let who = customer("anna");
    let last = harness.store("last").await;
    let id = accept_new(&*last, by_channel(&who, "k", "hello")).await;
    for (number, step) in TURN[..6].iter().enumerate() {
        let owner = harness.store(&format!("owner {number}")).await;
        let claim = claim_one(&*owner).await;
        assert_eq!(claim.fence.deliveries, number as u64 + 1);
        take(&*owner, &claim, *step).await;
        harness.advance(PAST_LEASE).await;
    }
    let claim = claim_one(&*last).await;
    assert_eq!(finish(&*last, &claim).await, 0);
    claim_nothing(harness, &*last).await;
    assert_eq!(state(&*last, &id).await, MessageState::Answered(None));
    assert_eq!(last.history(&who).await.unwrap().len(), 1);
}

pub(crate) async fn a_crash_after_the_end_of_a_claim_leaves_nothing_behind(harness: &dyn Harness) {
    let alive = harness.store("alive").await;
    for end in ["commit", "retry_at", "park"] {
        let who = customer(end);
        let dead = harness.store(&format!("dead by {end}")).await;
        let id = accept_new(&*dead, recorded(&who, "k", "hello")).await;
        let claim = claim_one(&*dead).await;
        match end {
            "commit" => dead.commit(&claim, turn("t", 1)).await.unwrap(),
            "retry_at" => {
                dead.retry_at(&claim, Duration::from_secs(10), Pause::Failure).await.unwrap()
            }
            _ => dead.park(&claim, ONE, "given up").await.unwrap(),
        }
        drop(dead);
        harness.advance(PAST_LEASE).await;
        if end == "retry_at" {
            let claim = claim_one(&*alive).await;
            assert_eq!(claim.fence.deliveries, 1, "it was put off, not taken over");
            assert_eq!(texts(&open(&*alive, &claim).await), ["hello"]);
            alive.commit(&claim, turn("t", 1)).await.unwrap();
        }
        claim_nothing(harness, &*alive).await;
        let expected = match end {
            "park" => MessageState::Parked { reason: "given up".to_owned() },
            _ => MessageState::Answered(Some(reply("t"))),
        };
        assert_eq!(state(&*alive, &id).await, expected);
    }
}

pub(crate) async fn a_crash_while_messages_come_loses_none(harness: &dyn Harness) {
    let (dead, alive) = (harness.store("dead").await, harness.store("alive").await);
    let anna = customer("anna");
    accept_new(&*alive, recorded(&anna, "1", "1")).await;
    let lost = claim_one(&*dead).await;
    accept_new(&*alive, recorded(&anna, "2", "2")).await;
    open(&*dead, &lost).await;
    accept_new(&*alive, recorded(&anna, "3", "3")).await;
    dead.commit(&lost, turn_in_parts("t", 2, 1)).await.unwrap();
    accept_new(&*alive, recorded(&anna, "4", "4")).await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*alive).await;
    let opened = open(&*alive, &held).await;
    assert_eq!((texts(&opened), part_states(&opened)), (vec!["3", "4"], vec![Pending]));
    assert_eq!(finish(&*alive, &held).await, 1);
    let held = claim_one(&*alive).await;
    assert_eq!(finish(&*alive, &held).await, 2);
    claim_nothing(harness, &*dead).await;
    let asked: Vec<usize> =
        alive.history(&anna).await.unwrap().iter().map(|turn| turn.asked.len()).collect();
    assert_eq!(asked, [2, 2]);
}
