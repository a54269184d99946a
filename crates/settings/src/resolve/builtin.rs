//! The providers that are known without an entry under `models.providers`.

use url::Url;

use crate::decode::parse_base_url;
use crate::document::ProviderApi;

/// The id of a local Ollama, which `OLLAMA_HOST` moves.
pub(super) const OLLAMA: &str = "ollama";

/// What is known of such a provider.
pub(super) struct Builtin {
    pub(super) id: &'static str,
    pub(super) api: ProviderApi,
    base_url: &'static str,
    /// The variable that commonly holds the key. None if no key is wanted.
    pub(super) key_variable: Option<&'static str>,
}

/// All of them. A further one is a further element.
pub(super) const ALL: &[Builtin] = &[
    Builtin {
        id: "openai",
        api: ProviderApi::OpenAiCompletions,
        base_url: "https://api.openai.com/v1",
        key_variable: Some("OPENAI_API_KEY"),
    },
    Builtin {
        id: "anthropic",
        api: ProviderApi::AnthropicMessages,
        base_url: "https://api.anthropic.com",
        key_variable: Some("ANTHROPIC_API_KEY"),
    },
    Builtin {
        id: OLLAMA,
        api: ProviderApi::Ollama,
        base_url: "http://127.0.0.1:11434",
        key_variable: None,
    },
];

impl Builtin {
    /// The provider with this id.
    pub(super) fn of(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|builtin| builtin.id == id)
    }

    /// Its own address.
    pub(super) fn base_url(&self) -> Option<Url> {
        parse_base_url(self.base_url).ok()
    }
}
