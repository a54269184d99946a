//! Turns what Redis says into the errors of the store protocol.

use conversation::StoreError;
use deadpool_redis::redis::RedisError;

/// The protocol's word for an error of Redis.
pub(crate) fn store_error(error: &RedisError) -> StoreError {
    match code(error).as_deref() {
        Some("STALE" | "NOGROUP") => StoreError::Stale,
        Some("OOM") => StoreError::Full,
        Some("NOPART") => StoreError::Unreadable {
            what: "the outbox",
            why: "it has no part of that number".to_owned(),
        },
        Some(_) | None => StoreError::Unavailable(describe(error)),
    }
}

/// The word with which Redis began its error, also if that is one of several in a row.
fn code(error: &RedisError) -> Option<String> {
    let own = error.code().map(str::to_owned);
    own.or_else(|| {
        let errors = error.clone().into_server_errors()?;
        errors.first().map(|(_, error)| error.code().to_owned())
    })
}

/// What happened, without the address's credentials, which the error does not contain.
fn describe(error: &RedisError) -> String {
    if error.is_timeout() {
        "Redis did not answer in time".to_owned()
    } else {
        format!("Redis: {error}")
    }
}

/// A stored thing that can't be read.
pub(crate) fn unreadable(what: &'static str, why: &(impl ToString + ?Sized)) -> StoreError {
    StoreError::Unreadable { what, why: why.to_string() }
}

/// Stored JSON that can't be read. What the JSON's own error says may quote a stored value, and a
/// value may be what a customer wrote, so only its kind and its place are told.
pub(crate) fn unreadable_json(what: &'static str, error: &serde_json::Error) -> StoreError {
    let (line, column) = (error.line(), error.column());
    let why = format!("{:?} error at line {line} column {column}", error.classify());
    StoreError::Unreadable { what, why }
}
