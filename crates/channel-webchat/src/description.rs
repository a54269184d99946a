//! The routes as `/openapi.json` describes them.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::routes::{allowed, events, files, messages, session, stop};

/// Adds the routes to a description. Errors have the form `ErrorBody`, which is the server's.
#[derive(OpenApi)]
#[openapi(
    paths(
        session::session,
        messages::send,
        stop::stop,
        events::events,
        allowed::allowed,
        files::loader,
        files::file,
        files::demo,
    ),
    modifiers(&Tokens),
)]
struct Described;

/// What is served, for the server's own description.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// How visitors prove whose session it is.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The `token` of a session, from POST /webchat/session"));
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::Http(token.build()));
    }
}
