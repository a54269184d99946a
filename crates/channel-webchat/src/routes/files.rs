//! The widget's files, which any page may load, and the page that shows the widget.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;

use crate::web_chat::Shared;
use crate::widget::{Content, widget};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Short, so that sites get a new version soon; the tag makes asking cheap.
const LOADER_AGE: &str = "public, max-age=300, must-revalidate";
/// Another content has another address.
const FILE_AGE: &str = "public, max-age=31536000, immutable";
/// Asked for each time, since it names the set of the other files.
const DEMO_AGE: &str = "no-cache";
/// What stands at the address of another version's file.
const OTHER_SET_AGE: &str = "no-store";

/// Only what this gateway serves itself, no style and no script within the page, and no frame
/// around it. The widget works under it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(demo))
        .route("/webchat/widget.js", get(loader))
        .route("/webchat/assets/{set}/{name}", get(file))
}

/// The script that a site embeds.
#[utoipa::path(
    get,
    path = "/webchat/widget.js",
    tag = "web chat",
    responses(
        (status = 200, description = "The script", body = String, content_type = "text/javascript"),
        (status = 304, description = "It is as the tag in If-None-Match says"),
    ),
)]
pub(crate) async fn loader(headers: HeaderMap) -> Response {
    for_all(served(&headers, &widget().loader, LOADER_AGE))
}

/// A file that the script asks for.
///
/// A page that was opened before an upgrade, or served by a replica that is still of another version,
/// asks for a set that isn't here. Each file works alone, so it gets this version's, but not to keep:
/// by that address it would be taken for the other one.
#[utoipa::path(
    get,
    path = "/webchat/assets/{set}/{name}",
    tag = "web chat",
    params(
        ("set" = String, Path, description = "The version, as the script names it"),
        ("name" = String, Path, description = "Such as `panel.js`"),
    ),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/javascript"),
        (status = 304, description = "It is as the tag in If-None-Match says"),
        (status = 404, description = "There is no such file", body = ref("#/components/schemas/ErrorBody")),
    ),
)]
pub(crate) async fn file(
    headers: HeaderMap,
    Path((set, name)): Path<(String, String)>,
) -> Response {
    let age = if set == widget().set { FILE_AGE } else { OTHER_SET_AGE };
    for_all(match widget().files.get(name.as_str()) {
        Some(file) => served(&headers, file, age),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

/// A page with the chat on it.
#[utoipa::path(
    get,
    path = "/",
    tag = "web chat",
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 304, description = "It is as the tag in If-None-Match says"),
    ),
)]
pub(crate) async fn demo(headers: HeaderMap) -> Response {
    let mut response = served(&headers, &widget().demo, DEMO_AGE);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Lets pages of every origin load it.
fn for_all(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    response
}

fn served(headers: &HeaderMap, content: &Content, age: &'static str) -> Response {
    let mut response = if has(headers, &content.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let zipped = accepts_gzip(headers).then(|| content.zipped()).flatten();
        whole(content, zipped)
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(age));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&content.tag) {
        headers.insert(ETAG, tag);
    }
    response
}

fn whole(content: &Content, zipped: Option<Bytes>) -> Response {
    let is_zipped = zipped.is_some();
    let mut response = zipped.unwrap_or_else(|| content.plain.clone()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content.media_type));
    if is_zipped {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether the browser has this very content. A proxy that compresses may have made the tag weak.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        is_gzip && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}
