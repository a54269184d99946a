//! Makes sessions and renews them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use conversation::Timestamp;
use serde::{Deserialize, Serialize};

use super::paced;
use crate::body;
use crate::identity::Identity;
use crate::refusal::Refusal;
use crate::token::Session;
use crate::web_chat::Shared;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    identity: Option<Identity>,
}

/// What the widget learns of its session.
#[derive(Serialize)]
struct Made<'a> {
    token: String,
    expires_at: Timestamp,
    identified: bool,
    user: String,
    /// The conversation's key, by which operators name it. Nothing can be opened with it.
    conversation: &'a str,
    greeting: Option<&'a str>,
    attachments: bool,
    server_time: Timestamp,
}

pub(super) async fn session(
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
    if let Some(identity) = &asked.identity {
        shared.voucher.check(identity)?;
        let session = Session::identified(&identity.user_id, identity.shown_name(), expires);
        return session.ok_or_else(|| Refusal::Invalid("`identity.user_id` is too long.".into()));
    }
    let known = asked.token.as_deref().map(|token| Session::open(token, &shared.keyring, now));
    match known {
        Some(Ok(session)) => Ok(Session { expires, ..session }),
        Some(Err(_)) | None => Session::anonymous(expires)
            .ok_or_else(|| Refusal::Invalid("No session can be made.".into())),
    }
}
