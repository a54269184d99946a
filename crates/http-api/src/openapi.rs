//! The description of the API: its routes, and what is said beyond them.

use bytes::Bytes;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use crate::api::Description;
use crate::routes::{
    channel_conversations, conversations, dead_letters, health, icon, message, messages, metrics,
    openapi, sayings, status, takeovers,
};

/// All routes of this crate.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    message::send,
    messages::fetch,
    conversations::history,
    conversations::erase,
    channel_conversations::show,
    channel_conversations::erase,
    takeovers::take_over,
    takeovers::resume,
    sayings::say,
    dead_letters::list,
    dead_letters::retry,
    status::status,
    icon::icon,
    metrics::metrics,
    openapi::openapi,
    health::healthz,
    health::livez,
    health::readyz
))]
struct Routes;

const ABOUT: &str = "Customers' messages in, answers out. Every error has one shape: \
    {\"error\": {\"code\", \"message\", \"request_id\"}}, with a code to branch on and a sentence \
    for people. Every answer carries X-Request-Id.";

/// The description before any route is added to it.
fn document(version: &str) -> OpenApi {
    let info = InfoBuilder::new()
        .title("OpenClaw gateway")
        .version(version)
        .description(Some(ABOUT))
        .build();
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = ComponentsBuilder::new().security_scheme("token", token).build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// The description of these routes and of those that `others` tell of, as it is served.
pub(crate) fn rendered(version: &str, others: &[Description]) -> Bytes {
    let mut whole = document(version);
    whole.merge(Routes::openapi());
    for other in others {
        whole.merge(other());
    }
    match whole.to_json() {
        Ok(json) => json.into(),
        Err(error) => {
            tracing::error!(%error, "the API's description can't be rendered");
            Bytes::from_static(b"{}")
        }
    }
}
