//! Fencing: whoever lost a claim is told so, and changes nothing any more.

use std::sync::Arc;
use std::time::Duration;

use conversation::StoreError;
use conversation::ports::{
    Claim, DeadLetter, Lease, MessageState, Opened, Pause, QueueFigures, Store,
};

use crate::harness::{Harness, LEASE};
use crate::steps::{
    PAST_LEASE, accept_new, assert_all_verbs_stale, assert_lease, claim_nothing, claim_one, open,
    texts,
};
use crate::words::{MANY, ONE, customer, recorded, turn, turn_in_parts};

/// An owner thought dead, and the one that took over from it in mid-send: part 0 of the reply is
/// written down as being sent, and another message waits.
struct Takeover {
    dead: Arc<dyn Store>,
    lost: Claim,
    alive: Arc<dyn Store>,
    held: Claim,
}

impl Takeover {
    async fn play(harness: &dyn Harness) -> Self {
        let (dead, alive) = (harness.store("dead").await, harness.store("alive").await);
        let anna = customer("anna");
        accept_new(&*dead, recorded(&anna, "1", "answered")).await;
        accept_new(&*dead, recorded(&anna, "2", "waits")).await;
        let lost = claim_one(&*dead).await;
        open(&*dead, &lost).await;
        dead.commit(&lost, turn_in_parts("t", 1, 2)).await.unwrap();
        dead.sending(&lost, 0).await.unwrap();
        harness.advance(PAST_LEASE).await;
        let held = claim_one(&*alive).await;
        assert_eq!(held.conversation, anna);
        Self { dead, lost, alive, held }
    }

    /// All that a stale verb could change.
    async fn sight(&self) -> (Opened, Vec<DeadLetter>, QueueFigures) {
        let letters = self.alive.dead_letters(10).await.unwrap();
        let figures = QueueFigures { oldest_ready_ms: 0, ..self.alive.queue().await.unwrap() };
        // Time goes on by itself, whoever does something.
        let opened = Opened { sending_for: None, ..open(&*self.alive, &self.held).await };
        (opened, letters, figures)
    }

    async fn assert_refused(&self, verb: impl AsyncFnOnce(&dyn Store, &Claim) -> Refusal) {
        let before = self.sight().await;
        assert_eq!(verb(&*self.dead, &self.lost).await, Err(StoreError::Stale));
        assert_eq!(self.sight().await, before);
        assert_lease(&*self.alive, &self.held, Lease::Held).await;
    }
}

type Refusal = Result<(), StoreError>;

pub(crate) async fn a_takeover_counts_the_delivery_and_names_the_owner(harness: &dyn Harness) {
    let Takeover { lost, alive, held, .. } = Takeover::play(harness).await;
    assert_eq!((lost.fence.owner.as_str(), lost.fence.deliveries), ("dead", 1));
    assert_eq!((held.fence.owner.as_str(), held.fence.deliveries), ("alive", 2));
    drop(alive);
    let third = harness.store("third").await;
    harness.advance(PAST_LEASE).await;
    let again = claim_one(&*third).await;
    assert_eq!((again.fence.owner.as_str(), again.fence.deliveries), ("third", 3));
}

pub(crate) async fn a_stale_owner_cannot_open(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene.assert_refused(async |dead, lost| dead.open(lost, MANY).await.map(|_| ())).await;
}

pub(crate) async fn a_stale_owner_cannot_commit(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene.assert_refused(async |dead, lost| dead.commit(lost, turn("stale", 1)).await).await;
    let parts = turn_in_parts("stale", 1, 1);
    scene.assert_refused(async |dead, lost| dead.commit(lost, parts).await).await;
}

pub(crate) async fn a_stale_owner_cannot_write_down_a_sending(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene.assert_refused(async |dead, lost| dead.sending(lost, 1).await).await;
}

pub(crate) async fn a_stale_owner_cannot_record_a_delivery(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene.assert_refused(async |dead, lost| dead.delivered(lost, 0, None).await).await;
}

pub(crate) async fn a_stale_owner_cannot_release(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene.assert_refused(async |dead, lost| dead.release(lost).await).await;
    claim_nothing(harness, &*scene.dead).await;
}

pub(crate) async fn a_stale_owner_cannot_put_off(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene
        .assert_refused(async |dead, lost| {
            dead.retry_at(lost, Duration::ZERO, Pause::Failure).await
        })
        .await;
    claim_nothing(harness, &*scene.dead).await;
}

pub(crate) async fn a_stale_owner_cannot_park(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene.assert_refused(async |dead, lost| dead.park(lost, ONE, "stale").await).await;
}

pub(crate) async fn a_stale_owner_cannot_withdraw(harness: &dyn Harness) {
    let scene = Takeover::play(harness).await;
    scene.assert_refused(async |dead, lost| dead.withdraw(lost, ONE).await).await;
}

pub(crate) async fn a_stale_heartbeat_steals_nothing_back(harness: &dyn Harness) {
    let Takeover { dead, lost, alive, held } = Takeover::play(harness).await;
    for _ in 0..3 {
        assert_lease(&*dead, &lost, Lease::Lost).await;
        assert_lease(&*alive, &held, Lease::Held).await;
    }
    // Nor does it lengthen the lease of the one that took over.
    harness.advance(PAST_LEASE).await;
    assert_lease(&*dead, &lost, Lease::Lost).await;
    let third = harness.store("third").await;
    let taken = claim_one(&*third).await;
    assert_eq!(taken.fence.deliveries, 3);
    assert_lease(&*dead, &lost, Lease::Lost).await;
    assert_lease(&*alive, &held, Lease::Lost).await;
    assert_lease(&*third, &taken, Lease::Held).await;
}

