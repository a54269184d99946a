//! What the settings say about one provider.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use secrecy::SecretString;

use crate::chain::{BreakerOptions, Limits};

/// Which API a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's chat completions. The base address ends before `/chat/completions`, as in
    /// `https://api.openai.com/v1`.
    OpenAiCompletions,
    /// Anthropic's messages. The base address ends before `/v1/messages`, as in
    /// `https://api.anthropic.com`.
    AnthropicMessages,
    /// Ollama's chat. The base address ends before `/api/chat`, as in `http://localhost:11434`.
    Ollama,
}

/// One provider, that is one address with one key, and any number of models behind it.
#[derive(Clone, Debug)]
pub struct ProviderOptions {
    /// Its name in the settings, the first part of its models' names.
    pub id: String,
    /// What it speaks.
    pub api: Api,
    /// Where it is; [`Api`] says which part of the address.
    pub base_url: String,
    /// The key to be let in with. A server on one's own machine needs none.
    pub api_key: Option<SecretString>,
    /// How long making a connection may take. 5 s unless set.
    pub connect_timeout: Duration,
    /// How long its answers may take. Unless set: 30 s to the first words and 60 s in all, for
    /// Ollama 60 s and 120 s, since it may have to load the model first.
    pub limits: Limits,
    /// How many requests may be under way at once, all its models together. Unless set: 1024,
    /// for Ollama 4, which answers a few at a time and lets the others wait unseen.
    pub max_concurrent: usize,
    /// How many tokens an answer may have. Anthropic requires a limit: 2048 unless set. The
    /// others are not told one.
    pub max_tokens: NonZeroU32,
    /// How long Ollama keeps a model loaded after an answer, in its own notation. `30m` unless
    /// set.
    pub keep_alive: String,
    /// Which of its models can see, by their names. The others are asked without the pictures of a
    /// prompt, whose words describe them. None unless set.
    pub seeing: BTreeSet<String>,
    /// When to stop asking a model that keeps failing.
    pub breaker: BreakerOptions,
}

impl ProviderOptions {
    /// A provider with the usual limits and no key.
    #[must_use]
    pub fn new(id: impl Into<String>, api: Api, base_url: impl Into<String>) -> Self {
        let (first_token, total, max_concurrent) = match api {
            Api::OpenAiCompletions | Api::AnthropicMessages => (30, 60, 1024),
            Api::Ollama => (60, 120, 4),
        };
        Self {
            id: id.into(),
            api,
            base_url: base_url.into(),
            api_key: None,
            connect_timeout: Duration::from_secs(5),
            limits: Limits {
                first_token: Duration::from_secs(first_token),
                total: Duration::from_secs(total),
            },
            max_concurrent,
            max_tokens: NonZeroU32::MIN.saturating_add(2047),
            keep_alive: "30m".to_owned(),
            seeing: BTreeSet::new(),
            breaker: BreakerOptions::default(),
        }
    }
}

/// Why a provider can't be made from its options.
#[derive(Debug, thiserror::Error)]
pub enum InvalidProvider {
    /// The base address is none.
    #[error("the base address of a model provider must be an absolute http or https URL: {0}")]
    BaseUrl(String),
    /// The key can't stand in an HTTP header.
    #[error("the API key holds characters that can't be sent")]
    ApiKey,
    /// The HTTP client could not be made, for example since there are no root certificates.
    #[error("the HTTP client of a model provider can't be made: {0}")]
    Client(String),
}
