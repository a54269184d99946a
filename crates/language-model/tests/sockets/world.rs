//! Providers of fake model servers, and what they are asked.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Delta, LanguageModel, ModelError};
use conversation::{Prompt, Role, Utterance};
use futures::StreamExt;
use language_model::{Api, Chain, ChainOptions, Limits, Link, Provider, ProviderOptions};
use support::fake_model::{self, FakeModel, Script};

/// All APIs, as the gateway and as the fake model name them.
pub(crate) const APIS: [(Api, fake_model::Api); 3] = [
    (Api::OpenAiCompletions, fake_model::Api::OpenAi),
    (Api::AnthropicMessages, fake_model::Api::Anthropic),
    (Api::Ollama, fake_model::Api::Ollama),
];

/// A limit that is run into, but not before a request has got to the server.
pub(crate) const SHORT: Duration = Duration::from_millis(400);
/// A limit that isn't.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// The options of a provider at a fake server. They fit all APIs.
pub(crate) fn options(api: Api, fake: &FakeModel) -> ProviderOptions {
    let spoken = APIS.iter().find(|(known, _)| *known == api).unwrap().1;
    ProviderOptions {
        limits: Limits { first_token: LONG, total: LONG },
        max_concurrent: 100,
        ..ProviderOptions::new("fake", api, fake.base_url(spoken))
    }
}

/// A provider at a fake server.
pub(crate) fn provider(api: Api, fake: &FakeModel) -> Provider {
    Provider::new(options(api, fake)).unwrap()
}

/// Asks the model `m` at a fake server.
pub(crate) async fn ask(api: Api, fake: &FakeModel) -> Result<String, ModelError> {
    answer(provider(api, fake).model("m").as_ref()).await
}

/// Asks a model that is to answer by this script, for each API in turn.
pub(crate) async fn ask_scripted(script: &Script) -> Vec<Result<String, ModelError>> {
    let mut results = Vec::new();
    for (api, _) in APIS {
        let fake = FakeModel::scripted();
        fake.push(script.clone());
        results.push(ask(api, &fake).await);
        assert_eq!(fake.violations(), Vec::<String>::new(), "{api:?}");
    }
    results
}

/// The model's whole answer.
pub(crate) async fn answer(model: &dyn LanguageModel) -> Result<String, ModelError> {
    answer_to(prompt(), model).await
}

/// The model's whole answer to a prompt.
pub(crate) async fn answer_to(
    prompt: Arc<Prompt>,
    model: &dyn LanguageModel,
) -> Result<String, ModelError> {
    let mut deltas = model.answer(prompt).await?;
    let mut text = String::new();
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Text(words) => text += &words,
            Delta::Restart => text.clear(),
            Delta::Done { .. } => {
                assert!(deltas.next().await.is_none(), "something follows the end");
                return Ok(text);
            }
        }
    }
    panic!("the answer ended without an end")
}

/// A chain of these links, with plenty of time.
pub(crate) fn chain(links: Vec<Arc<Link>>) -> Chain {
    Chain::new(links, ChainOptions::new(LONG))
}

/// A conversation.
pub(crate) fn prompt() -> Arc<Prompt> {
    let say = |role, text: &str| Utterance::text(role, text);
    Arc::new(Prompt::new(
        "Be brief.",
        vec![
            say(Role::Customer, "Hi, I'm Zoë."),
            say(Role::Assistant, "Hello Zoë!"),
            say(Role::Customer, "Where is \"TRK-1\"?"),
        ],
    ))
}
