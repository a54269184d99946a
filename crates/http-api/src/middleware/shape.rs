//! Gives every error the one shape, whoever made it: a handler, the router, a webhook, a panic.

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::RequestId;
use crate::problem::Problem;

/// The layer. It stands inside of whatever names the requests.
#[derive(Clone, Copy)]
pub(super) struct Shape;

impl<S> Layer<S> for Shape {
    type Service = Shaping<S>;

    fn layer(&self, inner: S) -> Shaping<S> {
        Shaping { inner }
    }
}

/// The service of [`Shape`].
#[derive(Clone)]
pub(super) struct Shaping<S> {
    inner: S,
}

impl<S, B> Service<Request> for Shaping<S>
where
    S: Service<Request, Response = Response<B>>,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Shaped<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let id = request.extensions().get::<RequestId>().cloned();
        Shaped { inner: self.inner.call(request), id }
    }
}

pin_project! {
    /// Rewrites the answer if it is an error without a shape.
    pub(super) struct Shaped<F> {
        #[pin]
        inner: F,
        id: Option<RequestId>,
    }
}

impl<F, E, B> Future for Shaped<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx))?.map(Body::new);
        Poll::Ready(Ok(shaped(response, this.id.as_ref())))
    }
}

/// The answer in the one shape, if it is an error.
pub(super) fn shaped(mut response: Response, id: Option<&RequestId>) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        // The health routes answer 503 with a body of their own.
        None if is_json(&response) => return response,
        None => Problem::of_status(status),
    };
    let body = problem.body(id.map_or("", RequestId::as_str));
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = Body::from(body);
    response
}

fn is_json(response: &Response) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}

/// What the caller gets when a handler panicked. The panic itself is in the log, written by the
/// process's panic hook; its text may hold anything, and so goes no further.
pub(super) fn after_panic(_panic: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}
