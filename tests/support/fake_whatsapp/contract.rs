//! What a request must look like, in the words of the Cloud API's reference.

use serde_json::{Map, Value};

/// The longest text, in UTF-16 units: whoever keeps to this keeps to 4096 characters of any kind.
const LONGEST_TEXT: usize = 4096;
/// The longest data of a sender's own, in characters.
const LONGEST_DATA: usize = 512;

/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The id that it was given.
    pub receipt: String,
    /// `individual` or `group`.
    pub recipient_type: String,
    /// The number with its plus, the user id or the group's id.
    pub to: String,
    /// The user id that stood beside the number, over which the number goes.
    pub beside: Option<String>,
    /// The words.
    pub text: String,
    /// The message that it quotes.
    pub quotes: Option<String>,
    /// The sender's own data, which statuses repeat.
    pub data: Option<String>,
}

/// A customer's message that was marked as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMark {
    /// Its id.
    pub message: String,
    /// Whether the typing indicator was asked for too.
    pub typing: bool,
}

/// A body that keeps to the contract.
pub(super) enum Body {
    Message(Delivered),
    Read(ReadMark),
}

/// Reads a body posted to the number's messages.
pub(super) fn read(body: &[u8], receipt: String) -> Result<Body, String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| format!("no JSON: {error}"))?;
    let body = body.as_object().ok_or("the body is no object")?;
    if text(body, "messaging_product")? != "whatsapp" {
        return Err("messaging_product must be whatsapp".to_owned());
    }
    if body.contains_key("status") {
        return read_mark(body).map(Body::Read);
    }
    message(body, receipt).map(Body::Message)
}

fn read_mark(body: &Map<String, Value>) -> Result<ReadMark, String> {
    only(body, &["messaging_product", "status", "message_id", "typing_indicator"])?;
    if text(body, "status")? != "read" {
        return Err("status must be read".to_owned());
    }
    let typing = match body.get("typing_indicator") {
        None => false,
        Some(indicator) if *indicator == serde_json::json!({"type": "text"}) => true,
        Some(other) => return Err(format!("typing_indicator is {other}")),
    };
    Ok(ReadMark { message: message_id(text(body, "message_id")?)?, typing })
}

fn message(body: &Map<String, Value>, receipt: String) -> Result<Delivered, String> {
    only(
        body,
        &[
            "messaging_product",
            "recipient_type",
            "to",
            "recipient",
            "type",
            "text",
            "context",
            "biz_opaque_callback_data",
        ],
    )?;
    if text(body, "type")? != "text" {
        return Err("only texts are sent".to_owned());
    }
    let recipient_type = text(body, "recipient_type")?;
    let (to, beside) = recipient(body, recipient_type)?;
    let quotes = match body.get("context") {
        None => None,
        Some(context) => {
            let context = context.as_object().ok_or("context is no object")?;
            only(context, &["message_id"])?;
            Some(message_id(text(context, "message_id")?)?)
        }
    };
    let data = match body.get("biz_opaque_callback_data") {
        None => None,
        Some(_) => Some(text(body, "biz_opaque_callback_data")?.to_owned()),
    };
    if data.as_ref().is_some_and(|data| data.chars().count() > LONGEST_DATA) {
        return Err("biz_opaque_callback_data is too long".to_owned());
    }
    let words = words(body)?;
    let recipient_type = recipient_type.to_owned();
    Ok(Delivered { receipt, recipient_type, to, beside, text: words, quotes, data })
}

/// Whom a message goes to, and by which id they are named besides.
fn recipient(body: &Map<String, Value>, kind: &str) -> Result<(String, Option<String>), String> {
    let by_id = body.contains_key("recipient");
    match (kind, by_id, body.contains_key("to")) {
        ("individual", true, false) => Ok((user_id(body)?, None)),
        ("individual", false, true) => Ok((number(body)?, None)),
        ("individual", true, true) => Ok((number(body)?, Some(user_id(body)?))),
        ("group", false, true) => Ok((text(body, "to")?.to_owned(), None)),
        _ => Err(format!("recipient_type {kind:?} with another kind of recipient")),
    }
}

fn user_id(body: &Map<String, Value>) -> Result<String, String> {
    let id = text(body, "recipient")?;
    let is_id = matches!(id.as_bytes(), [a, b, b'.', _, ..]
        if a.is_ascii_uppercase() && b.is_ascii_uppercase());
    if is_id { Ok(id.to_owned()) } else { Err(format!("{id} is no user id")) }
}

fn number(body: &Map<String, Value>) -> Result<String, String> {
    let number = text(body, "to")?;
    let digits = number.strip_prefix('+').ok_or("the number lacks its plus")?;
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if is_number { Ok(number.to_owned()) } else { Err("that is no number".to_owned()) }
}

fn words(body: &Map<String, Value>) -> Result<String, String> {
    let content = body.get("text").and_then(Value::as_object).ok_or("text is no object")?;
    only(content, &["body", "preview_url"])?;
    if content.get("preview_url").is_some_and(|preview| !preview.is_boolean()) {
        return Err("preview_url is no boolean".to_owned());
    }
    let words = text(content, "body")?;
    let units = words.encode_utf16().count();
    if words.trim().is_empty() || units > LONGEST_TEXT {
        return Err(format!("a text of {units} units"));
    }
    Ok(words.to_owned())
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a str, String> {
    object.get(key).and_then(Value::as_str).ok_or_else(|| format!("{key} is no string"))
}

fn message_id(id: &str) -> Result<String, String> {
    if id.starts_with("wamid.") { Ok(id.to_owned()) } else { Err(format!("{id} is no message")) }
}

fn only(object: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("there is no field {key}")),
        None => Ok(()),
    }
}
