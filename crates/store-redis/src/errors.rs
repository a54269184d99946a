//! Turns what Redis says into the errors of the store protocol.

use conversation::StoreError;
use deadpool_redis::redis::{ErrorKind, RedisError};

/// The protocol's word for an error of Redis.
pub(crate) fn store_error(error: &RedisError) -> StoreError {
    if let Some(why) = refusal(error) {
        return StoreError::Refused(why);
    }
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

/// How the client begins its error when SELECT fails; the error has no kind of its own.
const NO_DATABASE: &str = "Redis server refused to switch database";

/// What to set right, if Redis answers that this gateway may not do what it wants: no waiting
/// cures that. A server that loads, follows another or has too many clients says something else.
fn refusal(error: &RedisError) -> Option<String> {
    if matches!(error.kind(), ErrorKind::AuthenticationFailed) {
        return Some(
            "Redis does not take the user name or the password of its URL; the URL looks like \
             redis://user:password@host:port/0, without `user:password@` where Redis asks for \
             neither, and with special characters percent-encoded"
                .to_owned(),
        );
    }
    match code(error).as_deref() {
        Some("NOAUTH") => Some(
            "Redis asks for a password, and its URL has none; put it in as in \
             redis://:password@host:port/0"
                .to_owned(),
        ),
        Some("WRONGPASS") => Some("Redis does not know this user name and password".to_owned()),
        Some("NOPERM") => Some(format!(
            "the user that the Redis URL names lacks a permission ({}); give it +@all on the \
             gateway's keys and channels",
            error.detail().unwrap_or("NOPERM")
        )),
        Some(_) | None if error.to_string().starts_with(NO_DATABASE) => Some(format!(
            "Redis has no database of the number with which its URL ends ({}); without special \
             settings there are 0 to 15, and a cluster has 0 only",
            error.detail().unwrap_or("SELECT failed")
        )),
        Some(_) | None => None,
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

/// The same error, with what else may be the matter where the URL asks for TLS: a port that doesn't
/// speak it waits for the end of a command that never comes.
pub(crate) fn doubting_tls(error: StoreError, url: &str) -> StoreError {
    match error {
        StoreError::Unavailable(why) if url.starts_with("rediss") => StoreError::Unavailable(
            format!("{why}; its URL asks for TLS by rediss, is this a port that speaks TLS?"),
        ),
        other => other,
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
