//! When a breaker opens, closes, and lets a probe through.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn breaker() -> Arc<Breaker> {
    Breaker::new("p/m", BreakerOptions::default(), Jitter::fixed(0.0))
}

fn fail(breaker: &Arc<Breaker>, error: &ModelError) {
    breaker.admit().unwrap().failed(error);
}

fn failure() -> ModelError {
    ModelError::Cut(String::new())
}

/// A breaker that has opened after five failures.
fn opened() -> Arc<Breaker> {
    let breaker = breaker();
    for _ in 0..5 {
        fail(&breaker, &failure());
    }
    breaker
}

/// How long the breaker stays open from now on.
async fn rest(breaker: &Breaker) -> u32 {
    let mut seconds = 0;
    while breaker.state() == BreakerState::Open {
        tokio::time::advance(SECOND).await;
        seconds += 1;
    }
    seconds
}

#[tokio::test(start_paused = true)]
async fn the_fifth_failure_in_a_row_opens_it() {
    let breaker = breaker();
    for _ in 0..4 {
        fail(&breaker, &failure());
    }
    breaker.admit().unwrap().succeeded();
    for _ in 0..4 {
        fail(&breaker, &failure());
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, &failure());
    assert_eq!(breaker.state(), BreakerState::Open);
    assert!(breaker.is_resting());
    assert!(breaker.admit().is_none());
}

#[tokio::test(start_paused = true)]
async fn its_rest_doubles_with_every_failed_probe_up_to_a_minute() {
    let breaker = opened();
    for expected in [10, 20, 40, 60, 60] {
        assert_eq!(rest(&breaker).await, expected);
        fail(&breaker, &failure());
    }
    rest(&breaker).await;
    breaker.admit().unwrap().succeeded();
    for _ in 0..5 {
        fail(&breaker, &failure());
    }
    assert_eq!(rest(&breaker).await, 10, "a success starts it all over");
}

#[tokio::test(start_paused = true)]
async fn the_rest_is_stretched_by_jitter() {
    let breaker = Breaker::new("p/m", BreakerOptions::default(), Jitter::fixed(1.0));
    for _ in 0..5 {
        fail(&breaker, &failure());
    }
    assert_eq!(rest(&breaker).await, 15);
}

#[tokio::test(start_paused = true)]
async fn half_open_lets_one_probe_through() {
    let breaker = opened();
    tokio::time::advance(10 * SECOND).await;
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    assert!(!breaker.is_resting());
    let probe = breaker.admit().unwrap();
    assert!(breaker.admit().is_none());
    assert!(breaker.is_resting());
    probe.succeeded();
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_was_given_up_frees_its_slot() {
    let breaker = opened();
    tokio::time::advance(10 * SECOND).await;
    drop(breaker.admit().unwrap());
    let probe = breaker.admit().expect("the slot is free again");
    probe.failed(&failure());
    assert_eq!(rest(&breaker).await, 20, "giving up is no failure and no success");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_given_up_counts_for_nothing() {
    let breaker = breaker();
    for _ in 0..20 {
        drop(breaker.admit());
        breaker.admit().unwrap().failed(&ModelError::Timeout(Phase::Queueing));
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn hopeless_errors_open_it_at_once_for_a_minute() {
    for error in [
        ModelError::Quota(String::new()),
        ModelError::Unauthorised(String::new()),
        ModelError::NoSuchModel(String::new()),
    ] {
        let breaker = breaker();
        fail(&breaker, &error);
        assert_eq!(rest(&breaker).await, 60, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_names_a_time_is_left_alone_until_then() {
    let breaker = breaker();
    fail(&breaker, &ModelError::RateLimited { retry_after: Some(7 * SECOND) });
    assert_eq!(rest(&breaker).await, 7);
    let why = String::new();
    fail(&breaker, &ModelError::Overloaded { why, retry_after: Some(90 * SECOND) });
    assert_eq!(rest(&breaker).await, 90);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_shows_that_the_model_is_there() {
    let breaker = opened();
    tokio::time::advance(10 * SECOND).await;
    fail(&breaker, &ModelError::Refused(String::new()));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn late_news_from_before_it_opened_changes_nothing() {
    let breaker = breaker();
    let (late_success, late_failure) = (breaker.admit().unwrap(), breaker.admit().unwrap());
    for _ in 0..5 {
        fail(&breaker, &failure());
    }
    late_success.succeeded();
    late_failure.failed(&ModelError::Quota(String::new()));
    assert_eq!(rest(&breaker).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_overrules_it_closes_it_by_success_only() {
    let breaker = opened();
    breaker.admit_anyway().failed(&failure());
    assert_eq!(breaker.state(), BreakerState::Open);
    breaker.admit_anyway().succeeded();
    assert_eq!(breaker.state(), BreakerState::Closed);
}
