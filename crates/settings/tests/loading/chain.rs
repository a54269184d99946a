//! The models to ask.

use std::time::Duration;

use secrecy::ExposeSecret;
use settings::{ProviderApi, ResolvedModel};

use crate::support::{error, settings};

fn chain(models: &str, providers: &str, variables: &[(&str, &str)]) -> Vec<ResolvedModel> {
    let text = format!(
        "{{ agents: {{ defaults: {{ model: {{ {models} }} }} }}, \
         models: {{ providers: {{ {providers} }} }} }}"
    );
    settings(&text, variables).chain().to_vec()
}

fn key(model: &ResolvedModel) -> Option<&str> {
    model.api_key.as_ref().map(ExposeSecret::expose_secret)
}

#[test]
fn without_a_model_the_chain_is_empty() {
    assert!(chain("", "", &[("OLLAMA_HOST", "ollama")]).is_empty());
    assert!(chain("primary: '${MODEL:-}', fallbacks: ['${OTHER:-}']", "", &[]).is_empty());
}

#[test]
fn built_in_providers_need_no_entry() {
    let models = "primary: 'openai/gpt-5', fallbacks: ['anthropic/claude', 'ollama/llama3.2']";
    let variables = [("OPENAI_API_KEY", "sk-o"), ("ANTHROPIC_API_KEY", "sk-a")];
    let chain = chain(models, "", &variables);
    let seen: Vec<_> = chain
        .iter()
        .map(|m| (m.provider_id.as_str(), m.api, m.base_url.as_str(), m.model.as_str(), key(m)))
        .collect();
    assert_eq!(
        seen,
        [
            (
                "openai",
                ProviderApi::OpenAiCompletions,
                "https://api.openai.com/v1",
                "gpt-5",
                Some("sk-o")
            ),
            (
                "anthropic",
                ProviderApi::AnthropicMessages,
                "https://api.anthropic.com/",
                "claude",
                Some("sk-a")
            ),
            ("ollama", ProviderApi::Ollama, "http://127.0.0.1:11434/", "llama3.2", None),
        ]
    );
    let limits: Vec<_> = chain
        .iter()
        .map(|m| (m.first_token.as_secs(), m.total.as_secs(), m.max_concurrent.get()))
        .collect();
    assert_eq!(limits, [(20, 60, 256), (20, 60, 256), (60, 120, 4)]);
}

#[test]
fn an_entry_changes_only_what_it_sets() {
    let providers = "openai: { baseUrl: 'http://proxy:4000/v1/', timeoutSeconds: 5 }, \
                     ollama: { maxConcurrent: '${SLOTS}', firstTokenSeconds: 90 }, \
                     mine: { baseUrl: 'http://mine/api', api: 'anthropic-messages', apiKey: 'k' }";
    let models = "primary: 'openai/m', fallbacks: ['ollama/m', 'mine/a/b:c']";
    let chain = chain(models, providers, &[("SLOTS", "2")]);
    let [openai, ollama, mine] = chain.as_slice() else { panic!("{chain:?}") };
    assert_eq!(openai.base_url.as_str(), "http://proxy:4000/v1");
    assert_eq!(
        (openai.first_token, openai.total),
        (Duration::from_secs(5), Duration::from_secs(5))
    );
    assert_eq!(key(openai), None, "a proxy may know the key");
    assert_eq!((ollama.max_concurrent.get(), ollama.first_token.as_secs()), (2, 90));
    assert_eq!((mine.model.as_str(), key(mine)), ("a/b:c", Some("k")));
    assert_eq!(mine.api, ProviderApi::AnthropicMessages);
}

#[test]
fn a_written_key_wins_over_the_variable() {
    let variables = [("OPENAI_API_KEY", "environment")];
    let of_file = chain("primary: 'openai/m'", "openai: { apiKey: 'file' }", &variables);
    assert_eq!(key(&of_file[0]), Some("file"));
    let blank = chain("primary: 'openai/m'", "openai: { apiKey: '${K:-}' }", &variables);
    assert_eq!(key(&blank[0]), Some("environment"));
}

#[test]
fn a_model_without_its_key_is_refused() {
    assert_eq!(
        error("{ agents: { defaults: { model: { primary: 'openai/gpt-5' } } } }", &[]),
        "1:43: agents.defaults.model.primary = \"openai/gpt-5\": expected an API key for the \
         provider \"openai\": set OPENAI_API_KEY, models.providers.openai.apiKey or \
         models.providers.openai.apiKeyFile"
    );
}

#[test]
fn a_mistake_in_a_provider_is_not_reported_again_at_its_models() {
    let text = "{ agents: { defaults: { model: { primary: 'x/m', fallbacks: ['openai/m'] } } }, \
                models: { providers: { x: { baseUrl: 'relative' }, openai: { apiKey: 'k' } } } }";
    assert!(error(text, &[]).contains("models.providers.x.baseUrl"));
}

#[test]
fn the_ollama_to_report_on_is_found() {
    let ollama = |text: &str, variables: &[(&str, &str)]| {
        settings(text, variables).ollama.map(|url| url.to_string())
    };
    assert_eq!(ollama("{}", &[]), None);
    assert_eq!(ollama("{}", &[("OLLAMA_HOST", "a:1")]).as_deref(), Some("http://a:1/"));
    let entry = "{ models: { providers: { near: { api: 'ollama', baseUrl: 'http://b:2' } } } }";
    assert_eq!(ollama(entry, &[]).as_deref(), Some("http://b:2/"));
    let chain = "{ agents: { defaults: { model: { primary: 'ollama/m' } } } }";
    assert_eq!(ollama(chain, &[]).as_deref(), Some("http://127.0.0.1:11434/"));
}

#[test]
fn the_variable_moves_ollama_only_where_its_own_protocol_is_spoken() {
    let variables = [("OLLAMA_HOST", "elsewhere")];
    let base_url = |entry: &str| {
        let chain = chain("primary: 'ollama/m'", entry, &variables);
        chain[0].base_url.to_string()
    };
    assert_eq!(base_url(""), "http://elsewhere:11434/");
    assert_eq!(base_url("ollama: { baseUrl: 'http://a' }"), "http://elsewhere:11434/");
    let compatible = "ollama: { api: 'openai-completions', baseUrl: 'http://a/v1' }";
    assert_eq!(base_url(compatible), "http://a/v1");
}
