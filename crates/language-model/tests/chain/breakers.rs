//! Breakers within a chain.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{LanguageModel, ModelError};
use futures::StreamExt;
use language_model::{BreakerState, Places};
use tokio::time::Instant;

use crate::models::{Answer, Scripted, Step, ask, chain, cut, prompt, quota, reply};

const SECOND: Duration = Duration::from_secs(1);

/// A model that fails this often and then answers.
fn recovering(name: &'static str, failures: usize) -> Arc<Scripted> {
    let mut answers = vec![Answer::Refuse(cut()); failures];
    answers.push(Answer::Steps(vec![Step::Say("Back")]));
    Scripted::new(name, answers)
}

#[tokio::test(start_paused = true)]
async fn a_model_that_keeps_failing_is_passed_over_until_it_has_rested() {
    let first = recovering("a/1", 5);
    let second = Scripted::saying("b/2", "Hello");
    let chain = chain(vec![first.link(), second.link()]);
    for _ in 0..10 {
        assert_eq!(reply(&chain).await.unwrap().0, "Hello");
    }
    assert_eq!(first.asked(), 5, "two per turn, until the fifth opened the breaker");
    assert_eq!(chain.health()[0].state, BreakerState::Open);
    tokio::time::advance(10 * SECOND).await;
    assert_eq!(reply(&chain).await.unwrap().0, "Back");
    assert_eq!(chain.health()[0].state, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn while_one_turn_probes_the_others_go_on_to_the_next_model() {
    let slowly = Answer::Steps(vec![Step::Pause(SECOND), Step::Say("Back")]);
    let first = Scripted::new("a/1", [Answer::Refuse(quota()), slowly]);
    let second = Scripted::saying("b/2", "Hello");
    let chain = Arc::new(chain(vec![first.link(), second.link()]));
    reply(&chain).await.unwrap();
    tokio::time::advance(60 * SECOND).await;

    let probing = {
        let chain = Arc::clone(&chain);
        tokio::spawn(async move { reply(&chain).await })
    };
    tokio::task::yield_now().await;
    assert_eq!(first.asked(), 2);
    assert_eq!(chain.health()[0].state, BreakerState::HalfOpen);
    for _ in 0..10 {
        assert_eq!(reply(&chain).await.unwrap().0, "Hello");
    }
    assert_eq!(first.asked(), 2, "one probe at a time");
    assert_eq!(probing.await.unwrap().unwrap().0, "Back");
    assert_eq!(chain.health()[0].state, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_late_success_leaves_the_reason_for_which_the_model_is_passed_over() {
    let slowly = Answer::Steps(vec![Step::Say("Late"), Step::Pause(SECOND)]);
    let back = Answer::Steps(vec![Step::Say("Back")]);
    let first = Scripted::new("a/1", [slowly, Answer::Refuse(quota()), back]);
    let second = Scripted::saying("b/2", "Hello");
    let chain = chain(vec![first.link(), second.link()]);
    let mut slow = chain.answer(prompt()).await.unwrap();
    slow.next().await.unwrap().unwrap();
    assert_eq!(reply(&chain).await.unwrap().0, "Hello");
    while let Some(delta) = slow.next().await {
        delta.unwrap();
    }
    let health = &chain.health()[0];
    assert_eq!((health.state, health.last_failure), (BreakerState::Open, Some("quota")));

    tokio::time::advance(60 * SECOND).await;
    assert_eq!(reply(&chain).await.unwrap().0, "Back");
    let health = &chain.health()[0];
    assert_eq!((health.state, health.last_failure), (BreakerState::Closed, None));
}

#[tokio::test(start_paused = true)]
async fn a_probe_whose_customer_went_away_leaves_its_slot_and_its_place() {
    let first = Scripted::new(
        "a/1",
        [
            Answer::Refuse(quota()),
            Answer::Steps(vec![Step::Say("It"), Step::Hang]),
            Answer::Steps(vec![Step::Say("Back")]),
        ],
    );
    let second = Scripted::saying("b/2", "Hello");
    let chain = chain(vec![first.link_with(Places::new(1)), second.link()]);
    reply(&chain).await.unwrap();
    tokio::time::advance(60 * SECOND).await;

    let mut probing = chain.answer(prompt()).await.unwrap();
    probing.next().await.unwrap().unwrap();
    drop(probing);
    assert_eq!(chain.health()[0].state, BreakerState::HalfOpen);
    assert_eq!(reply(&chain).await.unwrap().0, "Back");
}

#[tokio::test(start_paused = true)]
async fn customers_who_go_away_are_no_failures_of_the_model() {
    let model = Scripted::new("a/1", [Answer::Steps(vec![Step::Say("It"), Step::Hang])]);
    let chain = chain(vec![model.link_with(Places::new(1))]);
    for _ in 0..20 {
        let mut answer = chain.answer(prompt()).await.unwrap();
        answer.next().await.unwrap().unwrap();
    }
    assert_eq!((model.asked(), chain.health()[0].state), (20, BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn when_every_breaker_is_open_the_models_are_asked_anyway_in_their_order() {
    let first = Scripted::failing("a/1", quota());
    let second =
        Scripted::new("b/2", [Answer::Refuse(quota()), Answer::Steps(vec![Step::Say("Back")])]);
    let chain = chain(vec![first.link(), second.link()]);
    assert!(reply(&chain).await.is_err());
    assert!(chain.health().iter().all(|model| model.state == BreakerState::Open));
    assert_eq!(reply(&chain).await.unwrap().0, "Back");
    assert_eq!((first.asked(), second.asked()), (2, 2));
    assert_eq!(chain.health()[1].state, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn asking_anyway_is_not_retried_and_tells_the_reasons() {
    let first = Scripted::failing("a/1", cut());
    let second = Scripted::failing("b/2", quota());
    let chain = chain(vec![first.link(), second.link()]);
    while chain.health()[0].state == BreakerState::Closed {
        ask(&chain).await;
    }
    let (asked_first, asked_second) = (first.asked(), second.asked());
    let reasons = vec![("a/1".to_owned(), cut()), ("b/2".to_owned(), quota())];
    assert_eq!(ask(&chain).await, [Err(ModelError::AllFailed(reasons))]);
    assert_eq!((first.asked(), second.asked()), (asked_first + 1, asked_second + 1));
}

#[tokio::test(start_paused = true)]
async fn a_last_resort_spares_the_models_that_rest() {
    let first = Scripted::failing("a/1", quota());
    let last = Scripted::saying("skills/offline", "Hello");
    let chain = chain(vec![first.link(), last.unguarded()]);
    for _ in 0..10 {
        assert_eq!(reply(&chain).await.unwrap().1, "skills/offline");
    }
    assert_eq!((first.asked(), last.asked()), (1, 10));
}

#[tokio::test(start_paused = true)]
async fn a_place_at_a_model_that_rests_is_not_waited_for() {
    let places = Places::new(1);
    let resting = Scripted::failing("a/1", quota());
    let second = Scripted::saying("b/2", "Hello");
    let chained = chain(vec![resting.link_with(places.clone()), second.link()]);
    reply(&chained).await.unwrap();

    let busy = Scripted::new("a/3", [Answer::Steps(vec![Step::Say("It"), Step::Hang])]);
    let holding = chain(vec![busy.link_with(places)]);
    let mut holder = holding.answer(prompt()).await.unwrap();
    holder.next().await.unwrap().unwrap();
    let start = Instant::now();
    assert_eq!(reply(&chained).await.unwrap().0, "Hello");
    assert_eq!(start.elapsed(), Duration::ZERO);
}
