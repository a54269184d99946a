//! Cuts an answer off that is being made.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::let_in;
use crate::refusal::Refusal;
use crate::web_chat::Shared;

/// Whether there was anything to stop.
#[derive(Serialize, ToSchema)]
#[schema(as = WebChatStopping)]
pub(crate) struct Stopping {
    /// Whether an answer was being made.
    stopping: bool,
}

/// Stop the answer that is being made.
///
/// What was said of it so far becomes the answer.
#[utoipa::path(
    post,
    path = "/webchat/stop",
    tag = "web chat",
    security(("session" = [])),
    responses(
        (status = 202, description = "It will stop, if there is one", body = Stopping),
        (status = 401, description = "No session token, or one that opens nothing (any more)", body = ref("#/components/schemas/ErrorBody")),
        (status = 403, description = "`origin_not_allowed`: the page may not use the chat", body = ref("#/components/schemas/ErrorBody")),
        (status = 429, description = "Too often, for the session or the address; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
        (status = 503, description = "The store is full or away; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
    ),
)]
pub(crate) async fn stop(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, _body) = request.into_parts();
    let session = let_in(&shared, (&parts.extensions, &parts.headers)).await?;
    let stopping = shared.parts.transcripts.interrupt(&session.conversation).await?;
    Ok((StatusCode::ACCEPTED, Json(Stopping { stopping })).into_response())
}
