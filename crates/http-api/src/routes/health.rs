//! How this replica does: `/healthz` for people and monitors, `/livez` and `/readyz` for what
//! starts, stops and balances replicas. None of them waits for anything.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Shared;
use crate::vitals::{Health, Phase, StoreLink};

/// How the replica does.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// `ok`; `degraded`: it answers, but not with the models it should; `unavailable`: it can
    /// take nothing.
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
pub(crate) async fn healthz(State(shared): State<Arc<Shared>>) -> Response {
    let (health, body) = shared.vitals.health();
    let status = match health {
        Health::Ok | Health::Degraded => StatusCode::OK,
        Health::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    json(status, body)
}

/// Whether the process runs.
#[utoipa::path(
    method(get, head),
    path = "/livez",
    tag = "health",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")),
)]
pub(crate) async fn livez() -> &'static str {
    "ok"
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
pub(crate) async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    let (status, word, reason) = match (shared.vitals.phase(), shared.vitals.store()) {
        (Phase::Starting, _) => unready("it is still starting"),
        (Phase::Draining, _) => unready("it is draining and will end"),
        (Phase::Ready, StoreLink::Disconnected) => unready("its store can't be reached"),
        (Phase::Ready, StoreLink::Connected | StoreLink::Embedded) => {
            (StatusCode::OK, "ready", None)
        }
    };
    let body = ReadyBody { status: word, reason };
    json(status, serde_json::to_string(&body).unwrap_or_default())
}

fn unready(reason: &'static str) -> (StatusCode, &'static str, Option<&'static str>) {
    (StatusCode::SERVICE_UNAVAILABLE, "not ready", Some(reason))
}

fn json(status: StatusCode, body: String) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
