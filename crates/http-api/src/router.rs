//! All the routes in one list, and what stands around them. `openapi` describes the same ones.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::api::{Api, Parts};
use crate::auth::{Gate, guard};
use crate::entrance::Routes;
use crate::middleware::{Middleware, Probes};
use crate::problem::Problem;
use crate::routes::{
    channel_conversations, conversations, dead_letters, health, icon, message, messages, metrics,
    openapi, sayings, status, takeovers,
};
use crate::taking;

/// Everything that this gateway serves over HTTP.
///
/// The figures of requests go to the recorder that is installed by then.
pub fn router(api: Api) -> Routes {
    let Parts { shared, auth, proxies, extra } = api.into_parts();
    taking::describe();

    let conversation = get(channel_conversations::show).delete(channel_conversations::erase);
    let guarded = Router::new()
        .route("/api/v1/message", post(message::send))
        .route("/api/v1/messages/{id}", get(messages::fetch))
        .route(
            "/api/v1/conversations/{channel}/{user_id}",
            get(conversations::history).delete(conversations::erase),
        )
        .route("/api/v1/channels/{channel}/conversations/{key}", conversation)
        .route(
            "/api/v1/channels/{channel}/conversations/{key}/takeover",
            post(takeovers::take_over),
        )
        .route("/api/v1/channels/{channel}/conversations/{key}/resume", post(takeovers::resume))
        .route("/api/v1/channels/{channel}/conversations/{key}/say", post(sayings::say))
        .route("/api/v1/dead-letters", get(dead_letters::list))
        .route("/api/v1/dead-letters/{id}/retry", post(dead_letters::retry))
        .route("/status", get(status::status))
        .route_layer(middleware::from_fn_with_state(Gate::from(&auth), guard));
    let open = Router::new()
        .route("/favicon.ico", get(icon::icon))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(openapi::openapi));
    let around = Middleware::new(proxies, Arc::clone(&shared.vitals));
    let probes = Arc::new(around.probes());
    let probed = probe_routes(&probes);

    let served = guarded
        .merge(open)
        .with_state(shared)
        .merge(extra)
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_route);
    Routes::new(probes, around.around(served).merge(probed))
}

/// The health routes, which need nothing but the vitals. A plain `GET` of one does not come this far:
/// it has a shorter way.
pub(crate) fn probe_routes(probes: &Arc<Probes>) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .method_not_allowed_fallback(wrong_method_of_probe)
        .with_state(Arc::clone(probes))
}

async fn unknown_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(100).collect();
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_route",
        format!("There is no route {path:?}. GET /openapi.json lists those there are."),
    )
}

async fn wrong_method_of_probe(
    State(probes): State<Arc<Probes>>,
    method: Method,
    request: Request,
) -> Response {
    let problem = wrong_method(method).await;
    probes.refuse(&request, problem)
}

/// The router adds `Allow`.
async fn wrong_method(method: Method) -> Problem {
    let method: String = method.as_str().chars().take(20).collect();
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("This route doesn't take {method}; the header Allow lists what it takes."),
    )
}
