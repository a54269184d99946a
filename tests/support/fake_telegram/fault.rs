//! What can go wrong with a call.

use serde_json::{Value, json};

/// What goes wrong with one call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is answered with this, and not carried out.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// The connection breaks before it is carried out.
    CutBefore,
    /// It is carried out, and the connection breaks before the answer.
    CutAfter,
    /// It is carried out, and the connection breaks in the middle of the answer.
    CutWithin,
    /// It is not carried out, and never answered.
    Hang,
    /// It is carried out, and never answered.
    HangAfter,
}

impl Fault {
    /// A failure as the Bot API tells it.
    #[must_use]
    pub fn failure(code: u16, description: &str) -> Self {
        Self::with_parameters(code, description, &Value::Null)
    }

    /// Too many calls.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        let description = format!("Too Many Requests: retry after {seconds}");
        Self::with_parameters(429, &description, &json!({"retry_after": seconds}))
    }

    /// The formatting can't be read.
    #[must_use]
    pub fn unformattable() -> Self {
        Self::failure(
            400,
            "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0",
        )
    }

    /// The group has another id.
    #[must_use]
    pub fn moved(to: i64) -> Self {
        let description = "Bad Request: group chat was upgraded to a supergroup chat";
        Self::with_parameters(400, description, &json!({"migrate_to_chat_id": to}))
    }

    fn with_parameters(code: u16, description: &str, parameters: &Value) -> Self {
        let mut body = json!({"ok": false, "error_code": code, "description": description});
        if !parameters.is_null() {
            body["parameters"] = parameters.clone();
        }
        Self::Answer { status: code, body: body.to_string() }
    }
}
