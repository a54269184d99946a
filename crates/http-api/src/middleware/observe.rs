//! One span, one log line and one count per request. They name the route, never the path or
//! the query, which can hold a person's number.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::response::Response;
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::{Layer, Service};
use tracing::instrument::{Instrument as _, Instrumented};
use tracing::{Span, debug, error_span};

use super::RequestId;
use super::traffic::{End, RouteFigures, Traffic, method_label, route_of};

/// The layer. It stands inside of whatever names the requests.
#[derive(Clone)]
pub(super) struct Observe(Arc<Traffic>);

impl Observe {
    pub(super) fn new(traffic: Arc<Traffic>) -> Self {
        Self(traffic)
    }
}

impl<S> Layer<S> for Observe {
    type Service = Observing<S>;

    fn layer(&self, inner: S) -> Observing<S> {
        Observing { inner, traffic: Arc::clone(&self.0) }
    }
}

/// The service of [`Observe`].
#[derive(Clone)]
pub(super) struct Observing<S> {
    inner: S,
    traffic: Arc<Traffic>,
}

impl<S: Service<Request, Response = Response>> Service<Request> for Observing<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = Observed<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let started = Instant::now();
        let method = method_label(request.method());
        let route = route_of(&request);
        let figures = self.traffic.of(route);
        let span = span_of(&request, method, route);
        let inner = span.in_scope(|| self.inner.call(request)).instrument(span.clone());
        let tally = Tally { started, figures, method, end: End::Aborted, span };
        Observed { inner, tally }
    }
}

/// A span is left out together with the lines of its level, and even an error must say which
/// request it is of.
fn span_of(request: &Request, method: &str, route: &str) -> Span {
    let request_id = request.extensions().get::<RequestId>().map_or("", RequestId::as_str);
    error_span!("request", request_id, method, route)
}

pin_project! {
    /// Counts the request when its answer is there, or when it is dropped before.
    pub(super) struct Observed<F> {
        #[pin]
        inner: Instrumented<F>,
        tally: Tally,
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for Observed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx))?;
        this.tally.end = End::Answered(response.status());
        Poll::Ready(Ok(response))
    }
}

/// Counts on being dropped, so that a request whose caller went away counts too.
struct Tally {
    started: Instant,
    figures: Arc<RouteFigures>,
    method: &'static str,
    end: End,
    span: Span,
}

impl Drop for Tally {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        self.figures.count(self.method, self.end);
        self.figures.time(took);
        let (status, took_ms) = (self.end.label(), took.as_millis());
        self.span.in_scope(|| debug!(status, took_ms, "request ended"));
    }
}
