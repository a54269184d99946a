//! `/api/v1/conversations/{channel}/{user_id}`: what a conversation of this API holds, and how it
//! is erased. Like everything here it reaches no conversation of another channel.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use conversation::{ConversationId, Exchange, Message};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::rfc3339;
use crate::api::Shared;
use crate::channels::{Named, not_utf_8};
use crate::problem::{ErrorBody, Problem};
use crate::question::conversation_at;

/// What is remembered of a conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    /// Where the customer writes.
    channel: String,
    /// Who writes.
    user_id: String,
    /// The turns, oldest first. None after the idle time, and none of an unknown user.
    exchanges: Vec<Turn>,
}

/// One turn.
#[derive(Serialize, ToSchema)]
pub(crate) struct Turn {
    /// What the customer said; messages that were answered together stand together.
    asked: Vec<Said>,
    /// What was answered.
    reply: Said,
    /// Which model answered, as `provider/model`.
    model: String,
}

/// Words, and when they were said.
#[derive(Serialize, ToSchema)]
pub(crate) struct Said {
    /// The words.
    pub(crate) text: String,
    /// When, in RFC 3339 form.
    #[schema(format = DateTime)]
    pub(crate) at: String,
}

/// Whether anything was erased.
#[derive(Serialize, ToSchema)]
pub(crate) struct Erased {
    /// Whether there was anything.
    pub(super) erased: bool,
}

/// Read a conversation's history.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{channel}/{user_id}",
    tag = "conversations",
    security(("token" = [])),
    params(
        ("channel" = String, Path, description = "As in the messages"),
        ("user_id" = String, Path, description = "As in the messages, percent-encoded"),
    ),
    responses(
        (status = 200, description = "The turns that are remembered", body = History),
        (status = 400, description = "The path is not percent-encoded UTF-8", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 422, description = "No such name is possible", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn history(
    State(shared): State<Arc<Shared>>,
    whose: Named,
) -> Result<Json<History>, Problem> {
    let (conversation, channel, user_id) = named(whose)?;
    let exchanges = shared.store.history(&conversation).await?;
    let exchanges = exchanges.into_iter().map(Turn::from).collect();
    Ok(Json(History { channel, user_id, exchanges }))
}

/// Erase all that is stored of a conversation.
///
/// Waiting messages, history, recorded answers and dead letters go; nothing of them comes back.
#[utoipa::path(
    delete,
    path = "/api/v1/conversations/{channel}/{user_id}",
    tag = "conversations",
    security(("token" = [])),
    params(
        ("channel" = String, Path, description = "As in the messages"),
        ("user_id" = String, Path, description = "As in the messages, percent-encoded"),
    ),
    responses(
        (status = 200, description = "It is erased, or there was nothing", body = Erased),
        (status = 400, description = "The path is not percent-encoded UTF-8", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 422, description = "No such name is possible", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn erase(
    State(shared): State<Arc<Shared>>,
    whose: Named,
) -> Result<Json<Erased>, Problem> {
    let (conversation, ..) = named(whose)?;
    let erased = shared.store.forget(&conversation).await?;
    tracing::info!(?conversation, erased, "a conversation was erased on request");
    Ok(Json(Erased { erased }))
}

fn named(whose: Named) -> Result<(ConversationId, String, String), Problem> {
    let Path((channel, user_id)) = whose.map_err(|_| not_utf_8())?;
    let conversation = conversation_at(&channel, &user_id)?;
    Ok((conversation, channel, user_id))
}

impl From<Exchange> for Turn {
    fn from(Exchange { asked, reply, .. }: Exchange) -> Self {
        let asked = asked.into_iter().map(Said::from).collect();
        let said = Said { text: reply.text, at: rfc3339(reply.at) };
        Self { asked, reply: said, model: reply.model }
    }
}

impl From<Message> for Said {
    fn from(message: Message) -> Self {
        Self { text: message.text, at: rfc3339(message.at) }
    }
}
