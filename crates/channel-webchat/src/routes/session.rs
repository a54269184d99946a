//! Makes sessions and renews them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use conversation::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::paced;
use crate::body::{self, Object};
use crate::identity::Identity;
use crate::refusal::Refusal;
use crate::token::Session;
use crate::web_chat::Shared;

/// Which session is wanted; `{}` is a new one of nobody in particular.
#[derive(Deserialize, ToSchema)]
#[schema(as = WebChatSessionWanted)]
pub(crate) struct Asked {
    /// A session's token, to renew it. One that opens nothing (any more) is followed by a new session.
    #[serde(default)]
    token: Option<String>,
    /// Who the site says the visitor is.
    #[serde(default)]
    #[schema(value_type = Option<Identity>)]
    identity: Option<Object<Identity>>,
}

/// What the widget learns of its session.
#[derive(Serialize, ToSchema)]
#[schema(as = WebChatSession)]
pub(crate) struct Made<'a> {
    /// To be sent as `Authorization: Bearer …`.
    token: String,
    /// Until when it can be used, in milliseconds since 1970.
    #[schema(value_type = u64)]
    expires_at: Timestamp,
    /// Whether the site said who the visitor is.
    identified: bool,
    /// A short name of the conversation that tells nothing of it.
    user: String,
    /// The conversation's key, by which operators name it. Nothing can be opened with it.
    conversation: &'a str,
    /// What the widget says first.
    greeting: Option<&'a str>,
    /// Whether files can be sent.
    attachments: bool,
    /// The gateway's time, in milliseconds since 1970.
    #[schema(value_type = u64)]
    server_time: Timestamp,
}

/// Make a session for a visitor, or renew one.
#[utoipa::path(
    post,
    path = "/webchat/session",
    tag = "web chat",
    request_body = Asked,
    responses(
        (status = 200, description = "The session", body = Made),
        (status = 400, description = "The body broke off", body = ref("#/components/schemas/ErrorBody")),
        (status = 403, description = "`origin_not_allowed`, or `identity_refused`: the site did not sign this user id", body = ref("#/components/schemas/ErrorBody")),
        (status = 413, description = "The body is too large", body = ref("#/components/schemas/ErrorBody")),
        (status = 415, description = "The body is not sent as application/json", body = ref("#/components/schemas/ErrorBody")),
        (status = 422, description = "Not JSON, or a field is wrong", body = ref("#/components/schemas/ErrorBody")),
        (status = 429, description = "Too often, for the address; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
        (status = 503, description = "The store is away; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
    ),
)]
pub(crate) async fn session(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let limits = &shared.options.limits;
    let rate = ("sessions-of-address", limits.sessions_of_address);
    paced(&shared, (&parts.extensions, &parts.headers), rate, None).await?;
    let asked: Asked = body::read(&parts.headers, body, limits.body_bytes).await?;
    let now = shared.parts.clock.now();
    let session = session_for(&shared, &asked, now)?;
    Ok(Json(Made {
        token: session.token(&shared.keyring),
        expires_at: session.expires,
        identified: session.is_identified(),
        user: session.user(),
        conversation: session.conversation.key(),
        greeting: shared.options.greeting.as_deref(),
        attachments: false,
        server_time: now,
    })
    .into_response())
}

/// Whoever the site vouches for gets that visitor's conversation, a valid token its own once more,
/// and everybody else a new one.
fn session_for(shared: &Shared, asked: &Asked, now: Timestamp) -> Result<Session, Refusal> {
    let expires = now.plus(shared.options.session);
    if let Some(Object(identity)) = &asked.identity {
        shared.voucher.check(identity)?;
        let session = Session::identified(&identity.user_id, identity.shown_name(), expires);
        return session.ok_or_else(|| Refusal::Invalid(identity.too_long()));
    }
    let known = asked.token.as_deref().map(|token| Session::open(token, &shared.keyring, now));
    match known {
        Some(Ok(session)) => Ok(Session { expires, ..session }),
        Some(Err(_)) | None => Session::anonymous(expires)
            .ok_or_else(|| Refusal::Invalid("No session can be made.".into())),
    }
}
