//! `/openapi.json`: the description of these routes, made from their handlers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::api::Shared;

/// This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "description",
    responses((status = 200, description = "An OpenAPI document", body = Object, content_type = "application/json")),
)]
pub(crate) async fn openapi(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let document = shared.openapi.get().cloned().unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], document)
}
