//! `/status`: the whole installation at one look, for operators and their programs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::Shared;
use crate::problem::{ErrorBody, Problem};
use crate::standing::StoreLink;
use crate::status::{Status, StoreKind};

/// Look at the whole installation.
///
/// The same as `openclaw-gateway status --json` prints.
#[utoipa::path(
    get,
    path = "/status",
    tag = "operators",
    security(("token" = [])),
    responses(
        (status = 200, description = "How all replicas, the queue, the store and the models do", body = Status),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn status(State(shared): State<Arc<Shared>>) -> Result<Json<Status>, Problem> {
    let kind = match shared.vitals.store() {
        StoreLink::Embedded => StoreKind::Process,
        StoreLink::Connected | StoreLink::Disconnected => StoreKind::Redis,
    };
    Ok(Json(Status::look(&*shared.store, kind, shared.clock.now()).await?))
}
