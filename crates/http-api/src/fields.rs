//! What all bodies have in common: objects whose fields are checked one by one, so that every problem
//! of a body is told at once.

use axum::http::StatusCode;
use conversation::shows_nothing;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::error::Category;

use crate::problem::Problem;

/// What is wrong with a body, sentence by sentence.
#[derive(Default)]
pub(crate) struct Wrong(Vec<String>);

impl Wrong {
    pub(crate) fn take<T: Default>(&mut self, found: Result<T, String>) -> T {
        found.unwrap_or_else(|sentence| {
            self.0.push(sentence);
            T::default()
        })
    }

    pub(crate) fn check(
        &mut self,
        found: Result<String, String>,
        check: impl FnOnce(&str) -> Result<(), String>,
    ) -> String {
        self.take(found.and_then(|text| check(&text).map(|()| text)))
    }

    pub(crate) fn check_optional(
        &mut self,
        field: &'static str,
        found: Option<Value>,
        check: impl FnOnce(&str) -> Result<(), String>,
    ) -> Option<String> {
        match found {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => self.take(check(&text).map(|()| Some(text))),
            Some(other) => {
                self.take(Err(format!("`{field}` must be a string, not {}.", kind_of(&other))))
            }
        }
    }

    /// The end result, if nothing is wrong.
    pub(crate) fn end<T>(self, result: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        if self.0.is_empty() { result() } else { Err(Problem::invalid(self.0.join(" "))) }
    }
}

/// The text of a field that has to be there, and to show something.
pub(crate) fn required(
    field: &'static str,
    found: Option<Value>,
    rule: &str,
) -> Result<String, String> {
    match found {
        None | Some(Value::Null) => Err(format!("`{field}` is missing: give {rule}.")),
        Some(Value::String(text)) if shows_nothing(&text) => {
            Err(format!("`{field}` is empty: give {rule}."))
        }
        Some(Value::String(text)) => Ok(text),
        Some(other) => {
            Err(format!("`{field}` must be a string of {rule}, not {}.", kind_of(&other)))
        }
    }
}

/// What a value is, for people.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads an object, which must hold these `fields`. A list is not taken for an object with its fields
/// in order, as the parser would have it.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8], fields: &str) -> Result<T, Problem> {
    if body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice::<IgnoredAny>(body).map_err(|error| not_this(&error, fields))?;
        return Err(not_an_object(1, 1, fields));
    }
    serde_json::from_slice(body).map_err(|error| not_this(&error, fields))
}

/// A body that isn't JSON, or is JSON but no such object.
fn not_this(error: &serde_json::Error, fields: &str) -> Problem {
    match error.classify() {
        Category::Data => not_an_object(error.line(), error.column(), fields),
        Category::Syntax | Category::Eof | Category::Io => Problem::new(
            StatusCode::BAD_REQUEST,
            "not_json",
            format!("The body is not JSON: {error}. Expected was an object with {fields}."),
        ),
    }
}

fn not_an_object(line: usize, column: usize, fields: &str) -> Problem {
    Problem::invalid(format!(
        "The body must be a JSON object with {fields}, each of them once; it is something else at \
         line {line}, column {column}."
    ))
}
