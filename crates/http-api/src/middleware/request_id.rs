//! Gives every request a name, which its answer and its log lines carry.
//!
//! A trusted proxy's `X-Request-Id` is taken over; anyone else's is replaced, since a name that
//! a caller can choose could make two requests look like one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::proxies::TrustedProxies;

/// The header that carries the name in both directions.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest name that is taken over, in bytes.
const MAX_BYTES: usize = 128;

/// The name of the request with these extensions, which every route sees: it stands in the answer and
/// in the log.
#[must_use]
pub fn request_id(extensions: &Extensions) -> Option<&str> {
    extensions.get::<RequestId>().map(RequestId::as_str)
}

/// Who named a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A trusted proxy, which gives the same name to a request that it sends again.
    Proxy,
    /// This process.
    Own,
}

/// A request's name: visible ASCII.
#[derive(Clone, Debug)]
pub(crate) struct RequestId {
    value: HeaderValue,
    pub(crate) origin: Origin,
}

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        self.value.to_str().unwrap_or_default()
    }

    pub(super) fn value(&self) -> HeaderValue {
        self.value.clone()
    }

    pub(super) fn into_value(self) -> HeaderValue {
        self.value
    }

    pub(super) fn of(request: &Request, proxies: &TrustedProxies) -> Self {
        Self::given(request.headers(), || proxies.sent(request.extensions()))
    }

    /// The name in these headers, if they are a trusted proxy's.
    pub(super) fn given(headers: &HeaderMap, is_trusted: impl FnOnce() -> bool) -> Self {
        headers
            .get(X_REQUEST_ID)
            .filter(|value| is_sane(value) && is_trusted())
            .map_or_else(Self::fresh, |value| Self { value: value.clone(), origin: Origin::Proxy })
    }

    /// 32 random hexadecimal digits, like nginx's own.
    fn fresh() -> Self {
        let value = HeaderValue::from_bytes(&crate::identity::random_hex())
            .unwrap_or(HeaderValue::from_static("unnamed"));
        Self { value, origin: Origin::Own }
    }
}

fn is_sane(value: &HeaderValue) -> bool {
    (1..=MAX_BYTES).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic)
}

/// The layer.
#[derive(Clone)]
pub(super) struct NameRequests(TrustedProxies);

impl NameRequests {
    pub(super) fn new(proxies: TrustedProxies) -> Self {
        Self(proxies)
    }
}

impl<S> Layer<S> for NameRequests {
    type Service = Naming<S>;

    fn layer(&self, inner: S) -> Naming<S> {
        Naming { inner, proxies: self.0.clone() }
    }
}

/// The service of [`NameRequests`].
#[derive(Clone)]
pub(super) struct Naming<S> {
    inner: S,
    proxies: TrustedProxies,
}

impl<S: Service<Request, Response = Response>> Service<Request> for Naming<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = Named<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let id = RequestId::of(&request, &self.proxies);
        // Routes of other crates, such as webhooks, find the name where its sender put one.
        request.headers_mut().insert(X_REQUEST_ID, id.value());
        let value = Some(id.value());
        request.extensions_mut().insert(id);
        Named { inner: self.inner.call(request), value }
    }
}

pin_project! {
    /// Adds the name to the answer.
    pub(super) struct Named<F> {
        #[pin]
        inner: F,
        value: Option<HeaderValue>,
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for Named<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        if let Some(value) = this.value.take() {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
        Poll::Ready(Ok(response))
    }
}
