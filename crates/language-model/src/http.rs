//! The HTTP client of a provider, and what its failures mean.

use std::error::Error;
use std::time::Duration;

use conversation::ports::{ModelError, Phase};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use crate::InvalidProvider;
use crate::redaction::presentable;

const USER_AGENT: &str = concat!("openclaw-gateway/", env!("CARGO_PKG_VERSION"));
/// Idle connections are kept for less time than the usual servers and proxies keep theirs.
const IDLE: Duration = Duration::from_secs(50);
/// After this time without traffic, whether the other side is still there gets probed.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Reads a base address and adds `path` to it, leaving out what it ends with already.
pub(crate) fn address(base: &str, path: &[&str]) -> Result<Url, InvalidProvider> {
    let invalid = |why: &str| InvalidProvider::BaseUrl(why.to_owned());
    let mut url = Url::parse(base.trim()).map_err(|error| invalid(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(invalid("it has another scheme or no host"));
    }
    let ends_with = |part: &str| url.path().trim_end_matches('/').rsplit('/').next() == Some(part);
    let rest = match path {
        [first, rest @ ..] if ends_with(first) => rest,
        whole => whole,
    };
    url.path_segments_mut().map_err(|()| invalid("it has no path"))?.pop_if_empty().extend(rest);
    Ok(url)
}

/// A client for the server at `url` that adds `headers` to every request. It follows no
/// redirects and asks no proxy: a key goes to the configured server and nowhere else.
pub(crate) fn client(
    url: &Url,
    headers: HeaderMap,
    connect_timeout: Duration,
) -> Result<Client, InvalidProvider> {
    // The client wants a provider of cryptography even for plain HTTP. One that the binary has
    // installed before stays in place, and the refusal says just that.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(IDLE)
        .tcp_keepalive(KEEP_ALIVE)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy();
    if url.scheme() == "http" {
        // Reading the machine's root certificates takes time and memory for nothing here.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| InvalidProvider::Client(innermost(&error)))
}

/// What it means that a request could not be sent or got no response.
pub(crate) fn unanswered(error: &reqwest::Error) -> ModelError {
    if error.is_connect() && error.is_timeout() {
        return ModelError::Timeout(Phase::Connecting);
    }
    ModelError::Connection(innermost(error))
}

/// What it means that a response broke off.
pub(crate) fn broken_off(error: &reqwest::Error) -> ModelError {
    ModelError::Cut(innermost(error))
}

/// The cause at the bottom. The outer ones name the address, whose query may hold a key.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    presentable(&cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed_as_every_vendor_writes_it() {
        for (base, path, expected) in [
            (
                "https://a.example/v1",
                &["chat", "completions"],
                "https://a.example/v1/chat/completions",
            ),
            (
                "https://a.example/v1/",
                &["chat", "completions"],
                "https://a.example/v1/chat/completions",
            ),
            ("https://a.example", &["v1", "messages"], "https://a.example/v1/messages"),
            ("https://a.example/v1/", &["v1", "messages"], "https://a.example/v1/messages"),
            ("http://[::1]:11434", &["api", "chat"], "http://[::1]:11434/api/chat"),
            ("http://h/ollama/api", &["api", "chat"], "http://h/ollama/api/chat"),
            ("https://h/x?api-version=2", &["api", "chat"], "https://h/x/api/chat?api-version=2"),
        ] {
            assert_eq!(address(base, path).unwrap().as_str(), expected, "{base}");
        }
        for base in ["", "localhost:11434", "/v1", "ftp://h/", "http://", "unix:/a"] {
            assert!(address(base, &["v1"]).is_err(), "{base}");
        }
    }
}
