//! What replicas agree on: a pace, an office, a value.

use std::sync::Arc;
use std::time::Duration;

use conversation::{Rate, StoreError};

use crate::harness::{AllPorts, Harness};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// So slow that no pause of a busy machine lets one more pass.
const HOURLY: Rate = Rate { burst: 3, period: HOUR };

/// How many of ten tries pass the lane.
async fn passes(store: &dyn AllPorts, lane: &str, rate: Rate) -> usize {
    let mut passed = 0;
    for _ in 0..10 {
        passed += usize::from(store.pass(lane, rate).await.unwrap().is_none());
    }
    passed
}

pub(crate) async fn a_burst_passes_a_lane_and_then_one_at_a_time(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    assert_eq!(one.pass("numbers/1", HOURLY).await, Ok(None));
    assert_eq!(other.pass("numbers/1", HOURLY).await, Ok(None));
    assert_eq!(passes(&*one, "numbers/1", HOURLY).await, 1);
    let wait = other.pass("numbers/1", HOURLY).await.unwrap().expect("a time to wait");
    assert!(wait <= HOUR && wait > HOUR - MINUTE, "{wait:?}");
    assert_eq!(one.pass("numbers/2", HOURLY).await, Ok(None), "another lane is free");

    harness.advance(wait).await;
    assert_eq!(passes(&*other, "numbers/1", HOURLY).await, 1);
    harness.advance(2 * HOUR).await;
    assert_eq!(passes(&*one, "numbers/1", HOURLY).await, 2);
    harness.advance(100 * HOUR).await;
    assert_eq!(passes(&*one, "numbers/1", HOURLY).await, 3, "a silence gives no more than a burst");
}

pub(crate) async fn who_does_not_pass_is_not_counted(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let rate = Rate { burst: 1, period: HOUR };
    assert_eq!(passes(&*store, "lane", rate).await, 1);
    let wait = store.pass("lane", rate).await.unwrap().expect("a time to wait");
    assert!(wait <= HOUR, "{wait:?}");
}

pub(crate) async fn of_many_who_want_to_pass_as_many_do_as_may(harness: &dyn Harness) {
    let rate = Rate { burst: 25, period: HOUR };
    let mut tasks = Vec::new();
    for owner in ["one", "two", "three", "four"] {
        let store: Arc<dyn AllPorts> = harness.all_ports(owner).await;
        tasks.push(tokio::spawn(async move { passes(&*store, "crowd", rate).await }));
    }
    let mut passed = 0;
    for task in tasks {
        passed += task.await.unwrap();
    }
    assert_eq!(passed, 25);
}

pub(crate) async fn a_closed_lane_lets_nobody_pass(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    one.close("lane", HOUR).await.unwrap();
    one.close("lane", MINUTE).await.unwrap();
    let wait = other.pass("lane", HOURLY).await.unwrap().expect("a time to wait");
    assert!(wait <= HOUR && wait > HOUR - MINUTE, "a shorter pause ends no longer one: {wait:?}");
    harness.advance(HOUR).await;
    assert_eq!(passes(&*one, "lane", HOURLY).await, 3);
}

pub(crate) async fn an_office_has_one_holder_at_a_time(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    assert_eq!(one.hold("poll/bot", "one", HOUR).await, Ok(true));
    assert_eq!(other.hold("poll/bot", "other", HOUR).await, Ok(false));
    assert_eq!(other.hold("poll/second", "other", HOUR).await, Ok(true), "another office");
    harness.advance(HOUR - MINUTE).await;
    assert_eq!(one.hold("poll/bot", "one", HOUR).await, Ok(true), "it stays");
    harness.advance(HOUR - MINUTE).await;
    assert_eq!(other.hold("poll/bot", "other", HOUR).await, Ok(false));
    harness.advance(MINUTE).await;
    assert_eq!(other.hold("poll/bot", "other", HOUR).await, Ok(true), "its term is over");
    assert_eq!(one.hold("poll/bot", "one", HOUR).await, Ok(false));
}

pub(crate) async fn an_office_that_was_given_back_is_free(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    assert_eq!(one.hold("office", "one", HOUR).await, Ok(true));
    other.resign("office", "other").await.unwrap();
    assert_eq!(other.hold("office", "other", HOUR).await, Ok(false), "it was not the other's");
    one.resign("office", "one").await.unwrap();
    assert_eq!(other.hold("office", "other", HOUR).await, Ok(true));
}

pub(crate) async fn of_many_who_want_an_office_one_has_it(harness: &dyn Harness) {
    let mut tasks = Vec::new();
    for owner in ["one", "two", "three", "four"] {
        let store = harness.all_ports(owner).await;
        tasks.push(tokio::spawn(async move { store.hold("office", owner, HOUR).await.unwrap() }));
    }
    let mut holders = 0;
    for task in tasks {
        holders += usize::from(task.await.unwrap());
    }
    assert_eq!(holders, 1);
}

pub(crate) async fn the_first_proposal_is_what_all_have(harness: &dyn Harness) {
    let curious = harness.all_ports("curious").await;
    assert_eq!(curious.agree("web/key", "").await.as_deref(), Ok(""), "there is none yet");
    let mut tasks = Vec::new();
    for owner in ["one", "two", "three", "four"] {
        let store = harness.all_ports(owner).await;
        tasks.push(tokio::spawn(async move { store.agree("web/key", owner).await.unwrap() }));
    }
    let mut agreed = std::collections::BTreeSet::new();
    for task in tasks {
        agreed.insert(task.await.unwrap());
    }
    assert_eq!(agreed.len(), 1, "{agreed:?}");
    assert_eq!(curious.agree("web/key", "").await.ok().as_ref(), agreed.first());
    harness.advance(10_000 * HOUR).await;
    let late = harness.all_ports("late").await;
    assert_eq!(late.agree("web/key", "late").await.ok(), agreed.pop_first(), "it never ends");
    assert_eq!(late.agree("web/other", "late").await.as_deref(), Ok("late"));
}

pub(crate) async fn a_name_that_is_none_is_refused(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let long = "x".repeat(97);
    for name in ["", "A", "a}b", "a b", "a:b", "ä", &long] {
        let refused = |answer: Result<(), StoreError>| {
            assert!(matches!(answer, Err(StoreError::Unreadable { .. })), "{name}");
        };
        refused(store.pass(name, HOURLY).await.map(|_| ()));
        refused(store.close(name, HOUR).await);
        refused(store.hold(name, "one", HOUR).await.map(|_| ()));
        refused(store.resign(name, "one").await);
        refused(store.agree(name, "value").await.map(|_| ()));
    }
    let too_much = "x".repeat(1025);
    assert!(store.hold("office", &too_much, HOUR).await.is_err());
    assert!(store.agree("name", &too_much).await.is_err());
    assert_eq!(store.agree("a-z/0_9.name", "value").await.as_deref(), Ok("value"));
    // Times that no clock counts are bounded, and break nothing.
    assert_eq!(store.hold("office", "one", Duration::MAX).await, Ok(true));
    store.close("lane", Duration::MAX).await.unwrap();
    assert_eq!(store.pass("free", Rate { burst: 0, period: Duration::MAX }).await, Ok(None));
    assert!(store.pass("free", HOURLY).await.unwrap().is_some());
}
