//! What is sent: the fake server refuses everything that breaks a vendor's contract, and shows
//! the rest.

use std::sync::Arc;

use conversation::ports::ModelError;
use conversation::{Prompt, Role, Utterance};
use futures::StreamExt;
use language_model::{Api, InvalidProvider, Provider, ProviderOptions};
use support::fake_model::{FakeModel, Script};

use crate::world::{APIS, answer, ask, options, provider};

#[tokio::test]
async fn a_prompt_arrives_whole_at_every_vendor() {
    for (api, _) in APIS {
        let fake = FakeModel::echoing();
        assert_eq!(ask(api, &fake).await.unwrap(), "Hi, I'm Zoë. | Where is \"TRK-1\"?");
        let [asked] = &fake.requests()[..] else { panic!("{api:?}") };
        assert_eq!((asked.model.as_str(), asked.system.as_str()), ("m", "Be brief."));
        let said: Vec<_> =
            asked.messages.iter().map(|said| (&*said.role, &*said.content)).collect();
        let expected = [
            ("user", "Hi, I'm Zoë."),
            ("assistant", "Hello Zoë!"),
            ("user", "Where is \"TRK-1\"?"),
        ];
        assert_eq!(said, expected, "{api:?}");
        assert_eq!(fake.violations(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_prompt_with_gaps_is_one_that_every_vendor_takes() {
    let say = |role, text: &str| Utterance::text(role, text);
    let prompt = Arc::new(Prompt::new(
        " ",
        vec![
            say(Role::Assistant, "Cut off from what came before"),
            say(Role::Customer, "  "),
            say(Role::Customer, "One"),
            say(Role::Customer, "Two"),
        ],
    ));
    for (api, _) in APIS {
        let fake = FakeModel::echoing();
        let model = provider(api, &fake).model("m");
        let deltas = model.answer(Arc::clone(&prompt)).await.unwrap();
        assert!(deltas.collect::<Vec<_>>().await.iter().all(Result::is_ok));
        assert_eq!(fake.requests()[0].customer_said(), ["One", "Two"], "{api:?}");
        assert_eq!(fake.requests()[0].system, "");
    }
}

#[tokio::test]
async fn the_key_goes_where_the_vendor_expects_it() {
    for (api, _) in APIS {
        let fake = FakeModel::echoing();
        fake.require_key("the-key");
        let with_key =
            ProviderOptions { api_key: Some("the-key\n".to_owned().into()), ..options(api, &fake) };
        let model = Provider::new(with_key).unwrap().model("m");
        assert!(answer(model.as_ref()).await.is_ok(), "{api:?}");
        let error = ask(api, &fake).await.unwrap_err();
        assert!(matches!(error, ModelError::Unauthorised(_)), "{api:?}: {error:?}");
    }
}

#[tokio::test]
async fn what_a_vendor_needs_besides_comes_from_the_options() {
    let fake = FakeModel::echoing();
    for (api, field, expected) in [
        (Api::AnthropicMessages, "max_tokens", serde_json::json!(2048)),
        (Api::Ollama, "keep_alive", serde_json::json!("30m")),
    ] {
        ask(api, &fake).await.unwrap();
        assert_eq!(fake.requests().last().unwrap().body[field], expected);
    }
    let more = ProviderOptions {
        max_tokens: 4096.try_into().unwrap(),
        ..options(Api::AnthropicMessages, &fake)
    };
    answer(Provider::new(more).unwrap().model("m").as_ref()).await.unwrap();
    assert_eq!(fake.requests().last().unwrap().body["max_tokens"], 4096);
}

#[tokio::test]
async fn answers_one_after_the_other_share_a_connection() {
    for (api, _) in APIS {
        let fake = FakeModel::echoing();
        fake.push(Script::saying(&["Hello"]));
        fake.push(Script::status(429, "{}"));
        let model = provider(api, &fake).model("m");
        for _ in 0..5 {
            let _ = answer(model.as_ref()).await;
        }
        assert_eq!((fake.request_count(), fake.connections()), (5, 1), "{api:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = FakeModel::echoing();
    let fake = FakeModel::scripted();
    let target = format!("{}/v1/chat/completions", elsewhere.url());
    fake.push(Script::status(307, "").header("location", &target));
    let error = ask(Api::OpenAiCompletions, &fake).await.unwrap_err();
    assert!(matches!(error, ModelError::Refused(_)), "{error:?}");
    assert_eq!((elsewhere.request_count(), elsewhere.violations().len()), (0, 0));
}

#[test]
fn options_that_make_no_provider_are_refused() {
    let new = |base_url: &str, key: &str| {
        let key = Some(key.to_owned().into());
        let options = ProviderOptions::new("p", Api::Ollama, base_url);
        Provider::new(ProviderOptions { api_key: key, ..options }).map(drop)
    };
    assert!(new("https://models.example", "key").is_ok());
    assert!(matches!(new("models.example/v1", "key"), Err(InvalidProvider::BaseUrl(_))));
    assert!(matches!(new("http://models.example", "k\ney"), Err(InvalidProvider::ApiKey)));
}

#[test]
fn a_models_name_says_whose_it_is() {
    let options = ProviderOptions::new("groq", Api::OpenAiCompletions, "http://h/v1");
    let provider = Provider::new(options).unwrap();
    assert_eq!(provider.model("meta/llama").name(), "groq/meta/llama");
    assert_eq!(provider.link("x").name(), "groq/x");
}
