//! Chains of models that fail in their vendors' ways.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Delta, LanguageModel, ModelError};
use futures::StreamExt;
use language_model::{Api, BreakerOptions, BreakerState, Link, Provider, ProviderOptions};
use support::fake_model::{FakeModel, Gate, Script};

use crate::world::{APIS, answer, chain, options, prompt, provider};

const UNAUTHORISED: &str = r#"{"error":{"type":"authentication_error","message":"no"}}"#;

#[tokio::test]
async fn every_vendor_can_stand_in_for_every_other() {
    for (first, _) in APIS {
        for (second, _) in APIS {
            let (down, up) = (FakeModel::scripted(), FakeModel::echoing());
            down.push(Script::status(401, UNAUTHORISED));
            let chain =
                chain(vec![provider(first, &down).link("m"), provider(second, &up).link("n")]);
            assert!(answer(&chain).await.unwrap().contains("TRK-1"));
            assert_eq!((down.request_count(), up.request_count()), (1, 1));
        }
    }
}

#[tokio::test]
async fn words_of_an_answer_that_broke_off_are_replaced() {
    for (api, _) in APIS {
        let (broken, whole) = (FakeModel::scripted(), FakeModel::scripted());
        for _ in 0..2 {
            broken.push(Script::new().say("It is").cut());
        }
        whole.push(Script::saying(&["Your", " parcel"]));
        let chain = chain(vec![provider(api, &broken).link("m"), provider(api, &whole).link("n")]);
        let deltas: Vec<_> = chain.answer(prompt()).await.unwrap().collect().await;
        let deltas: Vec<Delta> = deltas.into_iter().map(Result::unwrap).collect();
        let text = |words: &str| Delta::Text(words.to_owned());
        let expected = [
            text("It is"),
            Delta::Restart,
            text("It is"),
            Delta::Restart,
            text("Your"),
            text(" parcel"),
            Delta::Done { model: "fake/n".to_owned() },
        ];
        assert_eq!(deltas, expected, "{api:?}");
        assert_eq!(broken.request_count(), 2, "asked once more before the next model");
    }
}

#[tokio::test]
async fn when_all_fail_each_ones_reason_is_told() {
    let (first, second) = (FakeModel::scripted(), FakeModel::scripted());
    first.push(Script::status(404, r#"{"error":"model 'm' not found"}"#));
    second.push(Script::status(400, r#"{"error":{"message":"too long"}}"#));
    let links = vec![
        provider(Api::Ollama, &first).link("m"),
        provider(Api::OpenAiCompletions, &second).link("n"),
    ];
    let error = answer(&chain(links)).await.unwrap_err();
    let missing = ModelError::NoSuchModel("HTTP 404: model 'm' not found".to_owned());
    let refused = ModelError::Refused("HTTP 400: too long".to_owned());
    let reasons = vec![("fake/m".to_owned(), missing), ("fake/n".to_owned(), refused)];
    assert_eq!(error, ModelError::AllFailed(reasons));
}

#[tokio::test]
async fn a_model_that_keeps_failing_gets_no_more_requests() {
    for (api, _) in APIS {
        let (down, up) = (FakeModel::scripted(), FakeModel::echoing());
        for _ in 0..5 {
            down.push(Script::status(500, "{}"));
        }
        let chain = chain(vec![provider(api, &down).link("m"), provider(api, &up).link("n")]);
        for _ in 0..10 {
            assert!(answer(&chain).await.is_ok());
        }
        assert_eq!((down.request_count(), up.request_count()), (5, 10), "{api:?}");
        assert_eq!(down.violations(), Vec::<String>::new());
        assert_eq!(chain.health()[0].state, BreakerState::Open);
    }
}

/// A link whose breaker opens at the first wrong key and half opens soon after.
fn quickly_resting(api: Api, fake: &FakeModel) -> Arc<Link> {
    let hopeless_rest = Duration::from_millis(20);
    let breaker = BreakerOptions { hopeless_rest, ..BreakerOptions::default() };
    Provider::new(ProviderOptions { breaker, ..options(api, fake) }).unwrap().link("m")
}

#[tokio::test]
async fn a_single_request_finds_out_whether_the_model_is_back() {
    for (api, _) in APIS {
        let (recovering, up) = (FakeModel::scripted(), FakeModel::echoing());
        let gate = Gate::default();
        recovering.push(Script::status(401, UNAUTHORISED));
        recovering.push(Script::new().wait(&gate).say("Back").finish());
        let link = quickly_resting(api, &recovering);
        let chain = Arc::new(chain(vec![Arc::clone(&link), provider(api, &up).link("n")]));
        answer(chain.as_ref()).await.unwrap();
        while link.health().state == BreakerState::Open {
            tokio::task::yield_now().await;
        }

        let probing = {
            let chain = Arc::clone(&chain);
            tokio::spawn(async move { answer(chain.as_ref()).await })
        };
        recovering.wait_for_requests(2).await;
        for _ in 0..10 {
            assert!(answer(chain.as_ref()).await.unwrap().contains("TRK-1"));
        }
        assert_eq!(recovering.request_count(), 2, "one probe at a time");
        gate.open();
        assert_eq!(probing.await.unwrap().unwrap(), "Back", "{api:?}");
        assert_eq!(link.health().state, BreakerState::Closed);
    }
}

#[tokio::test]
async fn when_all_rest_they_are_asked_anyway() {
    let fake = FakeModel::echoing();
    fake.push(Script::status(401, UNAUTHORISED));
    let chain = chain(vec![provider(Api::Ollama, &fake).link("m")]);
    assert!(answer(&chain).await.is_err());
    assert_eq!(chain.health()[0].state, BreakerState::Open);
    assert!(answer(&chain).await.unwrap().contains("TRK-1"));
    assert_eq!(chain.health()[0].state, BreakerState::Closed);
}
