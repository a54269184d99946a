//! What a customer chose or filled in: replies to buttons, lists and forms.

use conversation::{aside, readable_json};
use serde_json::Value;

use super::wire::{label, labelled, labels, line, object, text, typed};

/// The longest form that is read, in fields.
const MOST_FIELDS: usize = 100;

/// The longest name of a field and the longest field that are kept, in characters.
const LONGEST_NAME: usize = 100;
const LONGEST_FIELD: usize = 2000;

/// What the customer's tap or form says.
pub(super) fn chosen(interactive: &Value) -> Option<String> {
    if let Some(button) = object(interactive, "button_reply") {
        return labelled(button, "title").or_else(|| labelled(button, "id"));
    }
    if let Some(row) = object(interactive, "list_reply") {
        let parts = labels(row, ["title", "description"]);
        return if parts.is_empty() { labelled(row, "id") } else { Some(parts.join(": ")) };
    }
    if let Some(form) = object(interactive, "nfm_reply") {
        return Some(filled_in(form));
    }
    if let Some(answer) = object(interactive, "call_permission_reply") {
        return labelled(answer, "response").map(|said| aside(&format!("call permission: {said}")));
    }
    None
}

/// A form's fields, one a line, so that none can pass for another. The token names the form and
/// says nothing.
fn filled_in(form: &Value) -> String {
    let name = labelled(form, "name").unwrap_or_else(|| "form".to_owned());
    let mut lines = vec![aside(&format!("filled in: {name}"))];
    let response = text(form, "response_json")
        .and_then(|json| serde_json::from_slice(&readable_json(json.as_bytes())).ok());
    if let Some(Value::Object(mut fields)) = response {
        // JSON knows no order of fields, so they get one that is always the same.
        fields.sort_keys();
        let fields = fields.into_iter().filter(|(key, _)| key != "flow_token").take(MOST_FIELDS);
        lines.extend(fields.map(|(key, value)| {
            let (key, value) = (label(&key, LONGEST_NAME), line(&plain(&value), LONGEST_FIELD));
            format!("{key}: {value}")
        }));
    } else {
        lines.extend(typed(form, "body"));
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
