//! What the middleware does, for answers that must cost next to nothing.
//!
//! Probes and balancers ask for health all the time. Passing the layers would cost more than
//! answering does, so these answers get in one step what the layers would add, except spans and
//! times. What the layers add to every answer must be added here too.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use tracing::debug;

use super::request_id::{RequestId, X_REQUEST_ID};
use super::shape::shaped;
use super::traffic::{End, RouteFigures, Traffic, method_label, route_of};
use crate::problem::Problem;
use crate::proxies::TrustedProxies;
use crate::vitals::Vitals;

/// What the health routes share.
pub(crate) struct Probes {
    pub(crate) vitals: Arc<Vitals>,
    proxies: TrustedProxies,
    traffic: Arc<Traffic>,
}

/// What a health route has to say.
pub(crate) struct Finding {
    /// Whether all is well.
    pub(crate) status: StatusCode,
    /// What kind of body it is.
    pub(crate) kind: Kind,
    /// The words.
    pub(crate) body: Bytes,
}

/// The kinds of bodies that the health routes answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A JSON object.
    Json,
    /// Words.
    Text,
}

impl Kind {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::Text => "text/plain; charset=utf-8",
        })
    }
}

impl Probes {
    pub(super) fn new(proxies: TrustedProxies, vitals: Arc<Vitals>, traffic: Arc<Traffic>) -> Self {
        Self { vitals, proxies, traffic }
    }

    /// The figures of one health route, which [`Self::at_once`] counts in.
    pub(crate) fn figures(&self, route: &str) -> Arc<RouteFigures> {
        self.traffic.of(route)
    }

    /// The answer to a plain `GET` from `peer` that came to no router. It is written over the
    /// request's header, which spares making room for another one.
    pub(crate) fn at_once(
        &self,
        figures: &RouteFigures,
        request: Parts,
        peer: SocketAddr,
        finding: Finding,
    ) -> Response<Bytes> {
        let mut headers = request.headers;
        let id = RequestId::given(&headers, || self.proxies.contain(peer));
        headers.clear();
        headers.insert(CONTENT_TYPE, finding.kind.content_type());
        self.note(&id, figures, &Method::GET, finding.status);
        self.add_headers(id, &mut headers);
        let mut response = Response::new(finding.body);
        *response.status_mut() = finding.status;
        *response.headers_mut() = headers;
        response
    }

    /// The answer to any other probe.
    pub(crate) fn answer(&self, request: &Request, finding: Finding) -> Response {
        let mut response = Response::new(Body::from(finding.body));
        *response.status_mut() = finding.status;
        response.headers_mut().insert(CONTENT_TYPE, finding.kind.content_type());
        let id = RequestId::of(request, &self.proxies);
        self.complete(request, id, response)
    }

    /// The answer to a probe that asks in a wrong way.
    pub(crate) fn refuse(&self, request: &Request, problem: Problem) -> Response {
        use axum::response::IntoResponse as _;

        let id = RequestId::of(request, &self.proxies);
        let response = shaped(problem.into_response(), Some(&id));
        self.complete(request, id, response)
    }

    fn complete(&self, request: &Request, id: RequestId, mut response: Response) -> Response {
        let figures = self.traffic.of(route_of(request));
        self.note(&id, &figures, request.method(), response.status());
        self.add_headers(id, response.headers_mut());
        response
    }

    fn note(&self, id: &RequestId, figures: &RouteFigures, method: &Method, status: StatusCode) {
        let (end, method, route) = (End::Answered(status), method_label(method), figures.route());
        figures.count(method, end);
        debug!(request_id = id.as_str(), method, route, status = end.label(), "request ended");
    }

    fn add_headers(&self, id: RequestId, headers: &mut HeaderMap) {
        headers.insert(X_REQUEST_ID, id.into_value());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.vitals.is_draining() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}
