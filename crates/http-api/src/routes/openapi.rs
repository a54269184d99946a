//! `/openapi.json`: the description of these routes, made from their handlers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::api::Shared;
use crate::openapi::rendered;

/// This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "description",
    responses((status = 200, description = "An OpenAPI document", body = Object, content_type = "application/json")),
)]
pub(crate) async fn openapi(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let rendered = || rendered(shared.vitals.version(), &shared.described);
    let document = shared.openapi.get_or_init(rendered).clone();
    ([(CONTENT_TYPE, "application/json")], document)
}
