//! Asking a gateway over HTTP, for the roles that look at one from outside.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url};
use settings::{Environment, Source};

/// The longest body that is read; a gateway's own are far smaller.
const LONGEST_BODY: usize = 4 * 1024 * 1024;
const USER_AGENT: &str = concat!("openclaw-gateway/", env!("CARGO_PKG_VERSION"));

/// Where a gateway listens whose settings can't be read now, unless the environment says.
const USUAL_PORT: u16 = 18789;

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// How long it wants to be left alone, if it said.
    pub(crate) retry_after: Option<Duration>,
}

/// Reads an address that is asked over HTTP. What it leaves out of the path is filled in by
/// `default_path`.
pub(crate) fn endpoint(text: &str, default_path: &str) -> Result<Url, String> {
    let hint = "give it as http://HOST:PORT or https://HOST";
    let mut url = Url::parse(text.trim()).map_err(|error| format!("{error}; {hint}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(format!("this is no HTTP address; {hint}"));
    }
    if url.path() == "/" {
        url.set_path(default_path);
    }
    Ok(url)
}

/// Who vouches for a server that is asked over TLS.
#[derive(Clone, Debug)]
pub(crate) enum Trust {
    /// The authorities that this machine knows.
    System,
    /// These alone. A self-signed certificate vouches for itself.
    Only(Vec<Certificate>),
}

impl Trust {
    /// Reads a file of certificates in PEM.
    pub(crate) fn in_file(path: &Path) -> anyhow::Result<Self> {
        let place = || format!("the certificates in {}", path.display());
        let pem = std::fs::read(path).with_context(place)?;
        let certificates = Certificate::from_pem_bundle(&pem).with_context(place)?;
        anyhow::ensure!(
            !certificates.is_empty(),
            "{} has no certificate; one begins with -----BEGIN CERTIFICATE-----",
            path.display()
        );
        Ok(Self::Only(certificates))
    }
}

/// A client that trusts whom this machine trusts.
pub(crate) fn client(url: &Url, patience: Duration) -> anyhow::Result<Client> {
    client_trusting(url, patience, Trust::System)
}

/// A client whose every request ends within `patience`. It follows no redirects: what a gateway
/// says must come from that gateway.
pub(crate) fn client_trusting(
    url: &Url,
    patience: Duration,
    trust: Trust,
) -> anyhow::Result<Client> {
    // The client wants a provider of cryptography even for plain HTTP. A second call is refused,
    // and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .timeout(patience)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy();
    builder = match trust {
        // Reading the machine's root certificates takes time and memory for nothing here.
        _ if url.scheme() == "http" => builder.tls_certs_only([]),
        Trust::System => builder,
        Trust::Only(certificates) => builder.tls_certs_only(certificates),
    };
    Ok(builder.build()?)
}

/// Sends a request and reads the answer.
///
/// # Errors
/// Why there is none, in a few words that name no address: its query may hold a secret.
pub(crate) async fn ask(request: reqwest::RequestBuilder) -> Result<Answer, String> {
    let mut response = request.send().await.map_err(|error| why(&error))?;
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_BODY {
            return Err("its answer is too long".to_owned());
        }
    }
    Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned(), retry_after })
}

/// The innermost cause, without the address that the outer ones name.
pub(crate) fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    // An outermost cause is all there is when the request could not even be made.
    if std::ptr::addr_eq(cause, error) {
        return "the request could not be made".to_owned();
    }
    cause.to_string()
}

/// The address without what may be a secret: user, password and query.
pub(crate) fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// Where the gateway on this machine listens. Settings that were spoilt after its start must not
/// make a gateway that works look ill.
pub(crate) fn own_port(file: Option<PathBuf>) -> u16 {
    let directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let environment = Environment::of_process();
    let named = || environment.get("OPENCLAW_GATEWAY_PORT")?.parse().ok();
    match settings::load(&Source { file, directory }, &environment) {
        Ok(loaded) => loaded.settings.gateway.port,
        Err(_) => named().unwrap_or(USUAL_PORT),
    }
}

/// Reads a pause or a limit of time, such as `30s`, `5m` or `1h 30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let shortest = Duration::from_millis(100);
    match humantime::parse_duration(text) {
        Ok(time) if time >= shortest => Ok(time),
        Ok(_) => Err("at least 100ms is wanted".to_owned()),
        Err(error) => Err(format!("{error}; give it as 30s, 5m or 1h")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_without_a_path_gets_the_usual_one() {
        for (text, expected) in [
            ("http://127.0.0.1:18789", "http://127.0.0.1:18789/readyz"),
            ("http://gateway/", "http://gateway/readyz"),
            ("https://gateway/healthz", "https://gateway/healthz"),
            ("http://[::1]:80/livez", "http://[::1]/livez"),
        ] {
            assert_eq!(endpoint(text, "/readyz").unwrap().as_str(), expected);
        }
        for text in ["", "gateway", "localhost:18789", "ftp://gateway", "http://", "/readyz"] {
            let refused = endpoint(text, "/readyz").unwrap_err();
            assert!(refused.contains("http://HOST:PORT"), "{text}: {refused}");
        }
    }
}
