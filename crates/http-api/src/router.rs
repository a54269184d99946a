//! All the routes in one list, and what stands around them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::{Router, middleware};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Parts, Shared};
use crate::auth::{Gate, guard};
use crate::entrance::Routes;
use crate::middleware::{Middleware, Probes};
use crate::openapi::{document, rendered};
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
    let Parts { shared, auth, proxies, extra, described } = api.into_parts();
    taking::describe();

    let guarded = OpenApiRouter::<Arc<Shared>>::new()
        .routes(routes!(message::send))
        .routes(routes!(messages::fetch))
        .routes(routes!(conversations::history, conversations::erase))
        .routes(routes!(channel_conversations::show, channel_conversations::erase))
        .routes(routes!(takeovers::take_over))
        .routes(routes!(takeovers::resume))
        .routes(routes!(sayings::say))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::retry))
        .routes(routes!(status::status))
        .route_layer(middleware::from_fn_with_state(Gate::from(&auth), guard));
    let open = OpenApiRouter::new()
        .routes(routes!(icon::icon))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::openapi));
    let (served, mut description) = OpenApiRouter::with_openapi(document(shared.vitals.version()))
        .merge(guarded)
        .merge(open)
        .split_for_parts();
    let around = Middleware::new(proxies, Arc::clone(&shared.vitals));
    let probes = Arc::new(around.probes());
    let (probed, of_probes) = probe_routes(&probes);
    description.merge(of_probes);
    description.merge(described);
    // Only this place sets it, and only once.
    let _ = shared.openapi.set(rendered(&description));

    let served = served
        .with_state(shared)
        .merge(extra)
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_route);
    Routes::new(probes, around.around(served).merge(probed))
}

/// The health routes, which need nothing but the vitals, and their description. A plain `GET` of one
/// does not come this far: it has a shorter way.
pub(crate) fn probe_routes(probes: &Arc<Probes>) -> (Router, OpenApi) {
    let (probed, described) = OpenApiRouter::<Arc<Probes>>::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .split_for_parts();
    let probed =
        probed.method_not_allowed_fallback(wrong_method_of_probe).with_state(Arc::clone(probes));
    (probed, described)
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
