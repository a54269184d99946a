//! Counts requests by route, method and status, and times them.
//!
//! The handles of the figures are kept, so that a request costs two short looks and no hashing
//! of labels. There are as many as there are routes, methods and statuses, whatever callers do.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use metrics::{Counter, Histogram};

/// The route of a request that no route matched.
const UNMATCHED: &str = "unmatched";

const REQUESTS: &str = "openclaw_http_requests_total";
const DURATION: &str = "openclaw_http_request_duration_seconds";

/// The figures of all routes.
#[derive(Default)]
pub(super) struct Traffic {
    routes: RwLock<HashMap<Box<str>, Arc<RouteFigures>>>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With an answer of this status.
    Answered(StatusCode),
    /// The caller went away first.
    Aborted,
}

impl End {
    /// The end as a label.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Answered(status) => status.as_str(),
            Self::Aborted => "aborted",
        }
    }
}

/// The figures of one route.
pub(super) struct RouteFigures {
    route: Box<str>,
    duration: OnceLock<Histogram>,
    ends: RwLock<Vec<(&'static str, End, Counter)>>,
}

impl Traffic {
    /// Says what the figures mean, to whatever recorder is installed.
    pub(super) fn describe() {
        metrics::describe_counter!(REQUESTS, "HTTP requests, by route, method and status");
        metrics::describe_histogram!(
            DURATION,
            metrics::Unit::Seconds,
            "Time from a request's header to its answer's header, by route"
        );
    }

    /// The figures of `route`.
    pub(super) fn of(&self, route: &str) -> Arc<RouteFigures> {
        let known = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(route).cloned();
        known.unwrap_or_else(|| {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            let entry = routes.entry(route.into()).or_insert_with(|| RouteFigures::of(route));
            Arc::clone(entry)
        })
    }
}

impl RouteFigures {
    fn of(route: &str) -> Arc<Self> {
        Arc::new(Self { route: route.into(), duration: OnceLock::new(), ends: RwLock::default() })
    }

    /// Notes how long a request took.
    pub(super) fn time(&self, took: Duration) {
        let make = || metrics::histogram!(DURATION, "route" => self.route.clone().into_string());
        self.duration.get_or_init(make).record(took.as_secs_f64());
    }

    /// Counts a request that ended so.
    pub(super) fn count(&self, method: &'static str, end: End) {
        let known = |ends: &[(&'static str, End, Counter)]| {
            ends.iter()
                .find(|(its_method, its_end, _)| (*its_method, *its_end) == (method, end))
                .map(|(_, _, counter)| counter.increment(1))
        };
        if known(&self.ends.read().unwrap_or_else(PoisonError::into_inner)).is_some() {
            return;
        }
        let mut ends = self.ends.write().unwrap_or_else(PoisonError::into_inner);
        if known(&ends).is_none() {
            let counter = self.counter(method, end);
            counter.increment(1);
            ends.push((method, end, counter));
        }
    }

    fn counter(&self, method: &'static str, end: End) -> Counter {
        let (route, status) = (self.route.clone().into_string(), end.label().to_owned());
        metrics::counter!(REQUESTS, "route" => route, "method" => method, "status" => status)
    }
}

/// The route as a label: as it was registered, or [`UNMATCHED`].
pub(super) fn route_of(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or(UNMATCHED, MatchedPath::as_str)
}

/// The method as a label: callers can invent methods, and labels must stay few.
pub(super) fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
