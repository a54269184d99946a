//! One business number's way to the Graph API.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::graph::Complaint;
use crate::inbound::Fault;
use crate::options::{InvalidOptions, Options};

const USER_AGENT: &str = concat!("openclaw-gateway/", env!("CARGO_PKG_VERSION"));
/// Idle connections are kept for less time than the usual servers and proxies keep theirs.
const IDLE: Duration = Duration::from_secs(50);
/// How much of an answer is read.
const LONGEST_ANSWER: usize = 256 * 1024;

/// The client of one business number.
pub(crate) struct Graph {
    pub(super) client: Client,
    /// The API's address with the version.
    pub(super) base: Url,
    messages: Url,
}

/// Why a request was not answered as wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It never left: there is no connection.
    NotConnected(String),
    /// It may have been taken: no whole answer came.
    Uncertain(String),
    /// The API refused it.
    Refused { complaint: Complaint, code: i64, status: u16, retry_after: Option<Duration> },
}

impl Graph {
    pub(crate) fn new(options: &Options) -> Result<Self, InvalidOptions> {
        let id = &options.phone_number_id;
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidOptions::PhoneNumberId);
        }
        let root = root(&options.api_root)?;
        check_version(&options.api_version)?;
        let base = below(&root, &[&options.api_version])?;
        let messages = below(&base, &[id, "messages"])?;
        // The client wants a provider of cryptography even for plain HTTP. One that the binary
        // has installed before stays in place, and the refusal says just that.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(bearer(&options.access_token)?)
            .connect_timeout(options.connect_timeout)
            .timeout(options.request_timeout)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy();
        if root.scheme() == "http" {
            // Reading the machine's root certificates takes time and memory for nothing here.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| InvalidOptions::Client(innermost(&error)))?;
        Ok(Self { client, base, messages })
    }

    /// Posts to the number's messages. The answer is what stood in its body, if that was JSON.
    pub(crate) async fn post(&self, body: &Value) -> Result<Value, Failure> {
        let request = self.client.post(self.messages.clone()).json(body);
        let response = request.send().await.map_err(|error| unanswered(&error))?;
        let status = response.status();
        if status.is_success() {
            // It is taken whatever becomes of the rest of the answer.
            return Ok(json(response).await.unwrap_or(Value::Null));
        }
        Err(refused(response).await)
    }
}

/// What an answer that is no success means.
pub(super) async fn refused(response: Response) -> Failure {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let body = json(response).await;
    let code = body.as_ref().and_then(|body| body.get("error")).map_or(0, |e| Fault::read(e).code);
    let complaint = match (Complaint::of_code(code), status) {
        (Complaint::Unknown, 401) => Complaint::Unauthorised,
        (Complaint::Unknown, 429) => Complaint::Throughput,
        // Without a code whatever stands in between may have passed it on before it failed, and
        // code 1 says nothing of what was done.
        (_, 408 | 500..) if matches!(code, 0 | 1) => {
            return Failure::Uncertain(format!("HTTP {status} with error {code}"));
        }
        (Complaint::Unknown, 500..) => Complaint::Transient,
        (complaint, _) => complaint,
    };
    Failure::Refused { complaint, code, status, retry_after }
}

/// The body as JSON, if it is that and not too long.
pub(super) async fn json(mut response: Response) -> Option<Value> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.ok()? {
        if body.len() + piece.len() > LONGEST_ANSWER {
            return None;
        }
        body.extend_from_slice(&piece);
    }
    serde_json::from_slice(&body).ok()
}

/// What it means that no answer came.
pub(super) fn unanswered(error: &reqwest::Error) -> Failure {
    let why = innermost(error);
    if error.is_connect() || error.is_builder() {
        return Failure::NotConnected(why);
    }
    Failure::Uncertain(if error.is_timeout() { "no answer came in time".to_owned() } else { why })
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn bearer(token: &SecretString) -> Result<HeaderMap, InvalidOptions> {
    let token = token.expose_secret().trim();
    let value = HeaderValue::from_str(&format!("Bearer {token}"));
    let mut value = value.ok().filter(|_| !token.is_empty()).ok_or(InvalidOptions::AccessToken)?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

fn root(address: &str) -> Result<Url, InvalidOptions> {
    let invalid = |why: &str| InvalidOptions::ApiRoot(why.to_owned());
    let url = Url::parse(address.trim()).map_err(|error| invalid(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(invalid("it has another scheme or no host"));
    }
    Ok(url)
}

fn check_version(version: &str) -> Result<(), InvalidOptions> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = version.strip_prefix('v').and_then(|numbers| numbers.split_once('.'));
    match numbers {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(()),
        Some(_) | None => Err(InvalidOptions::ApiVersion(version.to_owned())),
    }
}

/// The address below `base` with these parts of a path.
pub(super) fn below(base: &Url, parts: &[&str]) -> Result<Url, InvalidOptions> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| InvalidOptions::ApiRoot("it has no path".to_owned()))?
        .pop_if_empty()
        .extend(parts);
    Ok(url)
}

/// The cause at the bottom. The outer ones name the address.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().chars().take(200).collect()
}
