//! The JSON of requests to `/{version}/{phone number id}/messages`.

use serde_json::{Value, json};

use crate::address::Address;
use crate::reference::Reference;

/// A text message. Every status of it brings `reference` back, unless that is too long to be sent.
///
/// Where the `number` of a person with an id is known it goes to that, and the id stands beside it:
/// the API takes both, and prefers the number.
#[must_use]
pub fn text_message(
    to: &Address,
    number: Option<&str>,
    text: &str,
    quotes: Option<&str>,
    reference: &Reference,
) -> Value {
    let mut message = json!({
        "messaging_product": "whatsapp",
        "type": "text",
        "text": { "body": text, "preview_url": false },
    });
    let data = reference.to_string();
    if data.chars().count() <= Reference::LONGEST {
        message["biz_opaque_callback_data"] = Value::from(data);
    }
    let (kind, to, id) = match to {
        Address::Phone(number) => ("individual", Some(international(number)), None),
        Address::User(id) => ("individual", number.map(international), Some(id.clone())),
        Address::Group(id) => ("group", Some(id.clone()), None),
    };
    message["recipient_type"] = Value::from(kind);
    for (key, whom) in [("to", to), ("recipient", id)] {
        if let Some(whom) = whom {
            message[key] = Value::from(whom);
        }
    }
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
