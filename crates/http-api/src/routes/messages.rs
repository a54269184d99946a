//! `GET /api/v1/messages/{id}`: how far a message has come.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use conversation::MessageId;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use crate::answer::{Answered, Unanswered, respond};
use crate::api::Shared;
use crate::following::{Settled, settled_by};
use crate::problem::{ErrorBody, Problem};

/// How soon the store is asked again while a caller waits, at first and at most. Only the id is
/// known here, not the conversation that could be watched.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long the caller wants to wait, in seconds.
#[derive(Deserialize)]
pub(crate) struct Wait {
    #[serde(default)]
    wait: u64,
}

/// Fetch the answer to a message.
///
/// The id is the one that the message was accepted with. Whoever has it can read the answer.
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}",
    tag = "messages",
    security(("token" = [])),
    params(
        ("id" = String, Path, description = "The message's id"),
        ("wait" = Option<u64>, Query, description = "How many seconds to wait for the answer, at most the gateway's deadline; without it the answer comes at once"),
    ),
    responses(
        (status = 200, description = "The answer", body = Answered),
        (status = 202, description = "Not answered yet, parked for an operator, or left to the person who has the conversation", body = Unanswered),
        (status = 400, description = "`wait` is not a number of seconds", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 404, description = "There is no such message, or not any more", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn fetch(
    State(shared): State<Arc<Shared>>,
    id: Result<Path<String>, PathRejection>,
    wait: Result<Query<Wait>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(Wait { wait }) = wait.map_err(|_| wrong_wait())?;
    let id = id.ok().and_then(|Path(id)| id.parse::<MessageId>().ok()).ok_or_else(unknown)?;
    let patience = Duration::from_secs(wait).min(shared.limits.reply_deadline);
    match settled(&shared, &id, Instant::now() + patience).await? {
        Settled::Erased => Err(unknown()),
        settled => respond(&id, None, settled),
    }
}

/// How far the message has come by the deadline, or as soon as it has come to its end.
async fn settled(shared: &Shared, id: &MessageId, deadline: Instant) -> Result<Settled, Problem> {
    let mut pause = FIRST_PAUSE;
    loop {
        let state = shared.store.message(id).await?;
        if let Some(settled) = settled_by(state) {
            return Ok(settled);
        }
        let now = Instant::now();
        if now >= deadline {
            return Ok(Settled::Pending);
        }
        tokio::select! {
            () = sleep_until(deadline.min(now + pause)) => {}
            () = shared.vitals.last_call() => return Ok(Settled::Pending),
        }
        pause = LONGEST_PAUSE.min(pause * 3 / 2);
    }
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_message",
        "There is no message with this id. An id looks like msg_ and 48 more characters, and is \
         known for seven days unless its conversation is erased.",
    )
}

fn wrong_wait() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_wait",
        "`wait` must be a whole number of seconds, such as ?wait=10.",
    )
}
