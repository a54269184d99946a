//! `…/say`: what the person who has a conversation says to the customer.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use conversation::StoreError;
use conversation::ports::{Saying, Spoken};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::IDEMPOTENT_REPLAYED;
use crate::api::Shared;
use crate::body::read_json;
use crate::channels::Named;
use crate::fields::{Wrong, parse, required};
use crate::identity::key_of;
use crate::middleware::RequestId;
use crate::problem::{ErrorBody, Problem};
use crate::rules::{check_message_id, check_person, check_text};

/// What a person says. Fields that are not listed are ignored.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewSaying {
    /// The words.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 16000, example = "I have found your parcel.")]
    #[serde(default)]
    text: Option<Value>,
    /// What the person is called, if not as when taking the conversation over.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 80)]
    #[serde(default)]
    name: Option<Value>,
    /// Makes this the same saying when it is sent again within seven days: it is said once. Says the
    /// same as `Idempotency-Key`, and goes before it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    #[serde(default)]
    message_id: Option<Value>,
}

/// It is said.
#[derive(Serialize, ToSchema)]
pub(crate) struct IsSaid {
    /// Always `said`.
    status: &'static str,
}

/// A body that is as it should be.
struct Words {
    name: Option<String>,
    text: String,
    message_id: Option<String>,
}

/// Say something to the customer, as the person who has the conversation.
///
/// The customer reads it at once, and the model will know of it later. Sending it again with the same
/// key within seven days says nothing new, and is answered with `Idempotent-Replayed: true`. The key
/// is found as for messages. Only customers who read along can be spoken to so; where replies are
/// sent, the person writes on that channel itself.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{channel}/conversations/{key}/say",
    tag = "operators",
    security(("token" = [])),
    request_body = NewSaying,
    params(
        ("channel" = String, Path, description = "As in reading it"),
        ("key" = String, Path, description = "As in reading it"),
        ("Idempotency-Key" = Option<String>, Header, description = "As for messages"),
    ),
    responses(
        (status = 200, description = "It is said", body = IsSaid),
        (status = 400, description = "Not JSON, a broken key, or the path is not percent-encoded UTF-8", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 404, description = "There is no such channel", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive", body = ErrorBody),
        (status = 409, description = "`not_taken_over`: no person has the conversation. `nobody_reads`: its customer doesn't read along", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 415, description = "The body is not sent as application/json", body = ErrorBody),
        (status = 422, description = "The key is none of that channel, or a field is missing, empty, too long or wrong", body = ErrorBody),
        (status = 503, description = "The store is full, or away: then `retry_with` and the header Idempotency-Key hold the key to send it again with", body = ErrorBody),
    ),
)]
pub(crate) async fn say(
    State(shared): State<Arc<Shared>>,
    named: Named,
    request: Request,
) -> Result<Response, Problem> {
    let conversation = shared.channels.conversation(named)?;
    let (parts, body) = request.into_parts();
    let body = read_json(&parts.headers, body, shared.limits.body_bytes).await?;
    let Words { name, text, message_id } = Words::read(&body, shared.limits.message_chars)?;
    let request_id = parts.extensions.get::<RequestId>().ok_or_else(Problem::internal)?;
    let key = key_of(message_id.as_deref(), &parts.headers, request_id)?;

    let person = shared.handovers.taken_over_by(&conversation).await;
    let person = person.map_err(|error| refused(error, &key.retry_with))?;
    let person = person.ok_or_else(not_taken_over)?;
    let name = name.unwrap_or(person);
    let saying = Saying { key: key.dedupe, name, text, at: shared.clock.now() };
    let spoken = shared.handovers.say(&conversation, saying).await;
    let said = Json(IsSaid { status: "said" });
    match spoken.map_err(|error| refused(error, &key.retry_with))? {
        Spoken::New => Ok(said.into_response()),
        Spoken::Duplicate => {
            Ok(([(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"))], said).into_response())
        }
        Spoken::NobodyReads => Err(nobody_reads()),
    }
}

impl Words {
    fn read(body: &[u8], max_chars: usize) -> Result<Self, Problem> {
        let new: NewSaying = parse(body, "`text`")?;
        let mut wrong = Wrong::default();
        let rule = format!("1 to {max_chars} characters");
        let text = wrong
            .check(required("text", new.text, &rule), |text| check_text("text", text, max_chars));
        let name = wrong.check_optional("name", new.name, check_person);
        let message_id = wrong.check_optional("message_id", new.message_id, check_message_id);
        wrong.end(|| Ok(Self { name, text, message_id }))
    }
}

/// A store that doesn't answer may have stored the words all the same.
fn refused(error: StoreError, retry_with: &str) -> Problem {
    match error {
        StoreError::Unavailable(_) | StoreError::Refused(_) => {
            tracing::warn!(%error, "could not learn whether a person's words were stored");
            Problem::outcome_unknown(retry_with)
        }
        StoreError::Full
        | StoreError::TooManyWaiting { .. }
        | StoreError::Stale
        | StoreError::Unreadable { .. } => error.into(),
    }
}

fn not_taken_over() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "not_taken_over",
        "No person has this conversation, so nothing was said: POST …/takeover with {\"name\": …} \
         first. If this request repeats an earlier one, the transcript shows whether that was said.",
    )
}

fn nobody_reads() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "nobody_reads",
        "The customer of this conversation doesn't read it along, so nothing was said: on a channel \
         that sends its replies, write to the customer there; a visitor of a chat reads along from \
         the first message on.",
    )
}
