//! The simple reading of a recorded answer that the real one is compared with: everything in
//! memory, nothing typed, nothing incremental.

use conversation::ports::ModelError;
use serde_json::Value;

/// What came of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Complete,
    Empty,
    Refused,
    Cut,
    Error,
}

/// The same for what the real reading found.
pub(super) fn end(result: &Result<(), ModelError>) -> End {
    match result {
        Ok(()) => End::Complete,
        Err(ModelError::Unintelligible(why)) if why == "an empty answer" => End::Empty,
        Err(ModelError::Refused(why)) if why.starts_with("the ") => End::Refused,
        Err(ModelError::Cut(_)) => End::Cut,
        Err(_) => End::Error,
    }
}

/// What a body says, and how it ends.
pub(super) fn expected(body: &[u8]) -> (String, End) {
    let text = std::str::from_utf8(body).unwrap();
    let documents: Vec<Value> = match serde_json::from_str(text) {
        Ok(whole) => vec![whole],
        Err(_) => text
            .lines()
            .map(|line| line.strip_prefix("data: ").unwrap_or(line))
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
    };
    let mut said = String::new();
    let mut end = End::Cut;
    for document in &documents {
        if document.get("error").is_some() {
            end = End::Error;
            break;
        }
        for pointer in
            ["/choices/0/delta/content", "/choices/0/message/content", "/message/content"]
        {
            said += document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        }
        if document.pointer("/delta/type").is_some_and(|kind| kind == "text_delta") {
            said += document["delta"]["text"].as_str().unwrap();
        }
        for block in document["content"].as_array().into_iter().flatten() {
            if block["type"] == "text" {
                said += block["text"].as_str().unwrap();
            }
        }
        let refused = ["/delta/stop_reason", "/stop_reason"]
            .iter()
            .any(|pointer| document.pointer(pointer).is_some_and(|why| why == "refusal"));
        let stopped = document["done"] == true
            || document["type"] == "message_stop"
            || document.get("stop_reason").is_some_and(Value::is_string)
            || document.pointer("/choices/0/finish_reason").is_some_and(Value::is_string);
        if refused {
            end = End::Refused;
        } else if stopped && end != End::Refused {
            end = if said.trim().is_empty() { End::Empty } else { End::Complete };
        }
        if document["type"] == "message_stop" {
            break;
        }
    }
    (said.trim_start().to_owned(), end)
}
