//! The client of Telegram's Bot API.
//!
//! The bot's token is part of every address. So no address gets into an error or a log line, no
//! redirect is followed, and no proxy is asked.

mod download;
mod http;
mod methods;
mod outcome;
mod response;

#[cfg(test)]
mod fixture_tests;

pub use methods::{Bot, FileInfo, OutgoingMessage, ParseMode, WebhookInfo, WebhookRegistration};
pub use outcome::{ApiError, Gone};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Client, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::credentials::BotToken;
use crate::figures;
use crate::options::{Options, Timeouts};

/// The largest response that is read, in bytes. A hundred updates fit.
const RESPONSE_BYTES: usize = 16 << 20;

/// Why a client can't be made from the settings.
#[derive(Debug, thiserror::Error)]
pub enum InvalidApi {
    /// The address is none.
    #[error("apiRoot must be an absolute http or https URL such as https://api.telegram.org: {0}")]
    Root(String),
    /// The HTTP client could not be made, for example since there are no root certificates.
    #[error("the HTTP client for Telegram can't be made: {0}")]
    Client(String),
}

/// A client of the Bot API for one bot.
#[derive(Clone)]
pub struct BotApi {
    client: Client,
    root: Url,
    token: BotToken,
    timeouts: Timeouts,
    /// Whether Telegram refused the token when it last said anything of it.
    is_refused: Arc<AtomicBool>,
}

/// Leaves the token out.
impl std::fmt::Debug for BotApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BotApi").field("root", &self.root.as_str()).finish_non_exhaustive()
    }
}

impl BotApi {
    /// A client by these settings. It connects when it is first used.
    ///
    /// # Errors
    /// [`InvalidApi`].
    pub fn new(options: &Options) -> Result<Self, InvalidApi> {
        let root = http::root(&options.api_root)?;
        let client = http::client(&root, options.timeouts.connect)?;
        let (token, timeouts) = (options.token.clone(), options.timeouts);
        Ok(Self { client, root, token, timeouts, is_refused: Arc::default() })
    }

    /// Whether Telegram doesn't know the token, as far as it was asked.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Relaxed)
    }

    /// Calls a method that answers soon.
    async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        parameters: &(impl Serialize + Sync),
    ) -> Result<T, ApiError> {
        self.call_within(self.timeouts.request, method, parameters).await
    }

    async fn call_within<T: DeserializeOwned>(
        &self,
        limit: Duration,
        method: &'static str,
        parameters: &(impl Serialize + Sync),
    ) -> Result<T, ApiError> {
        let asked = self.ask(limit, method, parameters).await;
        if let Some(is_refused) = refusal(&asked) {
            self.is_refused.store(is_refused, Ordering::Relaxed);
        }
        figures::called(method, asked.as_ref().map_or_else(ApiError::kind, |_| "ok"));
        asked.and_then(|result| {
            serde_json::from_value(result)
                .map_err(|_| ApiError::Unknown("the result of the call can't be read".to_owned()))
        })
    }

    async fn ask(
        &self,
        limit: Duration,
        method: &str,
        parameters: &(impl Serialize + Sync),
    ) -> Result<Value, ApiError> {
        let request = self.client.post(self.address(&[method])).timeout(limit).json(parameters);
        let response = request.send().await.map_err(|error| http::unsent(&error))?;
        let status = response.status().as_u16();
        let body = http::body(response, RESPONSE_BYTES).await?;
        response::read(status, &body)
    }

    /// The address of a method.
    fn address(&self, path: &[&str]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(&format!("bot{}", self.token.expose())).extend(path);
        }
        url
    }
}

/// Whether an answer says that the token is refused; none if it says nothing of the token.
fn refusal<T>(asked: &Result<T, ApiError>) -> Option<bool> {
    match asked {
        Err(ApiError::Unauthorised) => Some(true),
        Err(ApiError::Unreachable(_) | ApiError::Unknown(_) | ApiError::TooLarge { .. }) => None,
        Ok(_)
        | Err(
            ApiError::TooMany { .. }
            | ApiError::Gone(_)
            | ApiError::Moved { .. }
            | ApiError::Unformattable
            | ApiError::Unchanged
            | ApiError::Conflict(_)
            | ApiError::Refused { .. },
        ) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    #[test]
    fn an_address_is_made_of_the_root_the_token_and_the_method() {
        let token = "42:AAH-very_secret-token";
        let mut options = Options::new(BotToken::new(token).unwrap(), Mode::Polling);
        for root in ["https://h.example", "https://h.example/", "https://h.example/bots/"] {
            options.api_root = root.to_owned();
            let address = BotApi::new(&options).unwrap().address(&["getMe"]);
            let root = root.trim_end_matches('/');
            assert_eq!(address.as_str(), format!("{root}/bot{token}/getMe"));
        }
    }
}
