//! What a customer chose or filled in: replies to buttons, lists and forms.

use serde_json::Value;

use super::wire::{object, text, texts};

/// The longest form that is read, in fields.
const MOST_FIELDS: usize = 100;

/// What the customer's tap or form says.
pub(super) fn chosen(interactive: &Value) -> Option<String> {
    if let Some(button) = object(interactive, "button_reply") {
        return text(button, "title").or_else(|| text(button, "id"));
    }
    if let Some(row) = object(interactive, "list_reply") {
        let parts = texts(row, ["title", "description"]);
        return if parts.is_empty() { text(row, "id") } else { Some(parts.join(": ")) };
    }
    if let Some(form) = object(interactive, "nfm_reply") {
        return Some(filled_in(form));
    }
    if let Some(answer) = object(interactive, "call_permission_reply") {
        return text(answer, "response").map(|said| format!("[call permission: {said}]"));
    }
    None
}

/// A form's fields, one a line. The token names the form and says nothing.
fn filled_in(form: &Value) -> String {
    let name = text(form, "name").unwrap_or_else(|| "form".to_owned());
    let mut lines = vec![format!("[filled in: {name}]")];
    let response = text(form, "response_json").and_then(|json| serde_json::from_str(&json).ok());
    if let Some(Value::Object(mut fields)) = response {
        // JSON knows no order of fields, so they get one that is always the same.
        fields.sort_keys();
        let fields = fields.into_iter().filter(|(key, _)| key != "flow_token").take(MOST_FIELDS);
        lines.extend(fields.map(|(key, value)| format!("{key}: {}", plain(&value))));
    } else {
        lines.extend(text(form, "body"));
    }
    lines.join("\n")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}
