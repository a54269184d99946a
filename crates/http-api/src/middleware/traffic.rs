//! Counts requests by route, method and status, and times them.
//!
//! The handles of the figures are kept, so that a request costs two short looks and no hashing
//! of labels. There are as many as there are routes, methods and statuses, whatever callers do.
//! A route's handles are found without a lock, which the cores would have to pass to each other.

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
pub(crate) struct RouteFigures {
    route: Box<str>,
    duration: OnceLock<Histogram>,
    ends: OnceLock<Box<Counted>>,
}

/// The count of one way in which requests end, in a list that only grows.
struct Counted {
    method: &'static str,
    end: End,
    count: Counter,
    next: OnceLock<Box<Counted>>,
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
        Arc::new(Self { route: route.into(), duration: OnceLock::new(), ends: OnceLock::new() })
    }

    /// The route as a label.
    pub(super) fn route(&self) -> &str {
        &self.route
    }

    /// Notes how long a request took.
    pub(super) fn time(&self, took: Duration) {
        let make = || metrics::histogram!(DURATION, "route" => self.route.clone().into_string());
        self.duration.get_or_init(make).record(took.as_secs_f64());
    }

    /// Counts a request that ended so.
    pub(super) fn count(&self, method: &'static str, end: End) {
        let mut place = &self.ends;
        loop {
            let counted = place.get_or_init(|| Box::new(self.uncounted(method, end)));
            if (counted.method, counted.end) == (method, end) {
                return counted.count.increment(1);
            }
            place = &counted.next;
        }
    }

    fn uncounted(&self, method: &'static str, end: End) -> Counted {
        Counted { method, end, count: self.counter(method, end), next: OnceLock::new() }
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

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn requests_that_end_on_many_threads_at_once_are_all_counted() {
        const THREADS: u16 = 8;
        const EACH: u16 = 300;
        let recorder = PrometheusBuilder::new().build_recorder();
        let page = recorder.handle();
        let figures = RouteFigures::of("/route");
        let ends: Vec<_> = (200..210).map(|code| StatusCode::from_u16(code).unwrap()).collect();
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    metrics::with_local_recorder(&recorder, || {
                        for end in ends.iter().cycle().take(usize::from(EACH)) {
                            figures.count("GET", End::Answered(*end));
                        }
                    });
                });
            }
        });
        let page = page.render();
        for end in &ends {
            let (status, count) = (end.as_str(), THREADS * EACH / 10);
            let line =
                format!(r#"{REQUESTS}{{route="/route",method="GET",status="{status}"}} {count}"#);
            assert!(page.contains(&line), "{line} is not in {page}");
        }
    }
}
