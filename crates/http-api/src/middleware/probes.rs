//! What the middleware does, for answers that must cost next to nothing.
//!
//! Probes and balancers ask for health all the time. Passing the layers would cost more than
//! answering does, so these answers get in one step what the layers would add, except spans and
//! times. What the layers add to every answer must be added here too.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use tracing::debug;

use super::request_id::{RequestId, X_REQUEST_ID};
use super::shape::shaped;
use super::traffic::{End, Traffic, method_label, route_of};
use crate::problem::Problem;
use crate::proxies::TrustedProxies;
use crate::vitals::Vitals;

/// What the health routes share.
pub(crate) struct Probes {
    pub(crate) vitals: Arc<Vitals>,
    proxies: TrustedProxies,
    traffic: Arc<Traffic>,
}

/// The kinds of bodies that the health routes answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A JSON object.
    Json,
    /// Words.
    Text,
}

impl Probes {
    pub(super) fn new(proxies: TrustedProxies, vitals: Arc<Vitals>, traffic: Arc<Traffic>) -> Self {
        Self { vitals, proxies, traffic }
    }

    /// The answer to a probe.
    pub(crate) fn answer(
        &self,
        request: &Request,
        status: StatusCode,
        kind: Kind,
        body: impl Into<Body>,
    ) -> Response {
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let content_type = match kind {
            Kind::Json => "application/json",
            Kind::Text => "text/plain; charset=utf-8",
        };
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        let id = RequestId::of(request, &self.proxies);
        self.complete(request, &id, response)
    }

    /// The answer to a probe that asks in a wrong way.
    pub(crate) fn refuse(&self, request: &Request, problem: Problem) -> Response {
        use axum::response::IntoResponse as _;

        let id = RequestId::of(request, &self.proxies);
        let response = shaped(problem.into_response(), Some(&id));
        self.complete(request, &id, response)
    }

    fn complete(&self, request: &Request, id: &RequestId, mut response: Response) -> Response {
        let end = End::Answered(response.status());
        let (route, method) = (route_of(request), method_label(request.method()));
        self.traffic.of(route).count(method, end);
        let (request_id, status) = (id.as_str(), end.label());
        debug!(request_id, method, route, status, "request ended");
        self.add_headers(id, response.headers_mut());
        response
    }

    fn add_headers(&self, id: &RequestId, headers: &mut HeaderMap) {
        headers.insert(X_REQUEST_ID, id.value());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.vitals.is_draining() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}
