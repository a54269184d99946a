//! What a vendor says when it gives no answer, and which [`ModelError`] that is. The kinds are
//! those of OpenAI, Anthropic and Ollama, and of the servers that speak like them.

use std::time::Duration;

use conversation::ports::ModelError;
use serde_json::Value;

use crate::redaction::presentable;

/// Error kinds that mean an account without money or quota.
const QUOTA: [&str; 8] = [
    "insufficient_quota",
    "billing_error",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_balance",
    "insufficient_credits",
    "exceeded_current_quota_error",
    "payment_required",
];
/// Words of a message that mean the same, where the kind doesn't say it.
const QUOTA_SAID: [&str; 4] = [
    "credit balance is too low",
    "insufficient balance",
    "insufficient credits",
    "billing hard limit",
];
const NO_SUCH_MODEL: [&str; 5] =
    ["model_not_found", "model_not_available", "model_decommissioned", "invalid_model", "no_model"];
const NO_SUCH_MODEL_SAID: [&str; 4] =
    ["not found", "does not exist", "not a valid model", "invalid model"];
const UNAUTHORISED: [&str; 6] = [
    "authentication_error",
    "permission_error",
    "invalid_api_key",
    "permission_denied",
    "unauthenticated",
    "unauthorized",
];
const RATE_LIMITED: [&str; 6] = [
    "rate_limit_exceeded",
    "rate_limit_error",
    "rate_limited",
    "slow_down",
    "too_many_requests",
    "resource_exhausted",
];
const OVERLOADED: [&str; 9] = [
    "overloaded_error",
    "overloaded",
    "engine_overloaded_error",
    "server_error",
    "api_error",
    "internal_error",
    "internal_server_error",
    "timeout_error",
    "service_unavailable",
];
const REFUSED: [&str; 7] = [
    "invalid_request_error",
    "invalid_request",
    "badrequesterror",
    "bad_request",
    "request_too_large",
    "context_length_exceeded",
    "content_filter",
];

/// An error as a vendor words it.
#[derive(Debug, Default)]
pub(crate) struct Complaint {
    status: Option<u16>,
    kinds: Vec<String>,
    message: String,
}

impl Complaint {
    /// Reads the body of a response whose status is an error.
    pub(crate) fn of_response(status: u16, body: &[u8]) -> Self {
        let mut complaint = match serde_json::from_slice::<Value>(body) {
            Ok(body) => Self::of_event(&body),
            Err(_) => Self::default(),
        };
        complaint.status = Some(status);
        complaint
    }

    /// Reads an error that came in place of an answer, or of a part of one.
    pub(crate) fn of_event(event: &Value) -> Self {
        let event = event.get(0).unwrap_or(event);
        let error = event.get("error").filter(|error| !error.is_null()).unwrap_or(event);
        let mut complaint = Self::default();
        if let Value::String(message) = error {
            complaint.message.clone_from(message);
        }
        for field in ["message", "detail"] {
            if let (Some(Value::String(message)), true) =
                (error.get(field), complaint.message.is_empty())
            {
                complaint.message.clone_from(message);
            }
        }
        for field in ["type", "code", "status"] {
            match error.get(field) {
                Some(Value::String(kind)) => complaint.kind(kind),
                Some(Value::Number(code)) => complaint.code(code.as_u64()),
                Some(_) | None => {}
            }
        }
        complaint
    }

    fn kind(&mut self, kind: &str) {
        match kind.parse::<u64>() {
            Ok(code) => self.code(Some(code)),
            Err(_) => self.kinds.push(kind.to_ascii_lowercase()),
        }
    }

    fn code(&mut self, code: Option<u64>) {
        self.status = code
            .and_then(|code| u16::try_from(code).ok())
            .filter(|code| (400..600).contains(code))
            .or(self.status);
    }

    /// The error that it amounts to. What the vendor says of its kind goes before the status;
    /// an error in mid-answer of which nothing is known is the vendor's failure.
    pub(crate) fn into_error(self, retry_after: Option<Duration>) -> ModelError {
        let message = self.message.to_ascii_lowercase();
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
        let status = self.status.unwrap_or(500);
        if self.is_any(&QUOTA) || status == 402 || says(&QUOTA_SAID) {
            return ModelError::Quota(self.reason());
        }
        let lacks_model = message.contains("model") && says(&NO_SUCH_MODEL_SAID);
        let not_found = status == 404 || self.is_any(&["not_found_error"]);
        if self.is_any(&NO_SUCH_MODEL)
            || (lacks_model && (not_found || matches!(status, 400 | 500)))
            || self.is_missing_anthropic_model()
        {
            return ModelError::NoSuchModel(self.reason());
        }
        if self.is_any(&UNAUTHORISED) || matches!(status, 401 | 403) {
            return ModelError::Unauthorised(self.reason());
        }
        if self.is_any(&RATE_LIMITED) || status == 429 {
            return ModelError::RateLimited { retry_after };
        }
        if self.is_any(&OVERLOADED) {
            return ModelError::Overloaded { why: self.reason(), retry_after };
        }
        if self.is_any(&REFUSED) {
            return ModelError::Refused(self.reason());
        }
        match status {
            408 | 409 | 425 | 500.. => ModelError::Overloaded { why: self.reason(), retry_after },
            _ => ModelError::Refused(self.reason()),
        }
    }

    fn is_any(&self, kinds: &[&str]) -> bool {
        self.kinds.iter().any(|kind| kinds.contains(&kind.as_str()))
    }

    /// Anthropic words it as a bare `model: name` of the kind `not_found_error`.
    fn is_missing_anthropic_model(&self) -> bool {
        self.is_any(&["not_found_error"]) && self.message.starts_with("model:")
    }

    fn reason(&self) -> String {
        let message = presentable(&self.message);
        match (self.status, message.is_empty()) {
            (Some(status), true) => format!("HTTP {status}"),
            (Some(status), false) => format!("HTTP {status}: {message}"),
            (None, true) => "an error without a reason".to_owned(),
            (None, false) => message,
        }
    }
}

#[cfg(test)]
#[path = "complaint_tests.rs"]
mod tests;
