//! The environment variables that override settings of the file.

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::{ollama_host, redis_address};
use crate::decode::{Network, Reader, Secret, Shown, Whole, did_you_mean, is_sendable};
use crate::document::LogLevel;

/// The values of those variables that are set. Wrong ones are reported and left out.
pub(super) struct Overrides {
    pub(super) port: Option<Whole<1, 65_535>>,
    pub(super) token: Option<SecretString>,
    /// They count besides those of the file.
    pub(super) trusted_proxies: Vec<IpNet>,
    pub(super) redis_url: Option<SecretString>,
    pub(super) ollama: Option<Url>,
    pub(super) log_level: Option<LogLevel>,
}

impl Overrides {
    pub(super) fn read(reader: &Reader<'_>) -> Self {
        Self {
            port: port(reader),
            token: secret(reader, "OPENCLAW_GATEWAY_TOKEN"),
            trusted_proxies: trusted_proxies(reader),
            redis_url: redis_url(reader),
            ollama: ollama(reader),
            log_level: log_level(reader),
        }
    }
}

/// A secret from a variable, if it is set.
pub(super) fn secret(reader: &Reader<'_>, variable: &str) -> Option<SecretString> {
    let text = reader.environment().get(variable)?;
    if is_sendable(text) {
        return Some(SecretString::from(text));
    }
    let message = format!("expected {}", Secret::EXPECTATION);
    reader.environment_error(variable, Shown::Hidden, &message);
    None
}

fn port(reader: &Reader<'_>) -> Option<Whole<1, 65_535>> {
    const VARIABLE: &str = "OPENCLAW_GATEWAY_PORT";
    let text = reader.environment().get(VARIABLE)?;
    let port = Whole::parse(text);
    if port.is_none() {
        let message = format!("expected {}", Whole::<1, 65_535>::expectation());
        reader.environment_error(VARIABLE, Shown::text(text), &message);
    }
    port
}

/// Addresses and networks, separated by commas.
fn trusted_proxies(reader: &Reader<'_>) -> Vec<IpNet> {
    const VARIABLE: &str = "OPENCLAW_TRUSTED_PROXIES";
    let text = reader.environment().get(VARIABLE).unwrap_or_default();
    let named = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let network = |word: &str| {
        let network = Network::parse(word).map(|network| network.0);
        if network.is_none() {
            let message =
                format!("expected {}; several are separated by commas", Network::EXPECTATION);
            reader.environment_error(VARIABLE, Shown::text(word), &message);
        }
        network
    };
    named.filter_map(network).collect()
}

fn redis_url(reader: &Reader<'_>) -> Option<SecretString> {
    const VARIABLE: &str = "REDIS_URL";
    let text = reader.environment().get(VARIABLE)?;
    match redis_address::check(text) {
        Ok(()) => Some(SecretString::from(text)),
        Err(expected) => {
            let message = format!("expected {expected}");
            reader.environment_error(VARIABLE, Shown::Hidden, &message);
            None
        }
    }
}

fn ollama(reader: &Reader<'_>) -> Option<Url> {
    const VARIABLE: &str = "OLLAMA_HOST";
    let text = reader.environment().get(VARIABLE)?;
    match ollama_host::parse(text) {
        Ok(url) => Some(url),
        Err(fault) => {
            let message = format!("expected {}", ollama_host::EXPECTATION);
            reader.environment_error(VARIABLE, fault.shown(text), &message);
            None
        }
    }
}

fn log_level(reader: &Reader<'_>) -> Option<LogLevel> {
    const VARIABLE: &str = "LOG_LEVEL";
    let text = reader.environment().get(VARIABLE)?;
    // In the environment levels are commonly written in capitals.
    let level = LogLevel::of_word(&text.to_ascii_lowercase());
    if level.is_none() {
        let words = LogLevel::WORDS.join(", ");
        let hint = did_you_mean(text, LogLevel::WORDS.iter().copied());
        let message = format!("expected one of {words}{hint}");
        reader.environment_error(VARIABLE, Shown::text(text), &message);
    }
    level
}