pub(crate) async fn a_heartbeat_keeps_the_claim(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    accept_new(&*one, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*one).await;
    for _ in 0..4 {
        harness.advance(LEASE * 2 / 3).await;
        claim_nothing(harness, &*other).await;
        assert_lease(&*one, &claim, Lease::Held).await;
    }
    one.commit(&claim, turn("t", 1)).await.unwrap();
}

pub(crate) async fn heartbeats_are_answered_in_the_order_of_the_claims(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    for number in 0..6 {
        accept_new(&*one, recorded(&customer(&number.to_string()), "k", "hello")).await;
    }
    let mut claims = Vec::new();
    for _ in 0..6 {
        claims.push(claim_one(&*one).await);
    }
    for (number, claim) in claims.iter().enumerate() {
        if number % 2 == 1 {
            one.release(claim).await.unwrap();
        }
    }
    let expected: Vec<Lease> =
        (0..6).map(|n| if n % 2 == 0 { Lease::Held } else { Lease::Lost }).collect();
    assert_eq!(one.renew(&claims).await, Ok(expected));
    assert_eq!(other.renew(&[]).await, Ok(Vec::new()));
}

pub(crate) async fn a_late_owner_keeps_the_claim_until_another_takes_it(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    harness.advance(PAST_LEASE).await;
    assert_eq!(texts(&open(&*store, &claim).await), ["hello"]);
    assert_lease(&*store, &claim, Lease::Held).await;
    harness.advance(PAST_LEASE).await;
    store.commit(&claim, turn("t", 1)).await.unwrap();
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn an_owner_that_takes_over_from_itself_is_fenced_too(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let lost = claim_one(&*store).await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*store).await;
    assert_eq!(held.fence.deliveries, 2);
    assert_all_verbs_stale(&*store, &lost).await;
    assert_lease(&*store, &held, Lease::Held).await;
    store.commit(&held, turn("t", 1)).await.unwrap();
}

pub(crate) async fn a_fence_that_was_never_given_opens_nothing(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    accept_new(&*store, recorded(&customer("berta"), "k", "hello")).await;
    let mut other = claim_one(&*store).await;
    while other.fence.entry == claim.fence.entry {
        // Entries of two partitions may have the same name, if they came in the same millisecond.
        store.release(&other).await.unwrap();
        other = claim_one(&*store).await;
    }
    let mut forged = claim.clone();
    forged.fence.deliveries += 1;
    assert_all_verbs_stale(&*store, &forged).await;
    let mut forged = claim.clone();
    forged.fence.owner = "other".to_owned();
    assert_eq!(store.open(&forged, MANY).await, Err(StoreError::Stale));
    let forged = Claim { conversation: claim.conversation.clone(), fence: other.fence };
    assert_eq!(store.open(&forged, MANY).await, Err(StoreError::Stale));
    assert_eq!(store.commit(&forged, turn("t", 1)).await, Err(StoreError::Stale));
    assert_lease(&*store, &claim, Lease::Held).await;
}

pub(crate) async fn whatever_ends_a_claim_voids_it(harness: &dyn Harness) {
    let store = harness.store("one").await;
    for end in ["release", "commit", "retry_at", "park"] {
        accept_new(&*store, recorded(&customer(end), "1", "hello")).await;
        accept_new(&*store, recorded(&customer(end), "2", "hello")).await;
        let claim = claim_one(&*store).await;
        match end {
            "release" => store.release(&claim).await.unwrap(),
            "commit" => store.commit(&claim, turn("t", 1)).await.unwrap(),
            "retry_at" => {
                store.retry_at(&claim, Duration::from_secs(5), Pause::Failure).await.unwrap()
            }
            _ => store.park(&claim, ONE, "given up").await.unwrap(),
        }
        assert_all_verbs_stale(&*store, &claim).await;
        harness.advance(Duration::from_secs(6)).await;
        let next = claim_one(&*store).await;
        assert_all_verbs_stale(&*store, &claim).await;
        let waiting = open(&*store, &next).await.messages.len();
        store.commit(&next, turn("t2", waiting)).await.unwrap();
    }
}

pub(crate) async fn a_stale_commit_leaves_the_message_to_the_new_owner(harness: &dyn Harness) {
    let (dead, alive) = (harness.store("dead").await, harness.store("alive").await);
    let id = accept_new(&*dead, recorded(&customer("anna"), "k", "hello")).await;
    let lost = claim_one(&*dead).await;
    open(&*dead, &lost).await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*alive).await;
    assert_eq!(dead.commit(&lost, turn("late", 1)).await, Err(StoreError::Stale));
    alive.commit(&held, turn("right", 1)).await.unwrap();
    assert_eq!(dead.commit(&lost, turn("late", 1)).await, Err(StoreError::Stale));
    let state = conversation::ports::Inbox::message(&*alive, &id).await.unwrap();
    assert_eq!(state, Some(MessageState::Answered(Some(crate::words::reply("right")))));
    let history = alive.history(&customer("anna")).await.unwrap();
    assert_eq!(history.len(), 1);
}
