//! The icon, under the name that browsers ask for by themselves.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const ICON: &str = include_str!("icon.svg");

/// An icon.
#[utoipa::path(get, path = "/favicon.ico", tag = "page", responses((status = 200, description = "An icon", body = String, content_type = "image/svg+xml")))]
pub(crate) async fn icon() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=86400")], ICON)
        .into_response()
}
