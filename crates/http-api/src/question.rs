//! The body of `POST /api/v1/message`: what it may hold, and how it becomes words that can't be
//! wrong. Every problem of a body is told at once.

use conversation::{Author, ConversationId, Fingerprint};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::fields::{Wrong, kind_of, parse, required};
use crate::problem::Problem;
use crate::rules::{
    CHANNEL_RULE, USER_RULE, check_channel, check_language, check_message_id, check_name,
    check_text, check_user,
};

/// The channel's name under which the store keeps all conversations of this API, whatever the
/// caller calls its own channel. It keeps them apart from those of every other channel.
pub(crate) const NAMESPACE: &str = "api";

/// What a body must hold, for error messages.
const FIELDS: &str = "`channel`, `user_id` and `message`";

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
        let new: NewMessage = parse(body, FIELDS)?;
        let mut wrong = Wrong::default();
        let channel = wrong.check(required("channel", new.channel, CHANNEL_RULE), check_channel);
        let user_id = wrong.check(required("user_id", new.user_id, USER_RULE), check_user);
        let message_rule = format!("1 to {max_chars} characters");
        let text = wrong.check(required("message", new.message, &message_rule), |text| {
            check_text("message", text, max_chars)
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

fn answer_form(found: Option<Value>) -> Result<AnswerForm, String> {
    match found {
        None | Some(Value::Null | Value::Bool(false)) => Ok(AnswerForm::Json),
        Some(Value::Bool(true)) => Ok(AnswerForm::Events),
        Some(other) => Err(format!("`stream` must be true or false, not {}.", kind_of(&other))),
    }
}
