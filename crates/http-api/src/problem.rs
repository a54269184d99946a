//! What is wrong with a request, in the one shape in which callers are told.
//!
//! A handler answers with a [`Problem`]; the middleware `shape` writes the body, since it alone
//! knows the request's id, and gives the same shape to every other error that passes it.

use std::borrow::Cow;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use conversation::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::IDEMPOTENCY_KEY;

/// An error that the caller is told of.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// Stable: programs branch on it.
    pub(crate) code: &'static str,
    /// For people: what is wrong, where, and what would be right.
    pub(crate) message: Cow<'static, str>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The key under which the message may have been stored.
    retry_with: Option<String>,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new(), retry_with: None }
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Says when asking again is worth it.
    pub(crate) fn retry_after(self, seconds: u16) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The message may have been stored under this key, or not: only sending it again under the
    /// same key is safe.
    pub(crate) fn outcome_unknown(key: &str) -> Self {
        let problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "The gateway can't reach its store, so it is unknown whether the message was stored. \
             Send the same request again in a moment, with the key in `retry_with` as its \
             `message_id` or in the header Idempotency-Key: then it is answered once, whatever \
             became of this request.",
        )
        .retry_after(2);
        let problem = match HeaderValue::from_str(key) {
            Ok(value) => problem.with_header(IDEMPOTENCY_KEY, value),
            Err(_) => problem,
        };
        Self { retry_with: Some(key.to_owned()), ..problem }
    }

    /// The request is understood, and its values are wrong.
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", message)
    }

    /// Something broke on our side, of which the caller learns nothing but that.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The gateway failed to answer this request. Its log has the reason under the \
             request_id.",
        )
    }

    /// The shape of an error that came without one, by its status.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::INTERNAL_SERVER_ERROR => return Self::internal(),
            StatusCode::BAD_REQUEST => ("bad_request", "The request can't be understood."),
            StatusCode::UNAUTHORIZED => ("unauthorized", "The request is not authenticated."),
            StatusCode::FORBIDDEN => ("forbidden", "The request is not allowed."),
            StatusCode::NOT_FOUND => ("not_found", "There is nothing here."),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "The route doesn't take this method; 'Allow' lists those it does.",
            ),
            StatusCode::REQUEST_TIMEOUT => {
                ("body_too_slow", "The request took too long to arrive.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("body_too_large", "The request's body is too large."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("unsupported_media_type", "The request's Content-Type is not taken here.")
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                ("invalid_request", "The request is understood, and its values are wrong.")
            }
            StatusCode::URI_TOO_LONG => ("uri_too_long", "The request's address is too long."),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                ("header_too_large", "The request's header is too large.")
            }
            StatusCode::TOO_MANY_REQUESTS => ("too_many_requests", "There are too many requests."),
            StatusCode::SERVICE_UNAVAILABLE => {
                ("unavailable", "The gateway can't do this now. Ask again in a moment.")
            }
            other if other.is_server_error() => {
                ("internal", "The gateway failed to answer this request.")
            }
            _ => ("refused", "The request is refused."),
        };
        Self::new(status, code, message)
    }

    /// The body that the caller gets.
    pub(crate) fn body(&self, request_id: &str) -> String {
        let body = ErrorBody {
            error: ErrorDetail {
                code: self.code.to_owned(),
                message: self.message.clone().into_owned(),
                request_id: request_id.to_owned(),
                retry_with: self.retry_with.clone(),
            },
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let mut response = self.status.into_response();
        for (name, value) in std::mem::take(&mut self.headers) {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A store's error is logged here, where it ends, and the caller is told what to do about it.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Refused(_) => {
                tracing::warn!(%error, "refused a request");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store_unavailable",
                    "The gateway can't reach its store, so the outcome of this request is unknown. \
                     Send the same request again in a moment; that does no harm.",
                )
                .retry_after(2)
            }
            StoreError::Full => {
                tracing::warn!(%error, "refused a request");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store_full",
                    "The gateway's store has no room for more. Nothing was stored: send the same \
                     request again later.",
                )
                .retry_after(30)
            }
            StoreError::TooManyWaiting { limit } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_waiting",
                format!(
                    "{limit} messages of this conversation wait for an answer already, which is \
                     the most there may be. Send this one again when one of them is answered."
                ),
            )
            .retry_after(5),
            StoreError::Stale | StoreError::Unreadable { .. } => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}

/// Every error's body.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

/// What is wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// Stable: programs branch on it.
    #[schema(example = "invalid_request")]
    code: String,
    /// For people: what is wrong, where, and what would be right.
    #[schema(example = "`message` is empty: give 1 to 16000 characters.")]
    message: String,
    /// The request's id, as in the header `X-Request-Id` and in the gateway's log.
    #[schema(example = "4f1d9a0c63b24f0e9a3c5d7e8f901234")]
    request_id: String,
    /// Only if it is unknown whether a message was stored: the key to send it again with, as its
    /// `message_id` or in the header `Idempotency-Key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_with: Option<String>,
}
