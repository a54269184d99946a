//! Times and places.

use std::sync::Arc;

use conversation::ports::{LanguageModel, ModelError, Phase};
use futures::StreamExt;
use language_model::{Limits, Provider, ProviderOptions};
use support::fake_model::{FakeModel, Gate, Script};

use crate::world::{APIS, LONG, SHORT, answer, chain, options, prompt};

#[tokio::test]
async fn a_model_that_says_nothing_in_time_is_left() {
    // Silent before the response, and silent after its head.
    for script in [Script::new().hang(), Script::new().raw("\n").hang()] {
        for (api, _) in APIS {
            let fake = FakeModel::scripted();
            fake.push(script.clone());
            let limits = Limits { first_token: SHORT, total: LONG };
            let slow = Provider::new(ProviderOptions { limits, ..options(api, &fake) }).unwrap();
            let error = answer(&chain(vec![slow.link("m")])).await.unwrap_err();
            let reason = ModelError::Timeout(Phase::FirstToken);
            assert_eq!(error, ModelError::AllFailed(vec![("fake/m".to_owned(), reason)]));
            fake.wait_for_abandoned(1).await;
            assert_eq!(fake.request_count(), 1, "{api:?}");
        }
    }
}

#[tokio::test]
async fn a_model_that_does_not_finish_in_time_is_left() {
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        fake.push(Script::new().say("It is").hang());
        let limits = Limits { first_token: LONG, total: SHORT };
        let slow = Provider::new(ProviderOptions { limits, ..options(api, &fake) }).unwrap();
        let error = answer(&chain(vec![slow.link("m")])).await.unwrap_err();
        let ModelError::AllFailed(reasons) = error else { panic!("{error:?}") };
        assert!(matches!(reasons[..], [(_, ModelError::Timeout(_))]), "{reasons:?}");
        fake.wait_for_abandoned(1).await;
    }
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_the_provider_takes() {
    for (api, _) in APIS {
        let fake = FakeModel::echoing();
        let gate = Gate::default();
        for _ in 0..20 {
            fake.push(Script::new().say("It").wait(&gate).finish());
        }
        let narrow = ProviderOptions { max_concurrent: 3, ..options(api, &fake) };
        let provider = Provider::new(narrow).unwrap();
        // Two models of one provider share its places.
        let chains = ["m", "n"].map(|model| Arc::new(chain(vec![provider.link(model)])));
        let turns: Vec<_> = (0..20)
            .map(|number: usize| {
                let chain = Arc::clone(&chains[number % 2]);
                tokio::spawn(async move { answer(chain.as_ref()).await })
            })
            .collect();
        fake.wait_for_requests(3).await;
        gate.open();
        for turn in turns {
            assert_eq!(turn.await.unwrap().unwrap(), "It");
        }
        assert_eq!((fake.request_count(), fake.most_under_way()), (20, 3), "{api:?}");
    }
}

#[tokio::test]
async fn who_goes_away_leaves_the_place_to_the_next() {
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        fake.push(Script::new().say("It").hang());
        fake.push(Script::saying(&["Hello"]));
        let narrow = ProviderOptions { max_concurrent: 1, ..options(api, &fake) };
        let chain = chain(vec![Provider::new(narrow).unwrap().link("m")]);
        let mut first = chain.answer(prompt()).await.unwrap();
        first.next().await.unwrap().unwrap();
        drop(first);
        assert_eq!(answer(&chain).await.unwrap(), "Hello", "{api:?}");
    }
}
