//! The middleware, and the order in which a request passes it.

mod farewell;
mod observe;
mod probes;
mod request_id;
mod shape;
mod traffic;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::proxies::TrustedProxies;
use crate::vitals::Vitals;

pub(crate) use probes::{Finding, Kind, Probes};
pub use request_id::request_id;
pub(crate) use request_id::{Origin, RequestId};
pub(crate) use traffic::RouteFigures;

use farewell::Farewell;
use observe::Observe;
use request_id::NameRequests;
use shape::Shape;
use traffic::Traffic;

/// What the middleware needs to know.
#[derive(Clone)]
pub(crate) struct Middleware {
    proxies: TrustedProxies,
    vitals: Arc<Vitals>,
    traffic: Arc<Traffic>,
}

impl Middleware {
    pub(crate) fn new(proxies: TrustedProxies, vitals: Arc<Vitals>) -> Self {
        Traffic::describe();
        Self { proxies, vitals, traffic: Arc::new(Traffic::default()) }
    }

    /// What every request passes, outermost first.
    pub(crate) fn around(&self, routes: Router) -> Router {
        routes.layer(
            ServiceBuilder::new()
                .layer(NameRequests::new(self.proxies.clone()))
                .layer(Observe::new(Arc::clone(&self.traffic)))
                .layer(no_sniffing())
                .layer(no_storing())
                .layer(Farewell::new(Arc::clone(&self.vitals)))
                .layer(Shape)
                .layer(CatchPanicLayer::custom(shape::after_panic)),
        )
    }

    /// What answers health checks, past all this and, if they are plain `GET`s, past the router, too.
    pub(crate) fn probes(&self) -> Probes {
        Probes::new(self.proxies.clone(), Arc::clone(&self.vitals), Arc::clone(&self.traffic))
    }
}

/// Keeps browsers from guessing another content type than the one we say.
fn no_sniffing() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
}

/// Keeps answers out of every cache; the few routes that may be cached say so themselves.
fn no_storing() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
