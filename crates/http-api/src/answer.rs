//! What became of a message, as callers see it. These forms are stable: fields may be added,
//! and none changes its meaning.

use axum::Json;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use conversation::{MessageId, Reply, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::following::Settled;
use crate::problem::Problem;

/// Says that the message had been accepted before, and that this is the answer to it.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// When a caller that fetches its reply may come back, in seconds.
const COME_BACK: &str = "2";

/// A message that is answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answered {
    /// The answer.
    #[schema(example = "Your package is on its way and arrives tomorrow.")]
    pub(crate) reply: String,
    /// Always `answered`.
    pub(crate) status: AnsweredStatus,
    /// Names the message.
    pub(crate) id: String,
    /// Where it came from, when the answer is given to the request that sent it.
    #[serde(flatten)]
    pub(crate) asked: Option<Asked>,
    /// Which model answered, as `provider/model`.
    #[schema(example = "openai/gpt-5-mini")]
    pub(crate) model: String,
    /// When the answer was complete, in RFC 3339 form.
    #[schema(format = DateTime, example = "2026-01-31T12:00:00.000Z")]
    pub(crate) created_at: String,
}

/// What the caller said of its message.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Asked {
    /// The message's own key, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_id: Option<String>,
    /// Where the customer wrote.
    pub(crate) channel: String,
    /// Who wrote.
    pub(crate) user_id: String,
}

/// A message whose answer isn't there.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unanswered {
    /// `pending`: it will be answered. `parked`: no answer could be given, and an operator
    /// deals with it. `taken_over`: a person has the conversation instead of the gateway, which
    /// gives no answer to it.
    pub(crate) status: UnansweredStatus,
    /// Names the message.
    pub(crate) id: String,
    /// Where its answer can be fetched.
    #[schema(example = "/api/v1/messages/msg_…")]
    pub(crate) href: String,
    /// The same in a sentence.
    pub(crate) detail: &'static str,
}

/// The status of a message that is answered.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnsweredStatus {
    /// It is answered.
    Answered,
}

/// The status of a message that isn't answered.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UnansweredStatus {
    /// It waits, or is being answered.
    Pending,
    /// It lies among the dead letters.
    Parked,
    /// It is left to the person who has the conversation.
    TakenOver,
}

impl Answered {
    pub(crate) fn new(id: &MessageId, asked: Option<Asked>, reply: Reply) -> Self {
        Self {
            reply: reply.text,
            status: AnsweredStatus::Answered,
            id: id.to_string(),
            asked,
            model: reply.model,
            created_at: rfc3339(reply.at),
        }
    }
}

impl Unanswered {
    pub(crate) fn pending(id: &MessageId) -> Self {
        let detail = "The message is stored and will be answered. Fetch the answer from `href`.";
        Self::new(id, UnansweredStatus::Pending, detail)
    }

    pub(crate) fn parked(id: &MessageId) -> Self {
        let detail = "The message is stored, but no answer could be given. An operator deals with \
                      it; should it be answered later, the answer is at `href`.";
        Self::new(id, UnansweredStatus::Parked, detail)
    }

    pub(crate) fn taken_over(id: &MessageId) -> Self {
        let detail = "A person has taken this conversation over. The message is stored for the \
                      gateway to know of later, which gives no answer to it.";
        Self::new(id, UnansweredStatus::TakenOver, detail)
    }

    fn new(id: &MessageId, status: UnansweredStatus, detail: &'static str) -> Self {
        let id = id.to_string();
        let href = format!("/api/v1/messages/{id}");
        Self { status, id, href, detail }
    }
}

/// The answer to whoever asks for a message, with what it said of it.
pub(crate) fn respond(
    id: &MessageId,
    asked: Option<Asked>,
    settled: Settled,
) -> Result<Response, Problem> {
    match settled {
        Settled::Answered(reply) => Ok(Answered::new(id, asked, reply).into_response()),
        Settled::Parked => Ok(Unanswered::parked(id).into_response()),
        Settled::Pending => Ok(Unanswered::pending(id).into_response()),
        Settled::LeftToPerson => Ok(Unanswered::taken_over(id).into_response()),
        Settled::Erased => Err(erased()),
    }
}

/// The conversation was erased while its answer was waited for.
pub(crate) fn erased() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "message_erased",
        "The conversation was erased before this message was answered.",
    )
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// 202 either way: the message is taken, and its answer isn't there. Coming back soon is worth
/// it only while someone works on it.
impl IntoResponse for Unanswered {
    fn into_response(self) -> Response {
        let href = HeaderValue::from_str(&self.href);
        let status = self.status;
        let mut response = (StatusCode::ACCEPTED, Json(self)).into_response();
        let headers = response.headers_mut();
        if let Ok(href) = href {
            headers.insert(LOCATION, href);
        }
        match status {
            UnansweredStatus::Pending => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(COME_BACK));
            }
            UnansweredStatus::Parked | UnansweredStatus::TakenOver => {}
        }
        response
    }
}

/// A moment in RFC 3339 form, with milliseconds, in UTC.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    // The year 9999 is as far as the form goes.
    let millis = at.0.min(253_402_300_799_999);
    let moment = std::time::UNIX_EPOCH + std::time::Duration::from_millis(millis);
    humantime::format_rfc3339_millis(moment).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_rfc_3339_form_to_the_end_of_time() {
        assert_eq!(rfc3339(Timestamp(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp(1_769_860_800_007)), "2026-01-31T12:00:00.007Z");
        assert_eq!(rfc3339(Timestamp(u64::MAX)), "9999-12-31T23:59:59.999Z");
    }
}
