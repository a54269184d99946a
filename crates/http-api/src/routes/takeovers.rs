//! `…/takeover` and `…/resume` of a conversation: a person of the company answers it instead of the
//! gateway, until the person gives it back.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::Shared;
use crate::body::read_json;
use crate::channels::Named;
use crate::fields::{Wrong, parse, required};
use crate::problem::{ErrorBody, Problem};
use crate::rules::{PERSON_RULE, check_person};

/// Who takes a conversation over. Fields that are not listed are ignored.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Takeover {
    /// What the person is called. Customers who read along see it.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 80, example = "Rosa")]
    #[serde(default)]
    name: Option<Value>,
}

/// Who has a conversation now.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenOver {
    /// The channel that it belongs to.
    channel: String,
    /// The channel's own key for it.
    conversation: String,
    /// What the person is called.
    taken_over_by: String,
}

/// The gateway answers again.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resumed {
    /// Whether a person had it.
    resumed: bool,
}

/// Take a conversation over.
///
/// From now on its messages are stored as always and not answered, until it is given back. An answer
/// in the making stops where it is. Customers who read along are told. Repeating it changes nothing;
/// another name takes the place of the first.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{channel}/conversations/{key}/takeover",
    tag = "operators",
    security(("token" = [])),
    params(
        ("channel" = String, Path, description = "As in reading it"),
        ("key" = String, Path, description = "As in reading it"),
    ),
    request_body = Takeover,
    responses(
        (status = 200, description = "The person has it", body = TakenOver),
        (status = 400, description = "Not JSON, or the path is not percent-encoded UTF-8", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 404, description = "There is no such channel", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 415, description = "The body is not sent as application/json", body = ErrorBody),
        (status = 422, description = "The key is none of that channel, or the name is missing, empty or too long", body = ErrorBody),
        (status = 503, description = "The store is full or away; repeating it is safe", body = ErrorBody),
    ),
)]
pub(crate) async fn take_over(
    State(shared): State<Arc<Shared>>,
    named: Named,
    request: Request,
) -> Result<Json<TakenOver>, Problem> {
    let conversation = shared.channels.conversation(named)?;
    let (parts, body) = request.into_parts();
    let body = read_json(&parts.headers, body, shared.limits.body_bytes).await?;
    let name = name_in(&body)?;
    shared.handovers.take_over(&conversation, &name).await?;
    tracing::info!(?conversation, "a person took a conversation over");
    Ok(Json(TakenOver {
        channel: conversation.channel().to_owned(),
        conversation: conversation.key().to_owned(),
        taken_over_by: name,
    }))
}

/// Give a conversation back.
///
/// The gateway answers it again, from the next message on, and knows what was said meanwhile.
/// Customers who read along are told.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{channel}/conversations/{key}/resume",
    tag = "operators",
    security(("token" = [])),
    params(
        ("channel" = String, Path, description = "As in reading it"),
        ("key" = String, Path, description = "As in reading it"),
    ),
    responses(
        (status = 200, description = "The gateway answers it", body = Resumed),
        (status = 400, description = "The path is not percent-encoded UTF-8", body = ErrorBody),
        (status = 401, description = "No token, or a wrong one", body = ErrorBody),
        (status = 403, description = "Called by a foreign name on a gateway without a token", body = ErrorBody),
        (status = 404, description = "There is no such channel", body = ErrorBody),
        (status = 422, description = "The key is none of that channel", body = ErrorBody),
        (status = 503, description = "The store is full or away; repeating it is safe", body = ErrorBody),
    ),
)]
pub(crate) async fn resume(
    State(shared): State<Arc<Shared>>,
    named: Named,
) -> Result<Json<Resumed>, Problem> {
    let conversation = shared.channels.conversation(named)?;
    let resumed = shared.handovers.resume(&conversation).await?;
    tracing::info!(?conversation, resumed, "a conversation was given back");
    Ok(Json(Resumed { resumed }))
}

fn name_in(body: &[u8]) -> Result<String, Problem> {
    let takeover: Takeover = parse(body, "`name`")?;
    let mut wrong = Wrong::default();
    let name = wrong.check(required("name", takeover.name, PERSON_RULE), check_person);
    wrong.end(|| Ok(name))
}
