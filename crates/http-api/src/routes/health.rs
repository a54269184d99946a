//! How this replica does: `/healthz` for people and monitors, `/livez` and `/readyz` for what
//! starts, stops and balances replicas. None of them waits for anything.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::health::Health;
use crate::middleware::{Finding, Kind, Probes};
use crate::standing::{Phase, StoreLink};
use crate::vitals::Vitals;

/// How the replica does.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// `ok`; `degraded`: it answers, but not with the models it should, or the store is full and
    /// takes no new messages, or a channel's provider refuses its token; `unavailable`: it can take
    /// nothing.
    #[schema(example = "ok")]
    status: &'static str,
    /// Whole seconds since the start.
    #[schema(example = 45)]
    uptime: u64,
    /// The gateway's version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// `connected`, `disconnected`, or `embedded` if the store is in the process.
    #[schema(example = "connected")]
    redis: &'static str,
    /// `connected`, `disconnected`, or `not configured`.
    #[schema(example = "connected")]
    ollama: &'static str,
    /// Why it is degraded, where that doesn't show above.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Whether the replica takes work.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadyBody {
    /// `ready` or `not ready`.
    status: &'static str,
    /// Why it isn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// How the replica does.
#[utoipa::path(
    method(get, head),
    path = "/healthz",
    tag = "health",
    responses(
        (status = 200, description = "It takes and answers messages", body = HealthBody),
        (status = 503, description = "It can't reach its store", body = HealthBody),
    ),
)]
pub(crate) async fn healthz(State(probes): State<Arc<Probes>>, request: Request) -> Response {
    probes.answer(&request, health(&probes.vitals))
}

pub(super) fn health(vitals: &Vitals) -> Finding {
    let (health, body) = vitals.health();
    let status = match health {
        Health::Ok | Health::Degraded => StatusCode::OK,
        Health::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    Finding { status, kind: Kind::Json, body: body.into() }
}

/// Whether the process runs.
#[utoipa::path(
    method(get, head),
    path = "/livez",
    tag = "health",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")),
)]
pub(crate) async fn livez(State(probes): State<Arc<Probes>>, request: Request) -> Response {
    probes.answer(&request, life(&probes.vitals))
}

pub(super) fn life(_: &Vitals) -> Finding {
    Finding { status: StatusCode::OK, kind: Kind::Text, body: Bytes::from_static(b"ok") }
}

/// Whether the replica takes work.
#[utoipa::path(
    method(get, head),
    path = "/readyz",
    tag = "health",
    responses(
        (status = 200, description = "It does", body = ReadyBody),
        (status = 503, description = "It doesn't, for the reason given", body = ReadyBody),
    ),
)]
pub(crate) async fn readyz(State(probes): State<Arc<Probes>>, request: Request) -> Response {
    probes.answer(&request, readiness(&probes.vitals))
}

pub(super) fn readiness(vitals: &Vitals) -> Finding {
    let (status, word, reason) = match (vitals.phase(), vitals.store()) {
        (Phase::Starting, _) => unready("it is still starting"),
        (Phase::Draining, _) => unready("it is draining and will end"),
        (Phase::Ready, StoreLink::Disconnected) => unready("its store can't be reached"),
        (Phase::Ready, StoreLink::Connected | StoreLink::Embedded) => {
            (StatusCode::OK, "ready", None)
        }
    };
    let body = ReadyBody { status: word, reason };
    let body = serde_json::to_string(&body).unwrap_or_default();
    Finding { status, kind: Kind::Json, body: body.into() }
}

fn unready(reason: &'static str) -> (StatusCode, &'static str, Option<&'static str>) {
    (StatusCode::SERVICE_UNAVAILABLE, "not ready", Some(reason))
}
