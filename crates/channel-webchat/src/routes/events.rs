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
pub(super) struct Asked {
    after: Option<String>,
}

pub(super) async fn events(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, _body) = request.into_parts();
    let session = let_in(&shared, (&parts.extensions, &parts.headers)).await?;
    let after = last_seen(&parts.headers).or(asked.after).filter(|id| id.len() <= ID_BYTES);
    let body = stream::open(shared, session, after).await?;
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
