//! While the replica drains, every answer ends its connection, so that the proxies in front ask
//! for a new one, and get it from another replica where there is one.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::Response;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::vitals::Vitals;

/// The layer.
#[derive(Clone)]
pub(super) struct Farewell(Arc<Vitals>);

impl Farewell {
    pub(super) fn new(vitals: Arc<Vitals>) -> Self {
        Self(vitals)
    }
}

impl<S> Layer<S> for Farewell {
    type Service = Parting<S>;

    fn layer(&self, inner: S) -> Parting<S> {
        Parting { inner, vitals: Arc::clone(&self.0) }
    }
}

/// The service of [`Farewell`].
#[derive(Clone)]
pub(super) struct Parting<S> {
    inner: S,
    vitals: Arc<Vitals>,
}

impl<S: Service<Request, Response = Response>> Service<Request> for Parting<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = Parted<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        Parted { inner: self.inner.call(request), vitals: Arc::clone(&self.vitals) }
    }
}

pin_project! {
    /// Adds `Connection: close` if the replica drains by the time the answer is there.
    pub(super) struct Parted<F> {
        #[pin]
        inner: F,
        vitals: Arc<Vitals>,
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for Parted<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        if this.vitals.is_draining() {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Poll::Ready(Ok(response))
    }
}
