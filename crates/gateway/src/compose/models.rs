//! The language models: from the settings' chain to the links that are asked in turn.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use language_model::{
    Api, Chain, ChainOptions, Limits, Link, OllamaProbe, Provider, ProviderOptions,
};
use settings::{ProviderApi, ResolvedModel, Settings};
use skills::OfflineAnswerer;

/// The chain of the settings, with the skills as its last link where that is wanted.
pub(crate) fn chain(settings: &Settings, offline: Arc<OfflineAnswerer>) -> anyhow::Result<Chain> {
    // The first TLS connection takes the process's provider of cryptography. A second call is
    // refused, and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut providers: HashMap<&str, Provider> = HashMap::new();
    let mut links = Vec::new();
    for model in settings.chain() {
        if !providers.contains_key(model.provider_id.as_str()) {
            let provider = Provider::new(options(model, settings.chain()))
                .with_context(|| format!("the model provider '{}'", model.provider_id))?;
            providers.insert(&model.provider_id, provider);
        }
        if let Some(provider) = providers.get(model.provider_id.as_str()) {
            links.push(provider.link(&model.model));
        }
    }
    if settings.agents.offline_answer || links.is_empty() {
        links.push(Arc::new(Link::unguarded(offline)));
    }
    Ok(Chain::new(links, ChainOptions::new(settings.agents.turn_timeout)))
}

/// Asks whether Ollama is there, if the settings speak of one.
pub(crate) fn ollama_probe(settings: &Settings) -> anyhow::Result<Option<OllamaProbe>> {
    let probe = settings.ollama.as_ref().map(|url| OllamaProbe::new(url.as_str()));
    probe.transpose().context("the address of Ollama")
}

/// The options of a model's provider.
fn options(model: &ResolvedModel, chain: &[ResolvedModel]) -> ProviderOptions {
    let api = match model.api {
        ProviderApi::OpenAiCompletions => Api::OpenAiCompletions,
        ProviderApi::AnthropicMessages => Api::AnthropicMessages,
        ProviderApi::Ollama => Api::Ollama,
    };
    let seeing = chain.iter().filter(|other| other.provider_id == model.provider_id && other.sees);
    ProviderOptions {
        seeing: seeing.map(|other| other.model.clone()).collect(),
        api_key: model.api_key.clone(),
        limits: Limits { first_token: model.first_token, total: model.total },
        max_concurrent: model.max_concurrent.get(),
        ..ProviderOptions::new(&model.provider_id, api, model.base_url.as_str())
    }
}

#[cfg(test)]
mod tests {
    use conversation::ports::LanguageModel;
    use conversation::{Image, Prompt, Role, Utterance};
    use futures::StreamExt as _;
    use settings::{Environment, Source};
    use skills::SkillLibrary;
    use support::fake_model::{FakeModel, Script};

    use super::*;

    /// The chain of settings with two models at `fake`, of which `seeing` take pictures.
    fn chain_at(fake: &FakeModel, seeing: &[&str]) -> Chain {
        let models: Vec<String> =
            seeing.iter().map(|id| format!("{{ id: '{id}', input: ['text', 'image'] }}")).collect();
        let text = format!(
            "{{ agents: {{ defaults: {{ model: {{ primary: 'x/one', fallbacks: ['x/two'] }} }} }},
            models: {{ providers: {{ x: {{ baseUrl: '{}/v1', models: [{}] }} }} }} }}",
            fake.url(),
            models.join(", ")
        );
        let directory = std::env::temp_dir().join(format!("openclaw-sight-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join(format!("{}.json", seeing.len()));
        std::fs::write(&file, text).unwrap();
        let source = Source { file: Some(file), directory: directory.clone() };
        let settings = settings::load(&source, &Environment::default()).unwrap().settings;
        let nowhere = skills::Options { directory: directory.join("none"), extra_dirs: Vec::new() };
        std::fs::remove_dir_all(&directory).unwrap();
        let offline = Arc::new(OfflineAnswerer::new(SkillLibrary::load(nowhere).0));
        chain(&settings, offline).unwrap()
    }

    #[tokio::test]
    async fn pictures_go_to_the_models_that_the_settings_say_can_see() {
        let image = Image::recognise(&b"GIF89a"[..]).unwrap();
        let said = Utterance { images: vec![image], ..Utterance::text(Role::Customer, "Look") };
        let prompt = Arc::new(Prompt::new("", vec![said]));
        for (seeing, expected) in [
            (&["two", "other"][..], [("one", 0), ("two", 1)]),
            (&["one"], [("one", 1), ("two", 0)]),
        ] {
            let fake = FakeModel::scripted();
            fake.push(Script::status(401, "{}"));
            fake.push(Script::saying(&["I see"]));
            let chain = chain_at(&fake, seeing);
            assert!(chain.sees());
            assert!(
                chain.answer(Arc::clone(&prompt)).await.unwrap().all(async |d| d.is_ok()).await
            );
            let requests = fake.requests();
            let shown = requests.iter().map(|asked| (&*asked.model, asked.pictures().len()));
            assert_eq!(shown.collect::<Vec<_>>(), expected);
        }
        assert!(!chain_at(&FakeModel::scripted(), &[]).sees());
    }
}
