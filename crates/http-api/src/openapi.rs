//! What the description of the API says beyond its routes.

use bytes::Bytes;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

const ABOUT: &str = "Customers' messages in, answers out. Every error has one shape: \
    {\"error\": {\"code\", \"message\", \"request_id\"}}, with a code to branch on and a sentence \
    for people. Every answer carries X-Request-Id.";

/// The description before any route is added to it.
pub(crate) fn document(version: &str) -> OpenApi {
    let info = InfoBuilder::new()
        .title("OpenClaw gateway")
        .version(version)
        .description(Some(ABOUT))
        .build();
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = ComponentsBuilder::new().security_scheme("token", token).build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// The description as it is served.
pub(crate) fn rendered(document: &OpenApi) -> Bytes {
    match document.to_json() {
        Ok(json) => json.into(),
        Err(error) => {
            tracing::error!(%error, "the API's description can't be rendered");
            Bytes::from_static(b"{}")
        }
    }
}
