//! `POST /api/v1/message`: takes a message, and waits for its answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use conversation::{AnswerBy, DedupeKey, Inbound, Message, MessageId, Timestamp};

use crate::answer::{Answered, Asked, IDEMPOTENT_REPLAYED, Unanswered, respond};
use crate::api::Shared;
use crate::body::read_json;
use crate::events::{Told, events};
use crate::following::Following;
use crate::identity::key_of;
use crate::middleware::RequestId;
use crate::patience::{PREFERENCE_APPLIED, Patience};
use crate::problem::{ErrorBody, Problem};
use crate::question::{AnswerForm, NewMessage, Question};
use crate::taking::{Course, Sent, take};

/// Send a message and get its answer.
///
/// The message is stored before anything is answered, and answered exactly once. Sending it
/// again with the same key within seven days gives the same answer, with the header
/// `Idempotent-Replayed: true`. The key is `message_id`, else the header `Idempotency-Key`, else
/// the `X-Request-Id` of a trusted proxy; without any of them every sending is a message of its
/// own. The same key with another body is a 409.
///
/// The answer is waited for up to the gateway's deadline, or shorter with `Prefer: wait=<seconds>`
/// or `Prefer: respond-async`. Past it the answer is 202 with where to fetch the reply.
///
/// With `Accept: text/event-stream` or `"stream": true` the answer comes as server-sent events:
/// `accepted` {id, href}, `started` {}, `delta` {text}, `restarted` {} (what was said so far is
/// void, as it is after another `started`), and at last one of `done` (the same object as
/// without streaming), `parked`, `pending`, `taken_over` (the same objects as with 202) or `error`.
#[utoipa::path(
    post,
    path = "/api/v1/message",
    tag = "messages",
    security(("token" = [])),
    request_body = NewMessage,
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the message the same message when it is sent again: 1 to 200 visible ASCII characters"),
        ("Prefer" = Option<String>, Header, description = "`wait=<seconds>` or `respond-async`"),
    ),
    responses(
        (status = 200, description = "The answer, as JSON or as events", content(
            (Answered = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 202, description = "Not answered in time, parked for an operator, or left to the person who has the conversation", body = Unanswered),
        (status = 400, description = "Not JSON, or a broken body or key", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive", body = ErrorBody),
        (status = 409, description = "The key was used for another message", body = ErrorBody),
        (status = 410, description = "The conversation was erased while waiting", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 415, description = "The body is not sent as application/json", body = ErrorBody),
        (status = 422, description = "A field is missing, empty, too long or wrong", body = ErrorBody),
        (status = 429, description = "Too many messages of this conversation wait", body = ErrorBody),
        (status = 502, description = "This replica still starts: nothing was stored", body = ErrorBody),
        (status = 503, description = "The store is full, or away: then `retry_with` and the header Idempotency-Key hold the key to send the message again with", body = ErrorBody),
    ),
)]
pub(crate) async fn send(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = read_json(&parts.headers, body, shared.limits.body_bytes).await?;
    let question = Question::read(&body, shared.limits.message_chars)?;
    drop(body);
    let request_id = parts.extensions.get::<RequestId>().ok_or_else(Problem::internal)?;
    let key = key_of(question.message_id.as_deref(), &parts.headers, request_id)?;

    let form = form_of(question.form, &parts.headers);
    let (asked, inbound) = words(question, key.dedupe, request_id, shared.clock.now());
    let taken = take(&shared, inbound, &key.retry_with).await?;

    let mut response = match form {
        AnswerForm::Json => whole(&shared, &parts.headers, asked, taken.id, taken.course).await?,
        AnswerForm::Events => {
            let patience = Patience::of(&parts.headers, shared.limits.stream_deadline);
            let told = Told { id: taken.id, asked, request_id: request_id.clone() };
            events(&shared, told, taken.course, patience.wait)
        }
    };
    if taken.sent == Sent::Again {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The answer as one object, once it is there or time is up.
async fn whole(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    asked: Asked,
    id: MessageId,
    course: Course,
) -> Result<Response, Problem> {
    let patience = Patience::of(headers, shared.limits.reply_deadline);
    let settled = match course {
        Course::Settled(settled) => settled,
        Course::Open(watch, first) => {
            Following::new(Arc::clone(shared), id, watch, patience.wait, first).settled().await
        }
    };
    let mut response = respond(&id, Some(asked), settled)?;
    if let Some(applied) = patience.applied() {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    Ok(response)
}

/// The body says it, or the header does.
fn form_of(by_body: AnswerForm, headers: &HeaderMap) -> AnswerForm {
    let accepts = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let by_header = accepts.flat_map(|line| line.split(',')).any(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("text/event-stream")
    });
    if by_header { AnswerForm::Events } else { by_body }
}

/// The question in the words of the store, and what the answer repeats of it.
fn words(
    question: Question,
    key: DedupeKey,
    request: &RequestId,
    at: Timestamp,
) -> (Asked, Inbound) {
    let answer_by = AnswerBy::Record(question.fingerprint());
    let Question { conversation, channel, user_id, text, message_id, author, form: _ } = question;
    let message = Message { author, ..Message::text(text, at) };
    let request = Some(request.as_str().to_owned());
    let inbound = Inbound { conversation, key, message, answer_by, request, rate: None };
    (Asked { message_id, channel, user_id }, inbound)
}
