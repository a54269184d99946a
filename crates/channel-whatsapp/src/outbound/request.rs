//! The JSON of requests to `/{version}/{phone number id}/messages`.

use serde_json::{Value, json};

use crate::address::Address;
use crate::reference::Reference;

/// A text message. The API gets back `reference` with every status of it.
#[must_use]
pub fn text_message(
    to: &Address,
    text: &str,
    quotes: Option<&str>,
    reference: &Reference,
) -> Value {
    let mut message = json!({
        "messaging_product": "whatsapp",
        "type": "text",
        "text": { "body": text, "preview_url": false },
        "biz_opaque_callback_data": reference.to_string(),
    });
    let (kind, key, whom) = match to {
        Address::Phone(number) => ("individual", "to", international(number)),
        Address::User(id) => ("individual", "recipient", id.clone()),
        Address::Group(id) => ("group", "to", id.clone()),
    };
    message["recipient_type"] = Value::from(kind);
    message[key] = Value::from(whom);
    if let Some(quoted) = quotes {
        message["context"] = json!({ "message_id": quoted });
    }
    message
}

/// Marks a message, and with it all before it, as read, and shows that an answer is being made.
#[must_use]
pub fn read_and_typing(message: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message,
        "typing_indicator": { "type": "text" },
    })
}

fn international(number: &str) -> String {
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("+{number}") } else { number.to_owned() }
}
