//! `/api/v1/channels/{channel}/conversations/{key}`: what a conversation of any channel holds, who
//! has it, and how it is erased, for operators.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use conversation::{Entry, Said};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conversations::{Erased, Turn};
use crate::answer::rfc3339;
use crate::api::Shared;
use crate::channels::Named;
use crate::problem::{ErrorBody, Problem};

/// As many entries as stores keep.
const ENTRIES: usize = 200;

/// From where on the transcript is wanted.
#[derive(Deserialize)]
pub(crate) struct FromWhere {
    after: Option<String>,
}

/// What is known of a conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Conversation {
    /// The channel that it belongs to.
    #[schema(example = "webchat")]
    channel: String,
    /// The channel's own key for it, as in dead letters.
    #[schema(example = "u/42")]
    conversation: String,
    /// What the person is called who has taken it over; null while the gateway answers.
    taken_over_by: Option<String>,
    /// The turns that are remembered, oldest first.
    exchanges: Vec<Turn>,
    /// What its customer reads along, oldest first: the newest 200 entries. None where replies are
    /// sent instead.
    transcript: Vec<Line>,
}

/// An entry of a transcript.
#[derive(Serialize, ToSchema)]
pub(crate) struct Line {
    /// Names its place: `?after=` gives those that come later.
    id: String,
    /// When it was added, in RFC 3339 form.
    #[schema(format = DateTime)]
    at: String,
    /// Who says it.
    from: Speaker,
    /// The words; none of a notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What the person is called who says it, or who took the conversation over.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<Notice>,
}

/// Who says something.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Speaker {
    /// The customer.
    Customer,
    /// The gateway.
    Assistant,
    /// A person of the company.
    Person,
    /// Nobody: something happened.
    Notice,
}

/// What happened in a conversation.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notice {
    /// Messages could not be answered and are dead letters.
    Failed,
    /// A person took it over.
    TakenOver,
    /// The gateway answers again.
    Resumed,
}

/// Read a conversation of any channel, and who has it.
#[utoipa::path(
    get,
    path = "/api/v1/channels/{channel}/conversations/{key}",
    operation_id = "channel_conversation",
    tag = "operators",
    security(("token" = [])),
    params(
        ("channel" = String, Path, description = "The channel's name, as in dead letters: `api` for conversations of this API, and those of the other channels"),
        ("key" = String, Path, description = "The channel's own key for the conversation, as in dead letters, percent-encoded: `channel/user_id` for those of this API"),
        ("after" = Option<String>, Query, description = "The id of an entry: only those of the transcript that come later are given"),
    ),
    responses(
        (status = 200, description = "What is known of it; nothing, if there is no such conversation", body = Conversation),
        (status = 400, description = "The path or the query is not percent-encoded UTF-8", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 404, description = "There is no such channel", body = ErrorBody),
        (status = 422, description = "The key is none of that channel", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    named: Named,
    from_where: Result<Query<FromWhere>, QueryRejection>,
) -> Result<Json<Conversation>, Problem> {
    let conversation = shared.channels.conversation(named)?;
    let Query(FromWhere { after }) = from_where.map_err(|_| wrong_query())?;
    let (taken_over_by, exchanges, entries) = tokio::try_join!(
        shared.handovers.taken_over_by(&conversation),
        shared.store.history(&conversation),
        shared.transcripts.transcript(&conversation, after.as_deref(), ENTRIES),
    )?;
    Ok(Json(Conversation {
        channel: conversation.channel().to_owned(),
        conversation: conversation.key().to_owned(),
        taken_over_by,
        exchanges: exchanges.into_iter().map(Turn::from).collect(),
        transcript: entries.into_iter().map(Line::of).collect(),
    }))
}

/// Erase all that is stored of a conversation of any channel.
///
/// Waiting messages, history, transcript, recorded answers and dead letters go, and nobody has it
/// any more; nothing of that comes back.
#[utoipa::path(
    delete,
    path = "/api/v1/channels/{channel}/conversations/{key}",
    operation_id = "erase_channel_conversation",
    tag = "operators",
    security(("token" = [])),
    params(
        ("channel" = String, Path, description = "As in reading it"),
        ("key" = String, Path, description = "As in reading it"),
    ),
    responses(
        (status = 200, description = "It is erased, or there was nothing", body = Erased),
        (status = 400, description = "The path is not percent-encoded UTF-8", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 404, description = "There is no such channel", body = ErrorBody),
        (status = 422, description = "The key is none of that channel", body = ErrorBody),
        (status = 503, description = "The store is away", body = ErrorBody),
    ),
)]
pub(crate) async fn erase(
    State(shared): State<Arc<Shared>>,
    named: Named,
) -> Result<Json<Erased>, Problem> {
    let conversation = shared.channels.conversation(named)?;
    let erased = shared.store.forget(&conversation).await?;
    tracing::info!(?conversation, erased, "a conversation was erased on request");
    Ok(Json(Erased { erased }))
}

impl Line {
    fn of(Entry { id, at, said }: Entry) -> Self {
        let (from, text, name, notice) = match said {
            Said::Customer { text, .. } => (Speaker::Customer, Some(text), None, None),
            Said::Assistant { text, .. } => (Speaker::Assistant, Some(text), None, None),
            Said::Person { name, text } => (Speaker::Person, Some(text), Some(name), None),
            Said::Failed { .. } => (Speaker::Notice, None, None, Some(Notice::Failed)),
            Said::TakenOver { name } => {
                (Speaker::Notice, None, Some(name), Some(Notice::TakenOver))
            }
            Said::Resumed => (Speaker::Notice, None, None, Some(Notice::Resumed)),
        };
        Self { id, at: rfc3339(at), from, text, name, notice }
    }
}

fn wrong_query() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad_request",
        "`after` must be the id of one entry of the transcript, percent-encoded, and come once.",
    )
}
