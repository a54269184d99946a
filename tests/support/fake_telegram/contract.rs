//! What the Bot API demands of a call, and what it does then. Stricter than Telegram is: fields
//! that the gateway has no reason to send are refused.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};

use super::{Call, Delivered, Hook, State, html};
use crate::fake_server::lock;

/// The longest message, in UTF-16 units.
const LONGEST: usize = 4096;

/// The kinds of updates that can be asked for.
const KINDS: [&str; 13] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "inline_query",
];

/// A failure as the Bot API tells it.
pub(super) struct Failure {
    pub(super) code: u16,
    pub(super) description: String,
}

/// What a call comes to: a result, a failure that can happen to anyone, or a violation.
pub(super) enum Outcome {
    Result(Value),
    Failure(Failure),
    Violation(String),
}

type Checked<T> = Result<T, String>;

/// The fields of a method, and which of them must be there.
fn fields(method: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    const TO: [&str; 3] = ["chat_id", "message_thread_id", "business_connection_id"];
    Some(match method {
        "getMe" | "getWebhookInfo" | "deleteWebhook" => (&[], &[]),
        "sendMessage" => (
            &[
                TO[0],
                TO[1],
                TO[2],
                "text",
                "parse_mode",
                "link_preview_options",
                "reply_parameters",
            ],
            &["chat_id", "text"],
        ),
        "editMessageText" => (
            &[TO[0], TO[2], "message_id", "text", "parse_mode", "link_preview_options"],
            &["chat_id", "message_id", "text"],
        ),
        "sendChatAction" => (&[TO[0], TO[1], TO[2], "action"], &["chat_id", "action"]),
        "answerCallbackQuery" => (&["callback_query_id"], &["callback_query_id"]),
        "setWebhook" => (
            &["url", "secret_token", "max_connections", "allowed_updates"],
            &["url", "secret_token"],
        ),
        "getUpdates" => (&["offset", "limit", "timeout", "allowed_updates"], &[]),
        "getFile" => (&["file_id"], &["file_id"]),
        _ => return None,
    })
}

/// Reads a call, or says what is wrong with it.
pub(super) fn read(method: &str, parameters: Value) -> Checked<Call> {
    let (known, needed) = fields(method).ok_or_else(|| format!("no method {method}"))?;
    let given = parameters.as_object().ok_or("the parameters are no object")?;
    if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("{method} has an unknown field {name}"));
    }
    if let Some(name) = needed.iter().find(|name| !given.contains_key(**name)) {
        return Err(format!("{method} lacks {name}"));
    }
    for (name, value) in given {
        let is_right = match name.as_str() {
            "chat_id" | "message_thread_id" | "message_id" | "max_connections" | "offset"
            | "limit" | "timeout" => value.is_i64(),
            "link_preview_options" => *value == json!({"is_disabled": true}),
            "reply_parameters" => value["message_id"].is_i64(),
            "allowed_updates" => is_list_of_kinds(value),
            "parse_mode" => value == "HTML",
            "action" => value == "typing",
            _ => value.is_string(),
        };
        if !is_right {
            return Err(format!("{method} has a wrong {name}"));
        }
    }
    Ok(Call { method: method.to_owned(), parameters, via: String::new() })
}

fn is_list_of_kinds(value: &Value) -> bool {
    let is_kind = |kind: &Value| kind.as_str().is_some_and(|kind| KINDS.contains(&kind));
    value.as_array().is_some_and(|list| list.iter().all(is_kind))
}

/// Carries a call out. Asking for updates takes time, and is done elsewhere.
pub(super) fn carry_out(state: &State, call: &Call) -> Outcome {
    let given = call.parameters.as_object().cloned().unwrap_or_default();
    match call.method.as_str() {
        "getMe" => Outcome::Result(json!({
            "id": bot_id(&state.token), "is_bot": true, "first_name": "Bot",
            "username": state.username,
        })),
        "sendMessage" => send(state, &given),
        "editMessageText" => edit(state, &given),
        "sendChatAction" => gone(state, &given).unwrap_or(Outcome::Result(true.into())),
        "answerCallbackQuery" => {
            lock(&state.acknowledged).push(text(&given, "callback_query_id"));
            Outcome::Result(true.into())
        }
        "setWebhook" => set_webhook(state, &given),
        "deleteWebhook" => {
            *lock(&state.hook) = None;
            Outcome::Result(true.into())
        }
        "getWebhookInfo" => Outcome::Result(webhook_info(state)),
        "getFile" => file(state, &given),
        other => Outcome::Violation(format!("{other} can't be carried out")),
    }
}

