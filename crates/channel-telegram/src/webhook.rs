//! The route to which Telegram posts updates.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use conversation::StoreError;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Value, json};

use crate::credentials::WebhookSecret;
use crate::reception::{Reception, TakeError, Taken};
use crate::wire::parse;
use crate::{NotJson, figures};

/// The route's path.
pub const WEBHOOK_PATH: &str = "/webhooks/telegram";

/// The largest update that is taken, in bytes. Telegram's own are a few thousand.
pub const UPDATE_BYTES: usize = 1 << 20;

/// Where Telegram says the secret.
const SECRET: &str = "x-telegram-bot-api-secret-token";
/// Where the request's id stands.
const REQUEST_ID: &str = "x-request-id";
/// The longest id of a request that is kept, in bytes.
const REQUEST_ID_BYTES: usize = 128;

/// What the route needs.
#[derive(Clone)]
pub struct Webhook {
    /// Takes the updates.
    pub reception: Arc<Reception>,
    /// What Telegram must say with each.
    pub secret: WebhookSecret,
}

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Secret,
    TooLarge,
    Incomplete,
    NotJson,
    Take(TakeError),
}

impl Webhook {
    /// The route. It sees to its own authentication.
    pub fn router(self) -> Router {
        Router::new().route(WEBHOOK_PATH, post(receive)).with_state(self)
    }

    async fn take(&self, headers: &HeaderMap, body: Body) -> Result<Taken, Refusal> {
        self.check_secret(headers)?;
        let body = read(headers, body).await?;
        let update: Value = parse(&body).map_err(|_| Refusal::NotJson)?;
        self.reception.take(update, request_id(headers)).await.map_err(Refusal::Take)
    }

    /// Costs next to nothing, since anyone can ask: neither the body nor the store is looked at.
    fn check_secret(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut said = headers.get_all(SECRET).iter();
        match (said.next(), said.next()) {
            (Some(said), None) if self.secret.is(said.as_bytes()) => Ok(()),
            (Some(_) | None, _) => Err(Refusal::Secret),
        }
    }
}

/// The request's id, if it is fit for a log.
fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_sane = (1..=REQUEST_ID_BYTES).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_graphic());
    is_sane.then_some(id)
}

async fn receive(State(webhook): State<Webhook>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    match webhook.take(&head.headers, body).await {
        Ok(Taken::Done) => StatusCode::OK.into_response(),
        // Telegram carries out a call that stands in the answer to an update.
        Ok(Taken::Acknowledge { query }) => {
            let call = json!({"method": "answerCallbackQuery", "callback_query_id": query});
            ([(CONTENT_TYPE, "application/json")], call.to_string()).into_response()
        }
        Err(refusal) => refusal.answer(request_id(&head.headers)),
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if length.and_then(|length| length.parse().ok()).is_some_and(|it: usize| it > UPDATE_BYTES) {
        return Err(Refusal::TooLarge);
    }
    match Limited::new(body, UPDATE_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge),
        Err(_) => Err(Refusal::Incomplete),
    }
}

impl Refusal {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::TooLarge => "too_large",
            Self::Incomplete => "incomplete",
            Self::NotJson => "not_json",
            Self::Take(TakeError::Store(_)) => "store",
            Self::Take(TakeError::Undecided) => "undecided",
        }
    }

    /// The status, what is wrong, and after how many seconds to come again.
    fn told(&self) -> (StatusCode, String, Option<u16>) {
        let plain = |status, text: &str| (status, text.to_owned(), None);
        let again = |status, seconds, text: &str| (status, text.to_owned(), Some(seconds));
        match self {
            Self::Secret => plain(
                StatusCode::FORBIDDEN,
                "The header X-Telegram-Bot-Api-Secret-Token is missing or wrong. It must be the \
                 secret with which the webhook was registered.",
            ),
            Self::TooLarge => {
                let text = format!("An update takes at most {UPDATE_BYTES} bytes.");
                (StatusCode::PAYLOAD_TOO_LARGE, text, None)
            }
            Self::Incomplete => plain(StatusCode::BAD_REQUEST, "The body ended too early."),
            Self::NotJson => (StatusCode::BAD_REQUEST, NotJson.to_string(), None),
            Self::Take(TakeError::Undecided) => again(
                StatusCode::SERVICE_UNAVAILABLE,
                2,
                "The bot doesn't know its own name yet, by which it knows that it is meant.",
            ),
            Self::Take(TakeError::Store(error)) => match error {
                StoreError::Full => {
                    again(StatusCode::SERVICE_UNAVAILABLE, 30, "The store has no room for more.")
                }
                StoreError::Unavailable(_) | StoreError::Refused(_) => {
                    again(StatusCode::SERVICE_UNAVAILABLE, 2, "The store can't be reached.")
                }
                StoreError::TooManyWaiting { .. } => again(
                    StatusCode::SERVICE_UNAVAILABLE,
                    30,
                    "The conversation has more messages than can be kept without an answer.",
                ),
                StoreError::Stale | StoreError::Unreadable { .. } => {
                    plain(StatusCode::INTERNAL_SERVER_ERROR, "The update could not be stored.")
                }
            },
        }
    }

    /// The answer, in the shape that all errors of the gateway have.
    fn answer(&self, request_id: Option<&str>) -> Response {
        figures::refused(self.kind());
        if let Self::Take(error) = self {
            tracing::warn!(%error, "an update was refused, and Telegram will send it again");
        }
        let (status, message, again) = self.told();
        let code = format!("telegram_{}", self.kind());
        let error = json!({"code": code, "message": message, "request_id": request_id});
        let body = json!({ "error": error }).to_string();
        let mut response = (status, [(CONTENT_TYPE, "application/json")], body).into_response();
        if let Some(seconds) = again {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
