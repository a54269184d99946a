//! The body of `POST /api/v1/message`: what it may hold, and how it becomes words that can't be
//! wrong. Every problem of a body is told at once.

use axum::http::StatusCode;
use conversation::{Author, ConversationId, Fingerprint};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::error::Category;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::rules::{
    CHANNEL_RULE, USER_RULE, check_channel, check_language, check_message_id, check_name,
    check_text, check_user, shows_nothing,
};

/// The channel's name under which the store keeps all conversations of this API, whatever the
/// caller calls its own channel. It keeps them apart from those of every other channel.
const NAMESPACE: &str = "api";

/// A message from a customer. Fields that are not listed are ignored.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewMessage {
    /// Where the customer writes, by a name of your own. It tells conversations apart.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 32, pattern = "^[a-z0-9_-]+$", example = "shop")]
    #[serde(default)]
    channel: Option<Value>,
    /// Who writes. One user of one channel has one conversation. At most 479 bytes in UTF-8,
    /// without control characters.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 256, example = "customer-17")]
    #[serde(default)]
    user_id: Option<Value>,
    /// What the customer says.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 16000, example = "Where is my package TRK-12345?")]
    #[serde(default)]
    message: Option<Value>,
    /// Makes this message the same message when it is sent again within seven days: it is
    /// answered once, and each sending gets that answer. Says the same as `Idempotency-Key`,
    /// and goes before it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    #[serde(default)]
    message_id: Option<Value>,
    /// The name that the customer chose to show.
    #[schema(value_type = Option<String>, max_length = 128)]
    #[serde(default)]
    user_name: Option<Value>,
    /// The language of the customer's app, as an IETF tag.
    #[schema(value_type = Option<String>, max_length = 35, example = "de")]
    #[serde(default)]
    language: Option<Value>,
    /// Asks for the answer as server-sent events, like `Accept: text/event-stream`.
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    stream: Option<Value>,
}

/// In which form the caller wants the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AnswerForm {
    /// One JSON object.
    #[default]
    Json,
    /// Server-sent events.
    Events,
}

/// A body that is as it should be.
pub(crate) struct Question {
    pub(crate) conversation: ConversationId,
    pub(crate) channel: String,
    pub(crate) user_id: String,
    pub(crate) text: String,
    pub(crate) message_id: Option<String>,
    pub(crate) author: Author,
    pub(crate) form: AnswerForm,
}

impl Question {
    /// Reads a body.
    pub(crate) fn read(body: &[u8], max_chars: usize) -> Result<Self, Problem> {
        let new = parse(body)?;
        let mut wrong = Wrong::default();
        let channel = wrong.check(required("channel", new.channel, CHANNEL_RULE), check_channel);
        let user_id = wrong.check(required("user_id", new.user_id, USER_RULE), check_user);
        let message_rule = format!("1 to {max_chars} characters");
        let text = wrong.check(required("message", new.message, &message_rule), |text| {
            check_text(text, max_chars)
        });
        let message_id = wrong.check_optional("message_id", new.message_id, check_message_id);
        let display_name = wrong.check_optional("user_name", new.user_name, check_name);
        let language = wrong.check_optional("language", new.language, check_language);
        let form = wrong.take(answer_form(new.stream));
        let conversation = wrong.end(|| conversation_of(&channel, &user_id))?;
        let author = Author { display_name, language };
        Ok(Self { conversation, channel, user_id, text, message_id, author, form })
    }

    /// Tells another question with the same key from this one sent again.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let Author { display_name, language } = &self.author;
        Fingerprint::of(&[
            self.text.as_bytes(),
            display_name.as_deref().unwrap_or_default().as_bytes(),
            language.as_deref().unwrap_or_default().as_bytes(),
        ])
    }
}

/// The conversation of a user of a channel of this API, from the parts of a path.
pub(crate) fn conversation_at(channel: &str, user_id: &str) -> Result<ConversationId, Problem> {
    let mut wrong = Wrong::default();
    wrong.take(check_channel(channel));
    wrong.take(check_user(user_id));
    wrong.end(|| conversation_of(channel, user_id))
}

/// A channel's name has no slash, so no two pairs make the same key.
fn conversation_of(channel: &str, user_id: &str) -> Result<ConversationId, Problem> {
    ConversationId::new(NAMESPACE, &format!("{channel}/{user_id}"))
        .map_err(|invalid| Problem::invalid(format!("`channel` and `user_id`: {invalid}.")))
}

/// What is wrong with a body, sentence by sentence.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn take<T: Default>(&mut self, found: Result<T, String>) -> T {
        found.unwrap_or_else(|sentence| {
            self.0.push(sentence);
            T::default()
        })
    }

    fn check(
        &mut self,
        found: Result<String, String>,
        check: impl FnOnce(&str) -> Result<(), String>,
    ) -> String {
        self.take(found.and_then(|text| check(&text).map(|()| text)))
    }

    fn check_optional(
        &mut self,
        field: &'static str,
        found: Option<Value>,
        check: impl FnOnce(&str) -> Result<(), String>,
    ) -> Option<String> {
        match found {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => self.take(check(&text).map(|()| Some(text))),
            Some(other) => {
                self.take(Err(format!("`{field}` must be a string, not {}.", kind_of(&other))))
            }
        }
    }

    /// The end result, if nothing is wrong.
    fn end<T>(self, result: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        if self.0.is_empty() { result() } else { Err(Problem::invalid(self.0.join(" "))) }
    }
}

fn required(field: &'static str, found: Option<Value>, rule: &str) -> Result<String, String> {
    match found {
        None | Some(Value::Null) => Err(format!("`{field}` is missing: give {rule}.")),
        Some(Value::String(text)) if shows_nothing(&text) => {
            Err(format!("`{field}` is empty: give {rule}."))
        }
        Some(Value::String(text)) => Ok(text),
        Some(other) => {
            Err(format!("`{field}` must be a string of {rule}, not {}.", kind_of(&other)))
        }
    }
}

fn answer_form(found: Option<Value>) -> Result<AnswerForm, String> {
    match found {
        None | Some(Value::Null | Value::Bool(false)) => Ok(AnswerForm::Json),
        Some(Value::Bool(true)) => Ok(AnswerForm::Events),
        Some(other) => Err(format!("`stream` must be true or false, not {}.", kind_of(&other))),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A list is not taken for an object with its fields in order, as the parser would have it.
fn parse(body: &[u8]) -> Result<NewMessage, Problem> {
    if body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice::<IgnoredAny>(body).map_err(|error| not_this(&error))?;
        return Err(not_an_object(1, 1));
    }
    serde_json::from_slice(body).map_err(|error| not_this(&error))
}

/// A body that isn't JSON, or is JSON but no such object.
fn not_this(error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => not_an_object(error.line(), error.column()),
        Category::Syntax | Category::Eof | Category::Io => Problem::new(
            StatusCode::BAD_REQUEST,
            "not_json",
            format!(
                "The body is not JSON: {error}. Expected was an object with `channel`, `user_id` and \
                 `message`."
            ),
        ),
    }
}

fn not_an_object(line: usize, column: usize) -> Problem {
    Problem::invalid(format!(
        "The body must be a JSON object with `channel`, `user_id` and `message`, each of them \
         once; it is something else at line {line}, column {column}."
    ))
}