fn text(given: &Map<String, Value>, name: &str) -> String {
    given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(given: &Map<String, Value>, name: &str) -> Option<i64> {
    given.get(name).and_then(Value::as_i64)
}

fn bot_id(token: &str) -> i64 {
    token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or_default()
}

fn failure(code: u16, description: &str) -> Outcome {
    Outcome::Failure(Failure { code, description: description.to_owned() })
}

fn gone(state: &State, given: &Map<String, Value>) -> Option<Outcome> {
    let chat = number(given, "chat_id")?;
    let is_blocked = lock(&state.blocked).contains(&chat);
    is_blocked.then(|| failure(403, "Forbidden: bot was blocked by the user"))
}

/// The words without their formatting.
fn shown(given: &Map<String, Value>) -> Result<String, Outcome> {
    let written = text(given, "text");
    let shown = if given.contains_key("parse_mode") {
        html::read(&written)
            .map_err(|what| Outcome::Violation(format!("can't parse entities: {what}")))?
    } else {
        written
    };
    let length = shown.encode_utf16().count();
    if shown.trim().is_empty() {
        return Err(Outcome::Violation("message text is empty".to_owned()));
    }
    if length > LONGEST {
        return Err(Outcome::Violation(format!("message is too long: {length}")));
    }
    Ok(shown)
}

fn send(state: &State, given: &Map<String, Value>) -> Outcome {
    let shown = match shown(given) {
        Ok(shown) => shown,
        Err(outcome) => return outcome,
    };
    if let Some(gone) = gone(state, given) {
        return gone;
    }
    let message_id = state.next_message.fetch_add(1, Ordering::SeqCst);
    let chat = number(given, "chat_id").unwrap_or_default();
    let reply = given.get("reply_parameters").and_then(|reply| reply["message_id"].as_i64());
    let delivered = Delivered {
        message_id,
        chat,
        topic: number(given, "message_thread_id"),
        business: given
            .get("business_connection_id")
            .map(|_| text(given, "business_connection_id")),
        reply_to: reply,
        text: shown.clone(),
        written: text(given, "text"),
        edits: 0,
    };
    lock(&state.delivered).push(delivered);
    Outcome::Result(message(chat, message_id, &shown))
}

fn edit(state: &State, given: &Map<String, Value>) -> Outcome {
    let shown = match shown(given) {
        Ok(shown) => shown,
        Err(outcome) => return outcome,
    };
    let (chat, id) = (number(given, "chat_id"), number(given, "message_id"));
    let mut delivered = lock(&state.delivered);
    let known = delivered.iter_mut().find(|it| Some(it.chat) == chat && Some(it.message_id) == id);
    let Some(known) = known else {
        return failure(400, "Bad Request: message to edit not found");
    };
    let written = text(given, "text");
    if known.written == written {
        return failure(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
        );
    }
    (known.text, known.written, known.edits) = (shown.clone(), written, known.edits + 1);
    Outcome::Result(message(known.chat, known.message_id, &shown))
}

fn message(chat: i64, message_id: i64, text: &str) -> Value {
    json!({"message_id": message_id, "date": 1_769_860_800, "chat": {"id": chat}, "text": text})
}

fn set_webhook(state: &State, given: &Map<String, Value>) -> Outcome {
    let (url, secret) = (text(given, "url"), text(given, "secret_token"));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !(1..=256).contains(&secret.len()) || !secret.bytes().all(fits) {
        return Outcome::Violation("secret token contains unallowed characters".to_owned());
    }
    let most = number(given, "max_connections").unwrap_or(40);
    if !(1..=100).contains(&most) {
        return Outcome::Violation(format!("max_connections is {most}"));
    }
    // Telegram takes only https; loads of a test never leave the machine.
    let Some(hook) = Hook::new(&url, &secret) else {
        return failure(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook");
    };
    *lock(&state.hook) = Some(hook);
    Outcome::Result(true.into())
}

fn webhook_info(state: &State) -> Value {
    let hook = lock(&state.hook).clone();
    let mut info = json!({
        "url": hook.map(|hook| hook.url()).unwrap_or_default(),
        "has_custom_certificate": false,
        "pending_update_count": lock(&state.updates).len(),
        "max_connections": 40,
    });
    if let Some(error) = &*lock(&state.hook_error) {
        info["last_error_date"] = 1_769_860_800.into();
        info["last_error_message"] = error.as_str().into();
    }
    info
}

fn file(state: &State, given: &Map<String, Value>) -> Outcome {
    let files = lock(&state.files);
    let Some((path, content)) = files.get(&text(given, "file_id")) else {
        return failure(400, "Bad Request: invalid file_id");
    };
    Outcome::Result(json!({
        "file_id": text(given, "file_id"), "file_unique_id": "u", "file_path": path,
        "file_size": content.len(),
    }))
}
