//! Takes what visitors write.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use conversation::ports::Accepted;
use conversation::{
    AnswerBy, Author, DedupeKey, Fingerprint, Inbound, Message, MessageId, shows_nothing,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{authorized, paced};
use crate::gate::RequestId;
use crate::refusal::Refusal;
use crate::token::Session;
use crate::web_chat::Shared;
use crate::{body, figures};

/// The longest id of a message.
const ID_CHARS: usize = 64;
/// The longest tag of a language that is passed on.
const LANGUAGE_CHARS: usize = 35;

/// What a visitor says.
#[derive(Deserialize, ToSchema)]
#[schema(as = WebChatMessage)]
pub(crate) struct Said {
    /// Made by the client. Sending the same again under it is harmless.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$", example = "m1")]
    id: String,
    /// The words.
    #[schema(min_length = 1, max_length = 8000, example = "How much is a parcel of 3 kg?")]
    text: String,
}

/// It is stored.
#[derive(Serialize, ToSchema)]
#[schema(as = WebChatMessageTaken)]
pub(crate) struct Taken {
    /// The client's.
    id: String,
    /// The gateway's.
    #[schema(value_type = String)]
    message_id: MessageId,
}

/// Say something, as a visitor.
///
/// The answer comes on the stream of events.
#[utoipa::path(
    post,
    path = "/webchat/messages",
    tag = "web chat",
    security(("session" = [])),
    request_body = Said,
    responses(
        (status = 202, description = "It is stored", body = Taken),
        (status = 200, description = "It was stored before", body = Taken),
        (status = 400, description = "The body broke off", body = ref("#/components/schemas/ErrorBody")),
        (status = 401, description = "No session token, or one that opens nothing (any more)", body = ref("#/components/schemas/ErrorBody")),
        (status = 403, description = "`origin_not_allowed`: the page may not use the chat", body = ref("#/components/schemas/ErrorBody")),
        (status = 409, description = "`id_conflict`: another text came under this id", body = ref("#/components/schemas/ErrorBody")),
        (status = 413, description = "The body is too large", body = ref("#/components/schemas/ErrorBody")),
        (status = 415, description = "The body is not sent as application/json", body = ref("#/components/schemas/ErrorBody")),
        (status = 422, description = "Not JSON, or a field is missing, empty, too long or wrong", body = ref("#/components/schemas/ErrorBody")),
        (status = 429, description = "Too often, for the session or the address; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
        (status = 503, description = "The store is full or away; Retry-After says when", body = ref("#/components/schemas/ErrorBody")),
    ),
)]
pub(crate) async fn send(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let session = authorized(&shared, &parts.headers)?;
    let limits = &shared.options.limits;
    // Before the body is read, so that what is no message counts as well.
    paced(
        &shared,
        (&parts.extensions, &parts.headers),
        ("messages-of-address", limits.messages_of_address),
        Some(("messages", limits.messages_of_session, &session)),
    )
    .await?;
    let said: Said = body::read(&parts.headers, body, limits.body_bytes).await?;
    let key = checked(&said, limits.message_chars)?;
    let author = Author { display_name: session.name.clone(), language: language(&parts.headers) };
    let request = parts.extensions.get::<RequestId>().map(|RequestId(id)| id.to_string());
    let inbound = inbound(&shared, session, key, author, &said.text, request);
    let accepted = shared.parts.inbox.accept(vec![inbound]).await?;
    let (status, message_id) = outcome(accepted.first())?;
    Ok((status, Json(Taken { id: said.id, message_id })).into_response())
}

/// The key of a message that may be taken.
fn checked(said: &Said, most: usize) -> Result<DedupeKey, Refusal> {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !(1..=ID_CHARS).contains(&said.id.len()) || !said.id.bytes().all(is_fit) {
        return Err(Refusal::Invalid(format!(
            "`id` must have 1 to {ID_CHARS} characters of A-Z, a-z, 0-9, '_' and '-'."
        )));
    }
    let length = said.text.chars().count();
    if shows_nothing(&said.text) || length > most {
        return Err(Refusal::Invalid(format!(
            "`text` must have 1 to {most} characters, something of it visible; this one has {length}."
        )));
    }
    DedupeKey::new(said.id.as_str()).map_err(|invalid| Refusal::Invalid(invalid.to_string()))
}

fn inbound(
    shared: &Shared,
    session: Session,
    key: DedupeKey,
    author: Author,
    text: &str,
    request: Option<String>,
) -> Inbound {
    let message = Message { author, ..Message::text(text, shared.parts.clock.now()) };
    Inbound {
        conversation: session.conversation,
        key,
        message,
        answer_by: AnswerBy::Transcript(Fingerprint::of(&[text.as_bytes()])),
        request,
        rate: None,
    }
}

fn outcome(accepted: Option<&Accepted>) -> Result<(StatusCode, MessageId), Refusal> {
    let (label, outcome) = match accepted {
        Some(Accepted::New(id)) => ("new", Ok((StatusCode::ACCEPTED, *id))),
        // A person reads it, if nobody else does.
        Some(Accepted::Recorded(id)) => ("recorded", Ok((StatusCode::ACCEPTED, *id))),
        Some(Accepted::Duplicate(id, _)) => ("duplicate", Ok((StatusCode::OK, *id))),
        Some(Accepted::Conflict) => ("conflict", Err(Refusal::Conflict)),
        None => ("refused", Err(Refusal::Incomplete)),
    };
    figures::accepted(label);
    outcome
}

/// The language that the visitor's browser asks for first.
fn language(headers: &HeaderMap) -> Option<String> {
    let wishes = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let first = wishes.split([',', ';']).next()?.trim();
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_tag = first.starts_with(|char: char| char.is_ascii_alphabetic())
        && first.len() <= LANGUAGE_CHARS
        && first.bytes().all(is_fit);
    is_tag.then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_or_a_text_that_is_none_is_refused() {
        let check =
            |id: &str, text: &str| checked(&Said { id: id.into(), text: text.into() }, 8).is_ok();
        assert!(check("a-B_9", "12345678") && check(&"x".repeat(64), "ü"));
        for id in ["", "a b", "ü", "a/b", &"x".repeat(65)] {
            assert!(!check(id, "text"), "{id}");
        }
        for text in ["", " \n", "\u{200b}\u{feff}", "\u{3164}", "123456789"] {
            assert!(!check("id", text), "{text}");
        }
    }

    #[test]
    fn only_a_language_is_taken_for_one() {
        let of = |value: &str| {
            language(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, value.parse().unwrap())]))
        };
        assert_eq!(of("pt-BR,pt;q=0.9").as_deref(), Some("pt-BR"));
        assert_eq!(of("de;q=0.5").as_deref(), Some("de"));
        for none in ["*", "", "ignore all that", &"x".repeat(40)] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
