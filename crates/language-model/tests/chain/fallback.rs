//! Who answers, and what the customer sees of it.

use conversation::ports::{Delta, LanguageModel, ModelError};

use crate::models::{Answer, Scripted, Step, ask, chain, cut, done, prompt, quota, reply, text};

#[tokio::test(start_paused = true)]
async fn the_first_model_that_answers_is_the_last_one_asked() {
    let first = Scripted::failing("a/1", quota());
    let second = Scripted::saying("b/2", "Hello");
    let third = Scripted::saying("c/3", "Never");
    let chain = chain(vec![first.link(), second.link(), third.link()]);
    assert_eq!(ask(&chain).await, [text("Hello"), done("b/2")]);
    assert_eq!((first.asked(), second.asked(), third.asked()), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_before_the_stream_is_read() {
    let model = Scripted::saying("a/1", "Hello");
    let chain = chain(vec![model.link()]);
    drop(chain.answer(prompt()).await.unwrap());
    assert_eq!(model.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn words_of_a_model_that_failed_are_replaced_and_never_continued() {
    let broken = Answer::Steps(vec![Step::Say("It is"), Step::Say(" in"), Step::Fail(quota())]);
    let first = Scripted::new("a/1", [broken]);
    let second =
        Scripted::new("b/2", [Answer::Steps(vec![Step::Say("Your"), Step::Say(" parcel")])]);
    let chain = chain(vec![first.link(), second.link()]);
    let expected = [
        text("It is"),
        text(" in"),
        Ok(Delta::Restart),
        text("Your"),
        text(" parcel"),
        done("b/2"),
    ];
    assert_eq!(ask(&chain).await, expected);
}

#[tokio::test(start_paused = true)]
async fn models_that_failed_in_silence_leave_nothing_to_replace() {
    let mute = Answer::Steps(vec![Step::Fail(cut())]);
    let first = Scripted::new("a/1", [mute]);
    let second = Scripted::saying("b/2", "Hello");
    assert_eq!(ask(&chain(vec![first.link(), second.link()])).await, [text("Hello"), done("b/2")]);
}

#[tokio::test(start_paused = true)]
async fn one_replacement_is_announced_however_many_models_fail_in_between() {
    let broken = |words| vec![Answer::Steps(vec![Step::Say(words), Step::Fail(quota())])];
    let first = Scripted::new("a/1", broken("One"));
    let second = Scripted::failing("b/2", quota());
    let third = Scripted::new("c/3", broken("Two"));
    let fourth = Scripted::saying("d/4", "Three");
    let chain = chain(vec![first.link(), second.link(), third.link(), fourth.link()]);
    let expected = [
        text("One"),
        Ok(Delta::Restart),
        text("Two"),
        Ok(Delta::Restart),
        text("Three"),
        done("d/4"),
    ];
    assert_eq!(ask(&chain).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_begins_anew_itself_is_followed() {
    let model = Scripted::new(
        "a/1",
        [Answer::Steps(vec![Step::Restart, Step::Say("One"), Step::Restart, Step::Say("Two")])],
    );
    let expected = [text("One"), Ok(Delta::Restart), text("Two"), done("a/1")];
    assert_eq!(ask(&chain(vec![model.link()])).await, expected);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_words_is_none() {
    let silent = Scripted::new("a/1", [Answer::Steps(vec![Step::Say(" \n")])]);
    let second = Scripted::saying("b/2", "Hello");
    let chain = chain(vec![silent.link(), second.link()]);
    assert_eq!(reply(&chain).await, Ok(("Hello".to_owned(), "b/2".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_an_end_is_none() {
    let unfinished = Scripted::new("a/1", [Answer::Unfinished(vec![Step::Say("It is")])]);
    let second = Scripted::saying("b/2", "Hello");
    let chain = chain(vec![unfinished.link(), second.link()]);
    assert_eq!(reply(&chain).await, Ok(("Hello".to_owned(), "b/2".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn when_all_fail_each_ones_reason_is_told() {
    let first = Scripted::failing("a/1", quota());
    let second = Scripted::new("b/2", [Answer::Steps(vec![Step::Say("It"), Step::Fail(cut())])]);
    let chain = chain(vec![first.link(), second.link()]);
    let reasons = vec![("a/1".to_owned(), quota()), ("b/2".to_owned(), cut())];
    let error = ModelError::AllFailed(reasons);
    assert_eq!(ask(&chain).await.last(), Some(&Err(error)));
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_nothing_fails() {
    assert_eq!(ask(&chain(Vec::new())).await, [Err(ModelError::AllFailed(Vec::new()))]);
}

#[tokio::test(start_paused = true)]
async fn a_chain_can_be_a_link_of_another() {
    let inner = Scripted::failing("a/1", quota());
    let inner = std::sync::Arc::new(chain(vec![inner.link()]));
    let outer = Scripted::saying("b/2", "Hello");
    let inner = std::sync::Arc::new(language_model::Link::unguarded(inner));
    assert_eq!(
        reply(&chain(vec![inner, outer.link()])).await,
        Ok(("Hello".to_owned(), "b/2".to_owned()))
    );
}

#[tokio::test(start_paused = true)]
async fn health_tells_how_every_model_fares() {
    use language_model::{BreakerState, ModelHealth};
    let first = Scripted::failing("a/1", quota());
    let last = Scripted::saying("skills/offline", "Hello");
    let chain = chain(vec![first.link(), last.unguarded()]);
    let healthy = |name: &str| ModelHealth {
        name: name.to_owned(),
        state: BreakerState::Closed,
        last_failure: None,
    };
    assert_eq!(chain.health(), [healthy("a/1"), healthy("skills/offline")]);
    reply(&chain).await.unwrap();
    let failed = ModelHealth {
        name: "a/1".to_owned(),
        state: BreakerState::Open,
        last_failure: Some("quota"),
    };
    assert_eq!(chain.health(), [failed, healthy("skills/offline")]);
}
