//! When a model is asked a second time.

use std::time::Duration;

use conversation::ports::{Delta, ModelError};
use tokio::time::Instant;

use crate::models::{Answer, Scripted, Step, ask, chain, cut, done, limited, quota, reply, text};

#[tokio::test(start_paused = true)]
async fn a_model_that_broke_off_is_asked_once_more_and_begins_anew() {
    let broken = Answer::Steps(vec![Step::Say("It is"), Step::Fail(cut())]);
    let whole = Answer::Steps(vec![Step::Say("Hello")]);
    let model = Scripted::new("a/1", [broken, whole]);
    let expected = [text("It is"), Ok(Delta::Restart), text("Hello"), done("a/1")];
    assert_eq!(ask(&chain(vec![model.link()])).await, expected);
    assert_eq!(model.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_model_is_asked_a_third_time() {
    let model = Scripted::failing("a/1", cut());
    let second = Scripted::saying("b/2", "Hello");
    reply(&chain(vec![model.link(), second.link()])).await.unwrap();
    assert_eq!(model.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_asking_again_cannot_help_is_not_retried() {
    for error in [
        quota(),
        ModelError::Unauthorised(String::new()),
        ModelError::NoSuchModel(String::new()),
        ModelError::Refused(String::new()),
    ] {
        let model = Scripted::failing("a/1", error.clone());
        let second = Scripted::saying("b/2", "Hello");
        reply(&chain(vec![model.link(), second.link()])).await.unwrap();
        assert_eq!(model.asked(), 1, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_wait_that_the_model_asks_for_is_kept_to() {
    let limited = Answer::Refuse(limited(3));
    let model = Scripted::new("a/1", [limited, Answer::Steps(vec![Step::Say("Hello")])]);
    let start = Instant::now();
    assert_eq!(reply(&chain(vec![model.link()])).await.unwrap().0, "Hello");
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert_eq!(model.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_is_not_waited_for_but_remembered() {
    let model =
        Scripted::new("a/1", [Answer::Refuse(limited(30)), Answer::Steps(vec![Step::Say("Back")])]);
    let second = Scripted::saying("b/2", "Hello");
    let chain = chain(vec![model.link(), second.link()]);
    let start = Instant::now();
    assert_eq!(reply(&chain).await.unwrap().0, "Hello");
    tokio::time::advance(Duration::from_secs(29)).await;
    assert_eq!(reply(&chain).await.unwrap().0, "Hello");
    assert_eq!((start.elapsed(), model.asked()), (Duration::from_secs(29), 1));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(reply(&chain).await.unwrap().0, "Back");
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_without_a_time_is_retried_after_the_usual_pause() {
    let limited = Answer::Refuse(ModelError::RateLimited { retry_after: None });
    let model = Scripted::new("a/1", [limited, Answer::Steps(vec![Step::Say("Hello")])]);
    let start = Instant::now();
    assert_eq!(reply(&chain(vec![model.link()])).await.unwrap().0, "Hello");
    assert_eq!(start.elapsed(), Duration::from_millis(200));
}

#[tokio::test(start_paused = true)]
async fn an_overload_that_names_a_time_is_treated_like_a_rate_limit() {
    let why = "busy".to_owned();
    let retry_after = Some(Duration::from_secs(2));
    let busy = Answer::Refuse(ModelError::Overloaded { why, retry_after });
    let model = Scripted::new("a/1", [busy, Answer::Steps(vec![Step::Say("Hello")])]);
    let start = Instant::now();
    assert_eq!(reply(&chain(vec![model.link()])).await.unwrap().0, "Hello");
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}
