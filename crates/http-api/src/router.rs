//! All the routes in one list, and what stands around them.

use std::sync::Arc;

use axum::http::{Method, StatusCode, Uri};
use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Api, Parts, Shared};
use crate::auth::{Gate, guard};
use crate::middleware::Middleware;
use crate::openapi::{document, rendered};
use crate::problem::Problem;
use crate::routes::{
    conversations, dead_letters, health, message, messages, metrics, openapi, page,
};
use crate::taking;

/// Everything that this gateway serves over HTTP.
///
/// The figures of requests go to the recorder that is installed by then.
pub fn router(api: Api) -> Router {
    let Parts { shared, auth, proxies, extra } = api.into_parts();
    taking::describe();

    let guarded = OpenApiRouter::<Arc<Shared>>::new()
        .routes(routes!(message::send))
        .routes(routes!(messages::fetch))
        .routes(routes!(conversations::history, conversations::erase))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::retry))
        .route_layer(middleware::from_fn_with_state(Gate::from(&auth), guard));
    let open = OpenApiRouter::new()
        .routes(routes!(page::page))
        .routes(routes!(page::script))
        .routes(routes!(page::style))
        .routes(routes!(page::icon))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::openapi));
    let probes = OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz));

    let (served, mut description) = OpenApiRouter::with_openapi(document(shared.vitals.version()))
        .merge(guarded)
        .merge(open)
        .split_for_parts();
    let (probed, of_probes) = probes.split_for_parts();
    description.merge(of_probes);
    // Only this place sets it, and only once.
    let _ = shared.openapi.set(rendered(&description));

    let around = Middleware::new(proxies, Arc::clone(&shared.vitals));
    let served = served
        .with_state(Arc::clone(&shared))
        .merge(extra)
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_route);
    let probed = probed.with_state(shared).method_not_allowed_fallback(wrong_method);
    around.around(served).merge(around.around_probes(probed))
}

async fn unknown_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(100).collect();
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_route",
        format!("There is no route {path:?}. GET /openapi.json lists those there are."),
    )
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
