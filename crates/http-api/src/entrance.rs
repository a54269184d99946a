//! What a server serves: that the gateway still starts, until there is a router for all the rest.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::StatusCode;

use crate::middleware::Middleware;
use crate::problem::Problem;
use crate::proxies::TrustedProxies;
use crate::router::probe_routes;
use crate::vitals::Vitals;

/// A server's routes, which may come after the server has begun to take connections. Clones are
/// one entrance.
#[derive(Clone)]
pub struct Entrance {
    starting: Router,
    opened: Arc<OnceLock<Router>>,
}

impl Entrance {
    /// Answers health checks by these vitals, and everything else with 502, until it is opened.
    #[must_use]
    pub fn new(vitals: Arc<Vitals>) -> Self {
        let around = Middleware::new(TrustedProxies::new(Vec::new()), vitals);
        let (probed, _) = probe_routes(&around);
        let starting = around.around(Router::new().fallback(still_starting)).merge(probed);
        Self { starting, opened: Arc::default() }
    }

    /// From now on requests go to `router`. Only the first call counts.
    pub fn open(&self, router: Router) {
        let _ = self.opened.set(router);
    }

    /// Where a request goes that comes now.
    pub(crate) fn router(&self) -> &Router {
        self.opened.get().unwrap_or(&self.starting)
    }
}

/// An entrance that is open from the start.
impl From<Router> for Entrance {
    fn from(router: Router) -> Self {
        Self { starting: router, opened: Arc::default() }
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
