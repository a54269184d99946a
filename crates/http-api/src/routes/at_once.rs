//! The short way of a health check: what a plain `GET` of a health route gets without passing the
//! router, which would cost as much as all the rest of its answer.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{Method, Request, Response};
use bytes::Bytes;

use super::health;
use crate::middleware::{Finding, Probes, RouteFigures};
use crate::vitals::Vitals;

/// The health routes, side by side.
pub(crate) struct AtOnce {
    probes: Arc<Probes>,
    doors: [Door; 3],
}

struct Door {
    path: &'static str,
    look: fn(&Vitals) -> Finding,
    figures: Arc<RouteFigures>,
}

/// The way through one of the doors.
pub(crate) struct ShortWay<'a> {
    probes: &'a Probes,
    door: &'a Door,
}

impl AtOnce {
    pub(crate) fn new(probes: Arc<Probes>) -> Self {
        let door = |path, look| Door { path, look, figures: probes.figures(path) };
        let doors = [
            door("/healthz", health::health as fn(&Vitals) -> Finding),
            door("/livez", health::life),
            door("/readyz", health::readiness),
        ];
        Self { probes, doors }
    }

    /// The way of a plain `GET` of a health route. All else has to pass the router.
    pub(crate) fn way_of<B>(&self, request: &Request<B>) -> Option<ShortWay<'_>> {
        let path = request.uri().path();
        let door = self.doors.iter().find(|door| door.path == path)?;
        (request.method() == Method::GET).then_some(ShortWay { probes: &self.probes, door })
    }
}

impl ShortWay<'_> {
    /// The answer to the request that has this way, and came from `peer`.
    pub(crate) fn answer<B>(&self, request: Request<B>, peer: SocketAddr) -> Response<Bytes> {
        let (request, _body) = request.into_parts();
        let finding = (self.door.look)(&self.probes.vitals);
        self.probes.at_once(&self.door.figures, request, peer, finding)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;
    use crate::middleware::Middleware;
    use crate::proxies::TrustedProxies;
    use crate::standing::{OllamaLink, StoreLink};

    fn probes() -> Arc<Probes> {
        let vitals = Vitals::new("1.2.3", StoreLink::Embedded, OllamaLink::NotConfigured);
        Arc::new(Middleware::new(TrustedProxies::new(Vec::new()), Arc::new(vitals)).probes())
    }

    fn request(method: &str, path: &str) -> Request<()> {
        Request::builder().method(method).uri(path).body(()).unwrap()
    }

    #[test]
    fn the_doors_are_the_health_routes_of_the_router() {
        let probes = probes();
        let routes = ["/healthz", "/livez", "/readyz"];
        let doors = AtOnce::new(Arc::clone(&probes)).doors.map(|door| door.path);
        assert_eq!(BTreeSet::from(doors), BTreeSet::from(routes));
    }

    #[test]
    fn only_a_plain_get_of_exactly_a_health_route_goes_past_the_router() {
        let at_once = AtOnce::new(probes());
        let goes_past = |method, path| at_once.way_of(&request(method, path)).is_some();
        assert!(goes_past("GET", "/healthz") && goes_past("GET", "http://host/readyz?a=b"));
        for method in ["HEAD", "POST", "OPTIONS", "get"] {
            assert!(!goes_past(method, "/healthz"), "{method}");
        }
        for path in ["/", "/healthz/", "/health", "/%68ealthz", "/metrics", "*"] {
            assert!(!goes_past("GET", path), "{path}");
        }
    }

    #[test]
    fn every_answer_counts_by_route_method_and_status() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let figures = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            let probes = probes();
            let at_once = AtOnce::new(Arc::clone(&probes));
            let peer = "127.0.0.1:1".parse().unwrap();
            let ask = || {
                let request = request("GET", "/healthz");
                at_once.way_of(&request).unwrap().answer(request, peer)
            };
            assert_eq!(ask().status(), 200);
            assert_eq!(ask().status(), 200);
            probes.vitals.set_store(StoreLink::Disconnected);
            assert_eq!(ask().status(), 503);
        });
        for line in [
            r#"openclaw_http_requests_total{route="/healthz",method="GET",status="200"} 2"#,
            r#"openclaw_http_requests_total{route="/healthz",method="GET",status="503"} 1"#,
        ] {
            assert!(figures.render().contains(line), "{line} is not in {}", figures.render());
        }
    }
}
