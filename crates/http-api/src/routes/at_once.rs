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
