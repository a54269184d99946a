//! Turns what Redis says into the errors of the store protocol.

use conversation::StoreError;
use deadpool_redis::redis::RedisError;

/// The protocol's word for an error of Redis.
pub(crate) fn store_error(error: &RedisError) -> StoreError {
    match error.code() {
        Some("STALE" | "NOGROUP") => StoreError::Stale,
        Some("OOM") => StoreError::Full,
        Some("NOPART") => StoreError::Unreadable {
            what: "the outbox",
            why: "it has no part of that number".to_owned(),
        },
        // An error inside a script keeps its code only in its text on some versions.
        Some(_) | None if error.to_string().contains("OOM command not allowed") => StoreError::Full,
        Some(_) | None => StoreError::Unavailable(describe(error)),
    }
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
