//! The chat page at `/`, with its script, style and icon: files of their own, so that the page
//! can forbid everything else.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};

const PAGE: &str = include_str!("../page/chat.html");
const SCRIPT: &str = include_str!("../page/chat.js");
const STYLE: &str = include_str!("../page/chat.css");
const ICON: &str = include_str!("../page/icon.svg");

/// Only what this gateway serves itself, and no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The chat page.
#[utoipa::path(get, path = "/", tag = "page", responses((status = 200, description = "A page to try the gateway with", body = String, content_type = "text/html")))]
pub(crate) async fn page() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, PAGE).into_response()
}

/// The chat page's script.
#[utoipa::path(get, path = "/assets/chat.js", tag = "page", responses((status = 200, description = "The page's script", body = String, content_type = "text/javascript")))]
pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

/// The chat page's style.
#[utoipa::path(get, path = "/assets/chat.css", tag = "page", responses((status = 200, description = "The page's style", body = String, content_type = "text/css")))]
pub(crate) async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

/// The icon, under the name that browsers ask for by themselves.
#[utoipa::path(get, path = "/favicon.ico", tag = "page", responses((status = 200, description = "An icon", body = String, content_type = "image/svg+xml")))]
pub(crate) async fn icon() -> Response {
    asset("image/svg+xml", ICON)
}

/// Browsers ask again each time, so that page, script and style always fit together.
fn asset(content_type: &'static str, content: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], content).into_response()
}
