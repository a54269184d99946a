//! Cuts an answer off that is being made.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::let_in;
use crate::refusal::Refusal;
use crate::web_chat::Shared;

pub(super) async fn stop(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, _body) = request.into_parts();
    let session = let_in(&shared, (&parts.extensions, &parts.headers)).await?;
    let stopping = shared.parts.transcripts.interrupt(&session.conversation).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "stopping": stopping }))).into_response())
}
