//! What a server serves: that the gateway still starts, until there are routes for all the rest.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::future::RouteFuture;
use tower::Service as _;

use crate::middleware::{Middleware, Probes};
use crate::problem::Problem;
use crate::proxies::TrustedProxies;
use crate::router::probe_routes;
use crate::routes::{AtOnce, ShortWay};
use crate::vitals::Vitals;

/// A server's routes, which may come after the server has begun to take connections. Clones are
/// one entrance.
#[derive(Clone)]
pub struct Entrance {
    starting: Routes,
    opened: Arc<OnceLock<Routes>>,
}

impl Entrance {
    /// Answers health checks by these vitals, and everything else with 502, until it is opened.
    #[must_use]
    pub fn new(vitals: Arc<Vitals>) -> Self {
        let around = Middleware::new(TrustedProxies::new(Vec::new()), vitals);
        let probes = Arc::new(around.probes());
        let probed = probe_routes(&probes);
        let router = around.around(Router::new().fallback(still_starting)).merge(probed);
        Routes::new(probes, router).into()
    }

    /// From now on requests go to `routes`. Only the first call counts.
    pub fn open(&self, routes: impl Into<Routes>) {
        let _ = self.opened.set(routes.into());
    }

    /// Where a request goes that comes now.
    pub(crate) fn routes(&self) -> &Routes {
        self.opened.get().unwrap_or(&self.starting)
    }
}

/// An entrance that is open from the start.
impl From<Routes> for Entrance {
    fn from(routes: Routes) -> Self {
        Self { starting: routes, opened: Arc::default() }
    }
}

/// An entrance that is open from the start.
impl From<Router> for Entrance {
    fn from(router: Router) -> Self {
        Routes::from(router).into()
    }
}

/// What a request may reach, in this order: the health routes' short way, then the router.
#[derive(Clone)]
pub struct Routes {
    at_once: Option<Arc<AtOnce>>,
    router: Router,
}

impl Routes {
    pub(crate) fn new(probes: Arc<Probes>, router: Router) -> Self {
        Self { at_once: Some(Arc::new(AtOnce::new(probes))), router }
    }

    /// With another router in place of this one, such as one with something around it. A plain `GET`
    /// of a health route does not come to it.
    #[must_use]
    pub fn map_router(self, change: impl FnOnce(Router) -> Router) -> Self {
        Self { router: change(self.router), ..self }
    }

    /// The way past the router, if the request has one.
    pub(crate) fn short_way<B>(&self, request: &Request<B>) -> Option<ShortWay<'_>> {
        self.at_once.as_ref()?.way_of(request)
    }

    /// The answer of the router.
    pub(crate) fn route(&self, request: Request<Body>) -> RouteFuture<Infallible> {
        self.router.clone().call(request)
    }
}

/// A router alone, without health routes that have a short way.
impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        Self { at_once: None, router }
    }
}

/// Not 503, which a proxy would have to take for a refusal by all replicas: what 502 says is that
/// this one has nothing behind it yet, and that another one may.
async fn still_starting() -> Problem {
    Problem::new(
        StatusCode::BAD_GATEWAY,
        "starting",
        "The gateway is still starting: it waits for its store. Nothing was stored; send the \
         same request again in a moment.",
    )
    .retry_after(2)
}
