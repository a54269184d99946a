//! The providers, with what an entry leaves out filled in.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;
use url::Url;

use super::builtin::{self, Builtin};
use super::limits::Limits;
use super::{overrides, secret, sight};
use crate::decode::{At, BaseUrl, Origin, Reader, Setting, Shown};
use crate::document::{Model, Models, Provider, ProviderApi};
use crate::settings::ResolvedModel;

/// All that a model of a provider needs to be asked.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) api: ProviderApi,
    pub(super) base_url: Url,
    pub(super) api_key: Option<SecretString>,
    /// The variable to set when there is no key, if the service is known to want one.
    pub(super) missing_key: Option<&'static str>,
    pub(super) limits: Limits,
    /// The names of its models that can see.
    pub(super) seeing: BTreeSet<String>,
}

/// What is known of a provider's id.
pub(super) enum Known<'p> {
    /// It can be asked.
    Usable(&'p Endpoint),
    /// There is one, and what is wrong with it was reported.
    Wrong,
    /// There is none.
    Unknown,
}

/// The providers that have an entry or are asked for, by their ids.
pub(super) struct Providers {
    endpoints: BTreeMap<String, Option<Endpoint>>,
    ollama_host: Option<Url>,
}

impl Providers {
    /// Resolves every entry, and those built-in providers without one that `model` names. The keys
    /// of others are none of our business, even if they are unusable.
    pub(super) fn resolve(
        models: Models,
        model: &Model,
        ollama_host: Option<Url>,
        reader: &Reader<'_>,
    ) -> Self {
        let mut entries = models.providers.0;
        for id in model.references().map(|reference| &reference.value.provider) {
            if Builtin::of(id).is_some() {
                entries.entry(id.clone()).or_default();
            }
        }
        let endpoints = entries.into_iter().map(|(id, entry)| {
            let references = model.references().map(|reference| &reference.value);
            let of_it = references.filter(|reference| reference.provider == id);
            let asked: Vec<&str> = of_it.map(|reference| reference.model.as_str()).collect();
            let endpoint = endpoint(&id, entry, &asked, ollama_host.as_ref(), reader);
            (id, endpoint)
        });
        Self { endpoints: endpoints.collect(), ollama_host }
    }

    pub(super) fn get(&self, id: &str) -> Known<'_> {
        match self.endpoints.get(id) {
            Some(Some(endpoint)) => Known::Usable(endpoint),
            Some(None) => Known::Wrong,
            None => Known::Unknown,
        }
    }

    /// The ids that may be asked for.
    pub(super) fn ids(&self) -> BTreeSet<&str> {
        let builtin = builtin::ALL.iter().map(|builtin| builtin.id);
        self.endpoints.keys().map(String::as_str).chain(builtin).collect()
    }

    /// The Ollama that is meant by the environment, by the chain, or by an entry.
    pub(super) fn ollama(&self, chain: &[ResolvedModel]) -> Option<Url> {
        let in_chain = || chain.iter().find(|model| model.api == ProviderApi::Ollama);
        let in_entries = || {
            let mut endpoints = self.endpoints.values().flatten();
            endpoints.find(|endpoint| endpoint.api == ProviderApi::Ollama)
        };
        self.ollama_host
            .clone()
            .or_else(|| in_chain().map(|model| model.base_url.clone()))
            .or_else(|| in_entries().map(|endpoint| endpoint.base_url.clone()))
    }
}

/// Resolves one entry; none if it can't be used, for reasons that were reported. Everything is
/// looked at before anything is given up, so that all errors are found.
fn endpoint(
    id: &str,
    entry: Setting<Provider>,
    asked: &[&str],
    ollama_host: Option<&Url>,
    reader: &Reader<'_>,
) -> Option<Endpoint> {
    let builtin = Builtin::of(id);
    let (provider, origin) = match entry {
        Setting::Given(At { value, origin }) => (value, Some(origin)),
        Setting::Absent => (Provider::default(), None),
        Setting::Wrong => return None,
    };
    if let Some(origin) = origin.as_ref().filter(|_| !is_id(id)) {
        let message = "expected an id of at most 64 letters, digits, dots, dashes and underscores";
        reader.error(origin, Shown::Nothing, message);
    }
    let usual_api = builtin.map_or(ProviderApi::OpenAiCompletions, |builtin| builtin.api);
    let api = provider.api.or(usual_api);
    let written_key = secret::of_pair(provider.api_key, provider.api_key_file, reader);
    let is_ollama = id == builtin::OLLAMA && api == Some(ProviderApi::Ollama);
    let base_url = match ollama_host.filter(|_| is_ollama) {
        Some(url) => Some(url.clone()),
        None => base_url(provider.base_url, builtin, origin.as_ref(), reader),
    };
    let limits = Limits::resolve(
        api.unwrap_or(usual_api),
        provider.timeout_seconds,
        provider.first_token_seconds,
        provider.max_concurrent,
        reader,
    );
    let seeing = sight::resolve(id, provider.models, asked, reader);
    let (api, base_url, limits) = (api?, base_url?, limits?);
    let key_variable = builtin.and_then(|builtin| builtin.key_variable);
    let api_key = match written_key {
        Setting::Given(key) => Some(key.value),
        Setting::Absent => key_variable.and_then(|variable| overrides::secret(reader, variable)),
        Setting::Wrong => return None,
    };
    // Behind another address a proxy may know the key, so that none is needed here. One that is
    // set but unusable was reported.
    let is_own = builtin.and_then(Builtin::base_url).is_some_and(|own| own == base_url);
    let is_unset = |variable: &&str| reader.environment().get(variable).is_none();
    let missing_key = key_variable.filter(is_unset).filter(|_| is_own && api_key.is_none());
    Some(Endpoint { api, base_url, api_key, missing_key, limits, seeing })
}

fn base_url(
    written: Setting<BaseUrl>,
    builtin: Option<&Builtin>,
    origin: Option<&Origin>,
    reader: &Reader<'_>,
) -> Option<Url> {
    match written {
        Setting::Given(At { value: BaseUrl(url), origin }) => {
            check_tail(&url, &origin, reader);
            Some(url)
        }
        Setting::Wrong => None,
        Setting::Absent => {
            let own = builtin.and_then(Builtin::base_url);
            if let Some(origin) = origin.filter(|_| own.is_none()) {
                let message =
                    "expected a baseUrl, as in baseUrl: \"https://models.example.org/v1\"";
                reader.error(origin, Shown::Nothing, message);
            }
            own
        }
    }
}

/// The paths that the gateway adds itself, as far as each may be written by mistake.
const OWN_TAILS: [&str; 4] = ["/chat/completions", "/v1/messages", "/messages", "/api/chat"];

/// Warns of an address that was copied from a vendor's example with the path of the call.
fn check_tail(url: &Url, origin: &Origin, reader: &Reader<'_>) {
    if let Some(tail) = OWN_TAILS.iter().find(|tail| url.path().ends_with(**tail)) {
        let message = format!(
            "ends in {tail}, which the gateway adds itself: leave that out, so that the address ends \
             before it"
        );
        reader.warning(origin, message);
    }
}

/// Ids stand before the slash of `provider/model`, in logs and in metrics.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}
