//! The HTTP client, and what its failures mean. No error of it holds an address.

use std::error::Error;
use std::time::Duration;

use futures::StreamExt as _;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::{ApiError, InvalidApi};

const USER_AGENT: &str = concat!("openclaw-gateway/", env!("CARGO_PKG_VERSION"));
/// Idle connections are given up before the other side does so: a request on a connection that
/// is being closed may or may not have gone out.
const IDLE: Duration = Duration::from_secs(30);
/// After this time without traffic, whether the other side is still there gets probed.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Reads the address of the Bot API.
pub(super) fn root(text: &str) -> Result<Url, InvalidApi> {
    let invalid = |why: &str| InvalidApi::Root(why.to_owned());
    let url = Url::parse(text.trim()).map_err(|error| invalid(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(invalid("it has another scheme or no host"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(invalid("it may have no user, query or fragment"));
    }
    Ok(url)
}

pub(super) fn client(root: &Url, connect: Duration) -> Result<Client, InvalidApi> {
    // The client wants a provider of cryptography even for plain HTTP. One that the binary has
    // installed before stays in place, and the refusal says just that.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(connect)
        .pool_idle_timeout(IDLE)
        .tcp_keepalive(KEEP_ALIVE)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy();
    if root.scheme() == "http" {
        // Reading the machine's root certificates takes time and memory for nothing here.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| InvalidApi::Client(innermost(&error)))
}

/// What it means that there was no response.
pub(super) fn unsent(error: &reqwest::Error) -> ApiError {
    if error.is_connect() || error.is_builder() {
        return ApiError::Unreachable(innermost(error));
    }
    ApiError::Unknown(innermost(error))
}

/// Reads a response of at most `most` bytes.
pub(super) async fn body(response: Response, most: usize) -> Result<Vec<u8>, ApiError> {
    let mut pieces = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| ApiError::Unknown(innermost(&error)))?;
        if body.len() + piece.len() > most {
            return Err(ApiError::TooLarge { limit: most });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The cause at the bottom. The outer ones name the address, which holds the token.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    // An error without any cause is the client's own, and may be the one that names the address.
    match cause.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_timeout() => "timed out".to_owned(),
        Some(_) => "the request failed".to_owned(),
        None => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_is_an_address() {
        for text in ["https://api.telegram.org", "http://127.0.0.1:8081/", "https://h/bot-api/"] {
            assert!(root(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "api.telegram.org",
            "ftp://h",
            "https://",
            "https://h/?a",
            "https://h/#a",
            "https://u@h/",
        ] {
            assert!(root(text).is_err(), "{text}");
        }
    }
}
