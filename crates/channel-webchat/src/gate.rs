//! What every request of the widget passes: its page is judged, and its refusal gets its words.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::origins::{Page, tell_preflight};
use crate::refusal::Refusal;
use crate::web_chat::Shared;

/// The id of a request, as the log and the answer name it. Whoever serves the routes puts it into
/// the request's extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

pub(crate) async fn gate(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let page = shared.origins.page(request.headers());
    let id = request.extensions().get::<RequestId>().cloned();
    let response = match (&page, request.method()) {
        (Page::Foreign, _) => Refusal::ForeignOrigin.into_response(),
        (Page::Allowed(_), &Method::OPTIONS) => preflight(),
        (Page::Allowed(_) | Page::Unsaid, _) => next.run(request).await,
    };
    let mut response = in_words(response, id.as_ref().map_or("", |RequestId(id)| id));
    page.tell(response.headers_mut());
    response
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    tell_preflight(response.headers_mut());
    response
}

fn in_words(mut response: Response, request_id: &str) -> Response {
    match response.extensions_mut().remove::<Refusal>() {
        Some(refusal) => refusal.into_answer(request_id),
        None => response,
    }
}
