//! Why a webhook is not taken, and what its sender is told.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use conversation::StoreError;
use tracing::{debug, error, warn};

use crate::figures;

/// Why a webhook is not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It isn't signed.
    Unsigned,
    /// It is signed with another secret.
    WrongSignature,
    /// It is larger than the limit.
    TooLarge(usize),
    /// It broke off.
    Incomplete,
    /// It isn't JSON.
    NotJson,
    /// It asks for verification with another token, or for something else.
    NotVerified,
    /// It can't be stored now.
    Store(StoreError),
}

impl Refusal {
    fn answer(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::Unsigned => (
                StatusCode::UNAUTHORIZED,
                "unsigned",
                "There must be one header X-Hub-Signature-256 with 'sha256=' and the HMAC of the \
                 body under the app secret, in 64 hexadecimal digits."
                    .to_owned(),
            ),
            Self::WrongSignature => (
                StatusCode::FORBIDDEN,
                "wrong_signature",
                "The signature is not the one of this body under the app secret.".to_owned(),
            ),
            Self::TooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("The body takes at most {limit} bytes."),
            ),
            Self::Incomplete => (
                StatusCode::BAD_REQUEST,
                "incomplete",
                "The body ended before it was complete.".to_owned(),
            ),
            Self::NotJson => {
                (StatusCode::BAD_REQUEST, "not_json", "The body is not JSON.".to_owned())
            }
            Self::NotVerified => (
                StatusCode::FORBIDDEN,
                "not_verified",
                "The address is verified with hub.mode=subscribe, hub.challenge and the \
                 hub.verify_token that both sides know."
                    .to_owned(),
            ),
            Self::Store(StoreError::Stale | StoreError::Unreadable { .. }) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "store_failed",
                "The messages could not be stored.".to_owned(),
            ),
            Self::Store(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "store_unavailable",
                "The messages can't be stored now. Send them again in a moment.".to_owned(),
            ),
        }
    }

    /// When sending it again is worth it, in seconds.
    fn retry_after(&self) -> Option<u16> {
        match self {
            Self::Store(StoreError::Unavailable(_)) => Some(2),
            Self::Store(StoreError::TooManyWaiting { .. }) => Some(5),
            Self::Store(StoreError::Full | StoreError::Refused(_)) => Some(30),
            Self::Store(StoreError::Stale | StoreError::Unreadable { .. })
            | Self::Unsigned
            | Self::WrongSignature
            | Self::TooLarge(_)
            | Self::Incomplete
            | Self::NotJson
            | Self::NotVerified => None,
        }
    }
}

/// A refusal is counted and logged where it ends, which is here. What anyone can cause at will
/// isn't worth a line of every log each time.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, reason, words) = self.answer();
        figures::refused(reason);
        match &self {
            Self::Store(error) if status == StatusCode::INTERNAL_SERVER_ERROR => {
                error!(%error, "a WhatsApp webhook could not be stored");
            }
            Self::Store(error) => warn!(%error, "a WhatsApp webhook could not be stored"),
            Self::NotJson => warn!("a signed WhatsApp webhook is not JSON"),
            Self::Unsigned
            | Self::WrongSignature
            | Self::TooLarge(_)
            | Self::Incomplete
            | Self::NotVerified => debug!(reason, "refused a WhatsApp webhook"),
        }
        let mut response = (status, words).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
