//! Why a request of the widget is refused, and what it is told.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use conversation::StoreError;
use serde_json::json;
use tracing::{debug, error, warn};

use crate::figures;

/// After how many seconds a place for another stream may have become free.
const STREAM_WAIT: u32 = 10;

/// Who keeps so many streams open that there is no place for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The readers of one conversation.
    Conversation,
    /// The readers at one address.
    Address,
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It comes from a page that may not use the chat.
    ForeignOrigin,
    /// Its token opens nothing, or nothing any more.
    NoSession,
    /// Nobody vouches for visitors here.
    NobodyVouches,
    /// The site did not sign this user id.
    WrongSignature,
    /// The same id came with another text before.
    Conflict,
    /// It is larger than so many bytes.
    TooLarge(usize),
    /// It broke off.
    Incomplete,
    /// It isn't sent as JSON.
    NotJson,
    /// Its values are wrong.
    Invalid(String),
    /// It comes too soon after others, by so many seconds.
    TooOften(u32),
    /// This replica keeps as many streams as it may.
    TooManyStreams,
    /// So many streams are all that these readers may keep open on one replica.
    TooManyStreamsOf(Holder, u16),
    /// This replica is about to end.
    Ending,
    /// It can't be stored or looked up now.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refusal {
    fn answer(&self) -> (StatusCode, &'static str, String) {
        let (status, code, message) = match self {
            Self::ForeignOrigin => (
                StatusCode::FORBIDDEN,
                "origin_not_allowed",
                "Pages of this origin may not use the chat. Its operator can add the origin to \
                 channels.webchat.allowedOrigins.",
            ),
            Self::NoSession => (
                StatusCode::UNAUTHORIZED,
                "session_expired",
                "There is no valid session token in the header Authorization: make a session with \
                 POST /webchat/session, and send the request again.",
            ),
            Self::NobodyVouches => (
                StatusCode::FORBIDDEN,
                "identity_refused",
                "The gateway has no channels.webchat.identitySecret to check `identity` with.",
            ),
            Self::WrongSignature => (
                StatusCode::FORBIDDEN,
                "identity_refused",
                "`identity.signature` must be the HMAC-SHA256 of `identity.user_id` under \
                 channels.webchat.identitySecret, in hexadecimal digits, and is something else.",
            ),
            Self::Conflict => (
                StatusCode::CONFLICT,
                "id_conflict",
                "A message with this id and another text was sent before. Every message needs an \
                 id of its own.",
            ),
            Self::TooLarge(limit) => {
                let words = format!("The body takes at most {limit} bytes.");
                return (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", words);
            }
            Self::Incomplete => {
                (StatusCode::BAD_REQUEST, "body_incomplete", "The body did not arrive as a whole.")
            }
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be sent as 'Content-Type: application/json'.",
            ),
            Self::Invalid(words) => {
                return (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", words.clone());
            }
            Self::TooOften(seconds) => {
                let words = format!("Too many requests; send this one again in {seconds} s.");
                return (StatusCode::TOO_MANY_REQUESTS, "too_many_requests", words);
            }
            Self::TooManyStreams => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too_many_streams",
                "This replica keeps as many streams open as it may. Try again in a moment.",
            ),
            Self::TooManyStreamsOf(holder, most) => {
                let whose = match holder {
                    Holder::Conversation => "this conversation",
                    Holder::Address => "this address",
                };
                let words = format!(
                    "This replica keeps {most} streams open for {whose}, as many as it may. Close \
                     one that is not needed, or try again in {STREAM_WAIT} s."
                );
                return (StatusCode::TOO_MANY_REQUESTS, "too_many_streams", words);
            }
            // As for a replica that starts: a proxy may ask another one.
            Self::Ending => {
                (StatusCode::BAD_GATEWAY, "ending", "This replica is about to end. Try again.")
            }
            Self::Store(StoreError::TooManyWaiting { limit }) => {
                let words = format!("{limit} messages wait for an answer already.");
                return (StatusCode::TOO_MANY_REQUESTS, "too_many_waiting", words);
            }
            Self::Store(StoreError::Stale | StoreError::Unreadable { .. }) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "The gateway failed to answer this request. Its log has the reason under the \
                 request_id.",
            ),
            Self::Store(StoreError::Full) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "store_full",
                "The gateway's store has no room for more. Nothing was stored: try again later.",
            ),
            Self::Store(StoreError::Unavailable(_) | StoreError::Refused(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "store_unavailable",
                "The gateway can't reach its store. Send the same request again in a moment; that \
                 does no harm.",
            ),
        };
        (status, code, message.to_owned())
    }

    /// When asking again is worth it, in seconds.
    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooOften(seconds) => Some(*seconds),
            Self::TooManyStreamsOf(..) => Some(STREAM_WAIT),
            Self::TooManyStreams | Self::Store(StoreError::TooManyWaiting { .. }) => Some(5),
            Self::Ending => Some(1),
            Self::Store(StoreError::Unavailable(_)) => Some(2),
            Self::Store(StoreError::Full | StoreError::Refused(_)) => Some(30),
            Self::Store(StoreError::Stale | StoreError::Unreadable { .. })
            | Self::ForeignOrigin
            | Self::NoSession
            | Self::NobodyVouches
            | Self::WrongSignature
            | Self::Conflict
            | Self::TooLarge(_)
            | Self::Incomplete
            | Self::NotJson
            | Self::Invalid(_) => None,
        }
    }

    /// Counted and logged where it ends, which is here. What anyone can cause at will isn't worth a
    /// line of every log.
    fn note(&self, code: &'static str) {
        figures::refused(code);
        match self {
            Self::Store(error @ (StoreError::Stale | StoreError::Unreadable { .. })) => {
                error!(%error, "a request of Web Chat failed");
            }
            Self::Store(error) => warn!(%error, "refused a request of Web Chat"),
            Self::ForeignOrigin
            | Self::NoSession
            | Self::NobodyVouches
            | Self::WrongSignature
            | Self::Conflict
            | Self::TooLarge(_)
            | Self::Incomplete
            | Self::NotJson
            | Self::Invalid(_)
            | Self::TooOften(_)
            | Self::TooManyStreams
            | Self::TooManyStreamsOf(..)
            | Self::Ending => debug!(code, "refused a request of Web Chat"),
        }
    }

    /// The answer to the request of this id, in the shape of all the gateway's errors.
    pub(crate) fn into_answer(self, request_id: &str) -> Response {
        let (status, code, message) = self.answer();
        self.note(code);
        let body = json!({
            "error": { "code": code, "message": message, "request_id": request_id }
        });
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What a handler refuses gets its words from the gate, which knows the request's id.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}
