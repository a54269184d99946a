//! Cuts an answer off that is being made.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::{authorized, paced};
use crate::refusal::Refusal;
use crate::web_chat::Shared;

pub(super) async fn stop(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, _body) = request.into_parts();
    let session = authorized(&shared, &parts.headers)?;
    let limits = &shared.options.limits;
    paced(
        &shared,
        (&parts.extensions, &parts.headers),
        ("streams-of-address", limits.streams_of_address),
        Some(("requests", limits.requests_of_session, &session)),
    )
    .await?;
    let stopping = shared.parts.transcripts.interrupt(&session.conversation).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "stopping": stopping }))).into_response())
}
