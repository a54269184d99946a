//! Tells a page whether it may use the chat. Browsers don't show a page why it was refused, so
//! without this a forgotten origin would look like a gateway that is away.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::origins::Page;
use crate::web_chat::Shared;

/// What a page is told.
#[derive(Serialize, ToSchema)]
#[schema(as = WebChatAllowed)]
pub(crate) struct Allowed {
    /// Whether pages of the request's `Origin` may use the chat.
    allowed: bool,
}

/// Ask whether this page may use the chat.
///
/// Every page may ask, and is told of its own origin only.
#[utoipa::path(
    get,
    path = "/webchat/allowed",
    tag = "web chat",
    responses((status = 200, description = "Whether it may", body = Allowed)),
)]
pub(crate) async fn allowed(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let allowed = match shared.origins.page(&headers) {
        Page::Allowed(_) | Page::Unsaid => true,
        Page::Foreign => false,
    };
    let told = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("Origin")),
    ];
    (told, Json(Allowed { allowed })).into_response()
}
