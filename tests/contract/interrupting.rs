//! A reader stops the answer in the making.

use std::time::Duration;

use conversation::ports::{Lease, Pause};

use crate::harness::{AllPorts, Harness, LEASE};
use crate::steps::{PAST_LEASE, accept_new, assert_lease, claim_nothing, claim_one};
use crate::transcripts::read_along;
use crate::words::{customer, recorded, turn};

async fn claimed(store: &dyn AllPorts, name: &str) -> conversation::ports::Claim {
    accept_new(store, read_along(&customer(name), "k", "hello")).await;
    claim_one(store).await
}

pub(crate) async fn an_owner_learns_of_an_interruption_with_its_heartbeat(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = claimed(&*one, "anna").await;
    let berta = claimed(&*one, "berta").await;
    let clara = claimed(&*one, "clara").await;
    assert_eq!(other.interrupt(&customer("berta")).await, Ok(true));
    let leases = one.renew(&[anna, berta.clone(), clara]).await;
    assert_eq!(leases, Ok(vec![Lease::Held, Lease::Interrupted, Lease::Held]));
    // Also if the first answer was lost, and however long the turn goes on.
    for _ in 0..6 {
        harness.advance(LEASE * 2 / 3).await;
        assert_lease(&*one, &berta, Lease::Interrupted).await;
    }
    one.commit(&berta, turn("t", 1)).await.unwrap();
}

pub(crate) async fn nobody_is_interrupted_where_nobody_is_at_work(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    assert_eq!(store.interrupt(&anna).await, Ok(false));
    accept_new(&*store, read_along(&anna, "k", "hello")).await;
    assert_eq!(store.interrupt(&anna).await, Ok(false), "it is ready");
    let claim = claim_one(&*store).await;
    assert_lease(&*store, &claim, Lease::Held).await;
    store.retry_at(&claim, Duration::from_secs(600), Pause::Failure).await.unwrap();
    assert_eq!(store.interrupt(&anna).await, Ok(false), "it is put off");
    harness.advance(Duration::from_secs(600)).await;
    let claim = claim_one(&*store).await;
    assert_lease(&*store, &claim, Lease::Held).await;
    store.commit(&claim, turn("t", 1)).await.unwrap();
    assert_eq!(store.interrupt(&anna).await, Ok(false), "it is at rest");
}

pub(crate) async fn an_interruption_ends_with_its_claim(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let first = claimed(&*store, "anna").await;
    assert_eq!(store.interrupt(&anna).await, Ok(true));
    store.release(&first).await.unwrap();
    assert_lease(&*store, &first, Lease::Lost).await;
    let second = claim_one(&*store).await;
    assert_lease(&*store, &second, Lease::Held).await;
}

pub(crate) async fn whoever_takes_over_is_not_interrupted(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let lost = claimed(&*one, "anna").await;
    assert_eq!(other.interrupt(&customer("anna")).await, Ok(true));
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*other).await;
    assert_lease(&*other, &held, Lease::Held).await;
    assert_lease(&*one, &lost, Lease::Lost).await;
    assert_eq!(one.interrupt(&customer("anna")).await, Ok(true));
    assert_lease(&*other, &held, Lease::Interrupted).await;
    assert_lease(&*one, &lost, Lease::Lost).await;
}

pub(crate) async fn a_heartbeat_that_brings_an_interruption_renews_the_lease(
    harness: &dyn Harness,
) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    accept_new(&*one, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*one).await;
    assert_eq!(other.interrupt(&customer("anna")).await, Ok(true));
    harness.advance(LEASE * 2 / 3).await;
    assert_lease(&*one, &claim, Lease::Interrupted).await;
    harness.advance(LEASE * 2 / 3).await;
    claim_nothing(harness, &*other).await;
    assert_lease(&*one, &claim, Lease::Interrupted).await;
}
