//! How long everything may take.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{LanguageModel, ModelError, Phase};
use futures::StreamExt;
use language_model::{BreakerState, Places};
use tokio::time::Instant;

use crate::models::{
    Answer, FIRST_TOKEN, Scripted, Step, TOTAL, TURN, ask, chain, cut, prompt, reply,
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_model_that_says_nothing_is_left_after_the_time_for_its_first_words() {
    let first = Scripted::hanging("a/1");
    let second = Scripted::saying("b/2", "Hello");
    let start = Instant::now();
    assert_eq!(reply(&chain(vec![first.link(), second.link()])).await.unwrap().0, "Hello");
    assert_eq!((start.elapsed(), first.asked()), (FIRST_TOKEN, 1));
}

#[tokio::test(start_paused = true)]
async fn blanks_are_not_words() {
    let first = Scripted::new("a/1", [Answer::Steps(vec![Step::Say(" "), Step::Hang])]);
    let second = Scripted::saying("b/2", "Hello");
    let start = Instant::now();
    assert_eq!(reply(&chain(vec![first.link(), second.link()])).await.unwrap().0, "Hello");
    assert_eq!(start.elapsed(), FIRST_TOKEN);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_never_finishes_is_left_after_its_total_time() {
    let first = Scripted::new("a/1", [Answer::Steps(vec![Step::Say("It is"), Step::Hang])]);
    let second = Scripted::saying("b/2", "Hello");
    let start = Instant::now();
    assert_eq!(reply(&chain(vec![first.link(), second.link()])).await.unwrap().0, "Hello");
    assert_eq!(start.elapsed(), TOTAL);
}

#[tokio::test(start_paused = true)]
async fn a_slow_model_that_keeps_talking_is_listened_to() {
    let slow =
        vec![Step::Pause(9 * SECOND), Step::Say("It"), Step::Pause(20 * SECOND), Step::Say(" is")];
    let model = Scripted::new("a/1", [Answer::Steps(slow)]);
    assert_eq!(reply(&chain(vec![model.link()])).await.unwrap().0, "It is");
}

#[tokio::test(start_paused = true)]
async fn the_turn_ends_when_its_time_is_up_whoever_is_answering() {
    let rambling = || Answer::Steps(vec![Step::Say("Well"), Step::Hang]);
    let models = ["a/1", "b/2", "c/3", "d/4"].map(|name| Scripted::new(name, [rambling()]));
    let chain = chain(models.iter().map(Scripted::link).collect());
    let start = Instant::now();
    let answer = ask(&chain).await;
    assert_eq!(start.elapsed(), TURN);
    let Some(Err(ModelError::AllFailed(reasons))) = answer.last() else {
        panic!("{answer:?}");
    };
    let reasons: Vec<_> = reasons.iter().map(|(_, reason)| reason.clone()).collect();
    let expected = [Phase::Answering, Phase::Answering, Phase::Queueing, Phase::Queueing]
        .map(ModelError::Timeout);
    assert_eq!(reasons, expected);
    assert_eq!(models.map(|model| model.asked()), [1, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_last_resort_answers_even_when_the_time_is_up() {
    let rambling = || Answer::Steps(vec![Step::Say("Well"), Step::Hang]);
    let models = ["a/1", "b/2"].map(|name| Scripted::new(name, [rambling()]));
    let last = Scripted::saying("skills/offline", "Hello");
    let links = models.iter().map(Scripted::link).chain([last.unguarded()]).collect();
    assert_eq!(reply(&chain(links)).await.unwrap().1, "skills/offline");
}

#[tokio::test(start_paused = true)]
async fn even_the_last_resort_is_not_waited_for_forever() {
    let last = Scripted::hanging("skills/offline");
    let start = Instant::now();
    let answer = ask(&chain(vec![last.unguarded()])).await;
    assert!(matches!(answer[..], [Err(ModelError::AllFailed(_))]), "{answer:?}");
    assert_eq!(start.elapsed(), TURN);
}

#[tokio::test(start_paused = true)]
async fn a_pause_before_a_retry_never_outlasts_the_turn() {
    let long = vec![Step::Say("Well"), Step::Pause(TOTAL - 3 * SECOND), Step::Fail(cut())];
    let first = Scripted::new("a/1", [Answer::Steps(long)]);
    let retry_after = Some(5 * SECOND);
    let late = vec![Step::Pause(4 * SECOND), Step::Fail(ModelError::RateLimited { retry_after })];
    let second = Scripted::new("b/2", [Answer::Steps(late)]);
    let start = Instant::now();
    let answer = ask(&chain(vec![first.link(), second.link()])).await;
    assert!(matches!(answer.last(), Some(Err(ModelError::AllFailed(_)))), "{answer:?}");
    assert!(start.elapsed() < TURN);
    assert_eq!((first.asked(), second.asked()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_place_in_time_gets_the_next_model() {
    let first = Scripted::hanging("a/1");
    let second = Scripted::saying("b/2", "Hello");
    let chain = Arc::new(chain(vec![first.link_with(Places::new(1)), second.link()]));
    let mut holding = chain.answer(prompt()).await.unwrap();
    let holder = tokio::spawn(async move { holding.next().await });
    tokio::task::yield_now().await;
    assert_eq!(first.asked(), 1);
    assert_eq!(reply(&chain).await.unwrap().0, "Hello");
    assert_eq!(first.asked(), 1, "the second turn never got to the first model");
    assert!(holder.await.unwrap().is_some());
    assert_eq!(chain.health()[0].state, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_model_is_not_blamed_for_time_that_others_have_wasted() {
    let rambling = || Answer::Steps(vec![Step::Say("Well"), Step::Hang]);
    let refused = || Step::Fail(ModelError::Refused(String::new()));
    let long = || Answer::Steps(vec![Step::Say("Well"), Step::Pause(25 * SECOND), refused()]);
    let slow = || Answer::Steps(vec![Step::Pause(6 * SECOND), Step::Say("Hello")]);
    let (first, second) = (Scripted::new("a/1", [rambling()]), Scripted::new("b/2", [long()]));
    let third = Scripted::new("c/3", [slow()]);
    let link = third.link();
    for _ in 0..6 {
        // The first two leave five seconds to a model that needs six.
        ask(&chain(vec![first.link(), second.link(), Arc::clone(&link)])).await;
    }
    assert_eq!((third.asked(), link.health().state), (6, BreakerState::Closed));
}
