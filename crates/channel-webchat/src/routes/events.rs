//! Opens the stream on which a visitor is told what happens.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use serde::Deserialize;

use super::let_in;
use crate::refusal::Refusal;
use crate::stream;
use crate::web_chat::Shared;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Keeps nginx from collecting the events before it passes them on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// Ids of entries are far shorter.
const ID_BYTES: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Asked {
    after: Option<String>,
}

/// Read a conversation along, as a visitor.
///
/// Server-Sent Events: `hello` first, then each `entry` that is kept or comes, with its id; while an
/// answer is made `started`, `delta`, `text`, `restarted` and `postponed`; `state` when the gateway
/// gets into trouble or out of it; a comment every 20 seconds.
#[utoipa::path(
    get,
    path = "/webchat/events",
    tag = "web chat",
    security(("session" = [])),
    params(
        ("after" = Option<String>, Query, description = "The id of the last entry that is known, where headers can't be set"),
        ("Last-Event-ID" = Option<String>, Header, description = "The same; it goes before"),
    ),
    responses(
        (status = 200, description = "The events", body = String, content_type = "text/event-stream"),
        (status = 401, description = "No session token, or one that opens nothing (any more)", body = ref("#/components/schemas/ErrorBody")),
        (status = 403, description = "`origin_not_allowed`: the page may not use the chat", body = ref("#/components/schemas/ErrorBody")),
        (status = 429, description = "Too often, or `too_many_streams` of this conversation or address; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
        (status = 502, description = "`ending`: this replica is about to end; ask again at once", body = ref("#/components/schemas/ErrorBody")),
        (status = 503, description = "The store is away, or this replica keeps as many streams as it may; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
    ),
)]
pub(crate) async fn events(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, _body) = request.into_parts();
    let session = let_in(&shared, (&parts.extensions, &parts.headers)).await?;
    let after = last_seen(&parts.headers).or(asked.after).filter(|id| id.len() <= ID_BYTES);
    let address = shared.addresses.sender(&parts.extensions, &parts.headers).unwrap_or_default();
    let body = stream::open(shared, session, &address, after).await?;
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

fn last_seen(headers: &HeaderMap) -> Option<String> {
    headers.get(LAST_EVENT_ID)?.to_str().ok().filter(|id| !id.is_empty()).map(str::to_owned)
}
