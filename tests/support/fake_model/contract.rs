//! What the vendors demand of a request, as far as the gateway has to do with it. Stricter than
//! the vendors are: fields that the gateway has no reason to send are refused.

use serde_json::{Map, Value};

use super::pictures::{self, Picture};
use crate::fake_server::connection::Head;

/// The API that a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's chat completions.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
    /// Ollama's chat.
    Ollama,
}

/// One message of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who said it: `user` or `assistant`.
    pub role: String,
    /// The words.
    pub content: String,
    /// The pictures that came with them.
    pub pictures: Vec<Picture>,
}

/// A question that kept to the contract.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The API that it was for.
    pub api: Api,
    /// The model that it was for.
    pub model: String,
    /// The instructions, empty if there were none.
    pub system: String,
    /// The conversation, oldest first.
    pub messages: Vec<Said>,
    /// The request's headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Value,
}

impl Asked {
    /// All that the customer has said, oldest first.
    #[must_use]
    pub fn customer_said(&self) -> Vec<&str> {
        let said = self.messages.iter().filter(|said| said.role == "user");
        said.map(|said| said.content.as_str()).collect()
    }

    /// All pictures that the model was shown, oldest first.
    #[must_use]
    pub fn pictures(&self) -> Vec<&Picture> {
        self.messages.iter().flat_map(|said| &said.pictures).collect()
    }

    /// What the customer said last.
    #[must_use]
    pub fn question(&self) -> &str {
        self.customer_said().last().copied().unwrap_or_default()
    }

    /// A header of the request.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Api {
    /// The API whose path this is.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/v1/chat/completions" => Some(Self::OpenAi),
            "/v1/messages" => Some(Self::Anthropic),
            "/api/chat" => Some(Self::Ollama),
            _ => None,
        }
    }

    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::OpenAi => &["model", "messages", "stream"],
            Self::Anthropic => &["model", "messages", "stream", "max_tokens", "system"],
            Self::Ollama => &["model", "messages", "stream", "keep_alive"],
        }
    }

    /// The key in the request's headers.
    pub(super) fn key(self, head: &Head) -> Option<&str> {
        match self {
            Self::OpenAi | Self::Ollama => head.header("authorization")?.strip_prefix("Bearer "),
            Self::Anthropic => head.header("x-api-key"),
        }
    }
}

/// Reads a question, or says what is wrong with it.
pub(super) fn check(api: Api, head: &Head, body: &[u8]) -> Result<Asked, String> {
    check_head(api, head)?;
    let body: Value = serde_json::from_slice(body).map_err(|error| format!("body: {error}"))?;
    let fields = body.as_object().ok_or("the body is not an object")?;
    if let Some(name) = fields.keys().find(|name| !api.fields().contains(&name.as_str())) {
        return Err(format!("unknown field {name}"));
    }
    let model = text(fields, "model")?.to_owned();
    if fields.get("stream") != Some(&Value::Bool(true)) {
        return Err("stream is not true".to_owned());
    }
    check_own_fields(api, fields)?;
    let mut messages = messages(api, fields)?;
    let mut system = fields.get("system").and_then(Value::as_str).unwrap_or_default().to_owned();
    if messages.first().is_some_and(|first| first.role == "system") {
        system = messages.remove(0).content;
    }
    if messages.last().is_none_or(|last| last.role != "user") {
        return Err("the last message is not the user's".to_owned());
    }
    let headers = head.headers.clone();
    Ok(Asked { api, model, system, messages, headers, body })
}

fn check_head(api: Api, head: &Head) -> Result<(), String> {
    if head.method != "POST" {
        return Err(format!("the method is {}", head.method));
    }
    if head.header("content-type") != Some("application/json") {
        return Err("the content type is not application/json".to_owned());
    }
    if head.header("content-length").is_none() {
        return Err("no content length".to_owned());
    }
    if !head.header("user-agent").is_some_and(|agent| agent.starts_with("openclaw-gateway/")) {
        return Err("the user agent is not the gateway".to_owned());
    }
    if api == Api::Anthropic && head.header("anthropic-version") != Some("2023-06-01") {
        return Err("no anthropic-version".to_owned());
    }
    Ok(())
}

fn check_own_fields(api: Api, fields: &Map<String, Value>) -> Result<(), String> {
    match api {
        Api::OpenAi => Ok(()),
        Api::Anthropic => {
            if fields.get("max_tokens").and_then(Value::as_u64).is_none_or(|limit| limit == 0) {
                return Err("max_tokens is not a positive number".to_owned());
            }
            if fields.contains_key("system") {
                text(fields, "system")?;
            }
            Ok(())
        }
        Api::Ollama => match fields.get("keep_alive") {
            None | Some(Value::String(_) | Value::Number(_)) => Ok(()),
            Some(other) => Err(format!("keep_alive is {other}")),
        },
    }
}

fn messages(api: Api, fields: &Map<String, Value>) -> Result<Vec<Said>, String> {
    let list = fields.get("messages").and_then(Value::as_array).ok_or("messages is not a list")?;
    let mut messages = Vec::with_capacity(list.len());
    for (number, message) in list.iter().enumerate() {
        let fields = message.as_object().ok_or("a message is not an object")?;
        let role = text(fields, "role")?;
        let allowed = match (role, api) {
            ("user", _) => true,
            ("assistant", _) => api != Api::Anthropic || number > 0,
            ("system", _) => api != Api::Anthropic && number == 0,
            _ => false,
        };
        if !allowed {
            return Err(format!("message {number} of the role {role} may not be there"));
        }
        let is_plain = fields.len() == 2 && fields.get("content").is_some_and(Value::is_string);
        let (content, pictures) = match role {
            "user" if !is_plain => pictures::read(api, fields)?,
            _ if is_plain => (text(fields, "content")?.to_owned(), Vec::new()),
            _ => return Err(format!("message {number} is not words alone")),
        };
        messages.push(Said { role: role.to_owned(), content, pictures });
    }
    Ok(messages)
}

/// A field that has to be text with words in it.
pub(super) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    match fields.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
        Some(_) | None => Err(format!("{name} is not text, or is empty")),
    }
}
