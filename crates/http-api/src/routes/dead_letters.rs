//! `/api/v1/dead-letters`: what could not be answered or sent, for the operator who deals with
//! it. It shows the dead letters of every channel.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use conversation::ports;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conversations::Said;
use crate::answer::rfc3339;
use crate::api::Shared;
use crate::problem::{ErrorBody, Problem};

const LIMIT_UNLESS_TOLD: usize = 100;
const MOST: usize = 1000;

/// How many are wanted.
#[derive(Deserialize)]
pub(crate) struct HowMany {
    limit: Option<usize>,
}

/// The dead letters, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetters {
    dead_letters: Vec<DeadLetter>,
}

/// Something that could not be answered or sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    /// Names it.
    id: String,
    /// The channel that the conversation belongs to; `api` for those of this API.
    channel: String,
    /// The channel's own key for the conversation; `channel/user_id` for those of this API.
    conversation: String,
    /// Why it lies here.
    reason: String,
    /// Since when, in RFC 3339 form.
    #[schema(format = DateTime)]
    at: String,
    /// The messages that were not answered; none if a reply could not be sent.
    messages: Vec<Said>,
    /// The reply that could not be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsent_reply: Option<Said>,
}

/// A dead letter is back at work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Retried {
    /// Always `queued`.
    status: &'static str,
}

/// List the dead letters.
#[utoipa::path(
    get,
    path = "/api/v1/dead-letters",
    tag = "operators",
    security(("token" = [])),
    params(("limit" = Option<usize>, Query, description = "At most so many: 100 unless told, and never more than 1000")),
    responses(
        (status = 200, description = "The dead letters, oldest first", body = DeadLetters),
        (status = 400, description = "`limit` is not a number", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    how_many: Result<Query<HowMany>, QueryRejection>,
) -> Result<Json<DeadLetters>, Problem> {
    let Query(HowMany { limit }) = how_many.map_err(|_| wrong_limit())?;
    let limit = limit.unwrap_or(LIMIT_UNLESS_TOLD).min(MOST);
    let letters = shared.store.dead_letters(limit).await?;
    Ok(Json(DeadLetters { dead_letters: letters.into_iter().map(DeadLetter::from).collect() }))
}

/// Try a dead letter again.
///
/// It goes back to where it came from, ahead of what waits there.
#[utoipa::path(
    post,
    path = "/api/v1/dead-letters/{id}/retry",
    tag = "operators",
    security(("token" = [])),
    params(("id" = String, Path, description = "The dead letter's id")),
    responses(
        (status = 202, description = "It is queued", body = Retried),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 404, description = "There is no such dead letter, or it can't go back now", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn retry(
    State(shared): State<Arc<Shared>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|_| unknown())?;
    if shared.store.revive(&id).await? {
        return Ok((StatusCode::ACCEPTED, Json(Retried { status: "queued" })).into_response());
    }
    Err(unknown())
}

impl From<ports::DeadLetter> for DeadLetter {
    fn from(letter: ports::DeadLetter) -> Self {
        let reply = letter.outbox.map(|outbox| outbox.reply);
        Self {
            channel: letter.conversation.channel().to_owned(),
            conversation: letter.conversation.key().to_owned(),
            id: letter.id,
            reason: letter.reason,
            at: rfc3339(letter.at),
            messages: letter.messages.into_iter().map(Said::from).collect(),
            unsent_reply: reply.map(|reply| Said { text: reply.text, at: rfc3339(reply.at) }),
        }
    }
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_dead_letter",
        "There is no dead letter with this id, or its conversation has another unsent reply that \
         must go first. GET /api/v1/dead-letters lists those there are.",
    )
}

fn wrong_limit() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_limit",
        format!("`limit` must be a whole number from 0 to {MOST}, such as ?limit=20."),
    )
}
