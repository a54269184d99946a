//! What a response of the Bot API means.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{ApiError, Gone};
use crate::wire::{Maybe, parse};

/// How long to wait if Telegram says that there are too many calls, but not for how long.
const UNSAID: Duration = Duration::from_secs(3);
/// No provider is left alone for longer than this, whatever it says.
const LONGEST: Duration = Duration::from_secs(3600);
/// How much of a description is repeated, in characters.
const DESCRIPTION_CHARS: usize = 120;
/// Digits in a row from this length on are taken for someone's number or id.
const NUMBER: usize = 6;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Response {
    ok: Maybe<bool>,
    result: Value,
    error_code: Maybe<u16>,
    description: Maybe<String>,
    parameters: Maybe<Parameters>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: Maybe<u64>,
    migrate_to_chat_id: Maybe<i64>,
}

/// Reads the response with this HTTP status.
pub(super) fn read(status: u16, body: &[u8]) -> Result<Value, ApiError> {
    let read = parse::<Response>(body).ok();
    let Some(response) = read.filter(|response| response.ok.is_some()) else {
        return Err(unreadable(status));
    };
    if *response.ok == Some(true) {
        return Ok(response.result);
    }
    let code = response.error_code.unwrap_or(status);
    let description = response.description.as_deref().unwrap_or_default();
    let parameters = response.parameters.0.unwrap_or_default();
    Err(failure(code, description, &parameters))
}

/// A response that isn't the Bot API's: of something in between, or cut to pieces.
fn unreadable(status: u16) -> ApiError {
    let why = format!("HTTP {status} with a body that isn't the Bot API's");
    match status {
        429 => ApiError::TooMany { retry_after: UNSAID },
        400..=499 => ApiError::Unreachable(why),
        _ => ApiError::Unknown(why),
    }
}

fn failure(code: u16, description: &str, parameters: &Parameters) -> ApiError {
    let said = description.to_ascii_lowercase();
    let says = |what: &str| said.contains(what);
    if let Some(to) = *parameters.migrate_to_chat_id {
        return ApiError::Moved { to };
    }
    match code {
        401 | 404 => ApiError::Unauthorised,
        409 => ApiError::Conflict(presentable(description)),
        429 => {
            let wait = parameters.retry_after.map_or(UNSAID, Duration::from_secs);
            ApiError::TooMany { retry_after: wait.min(LONGEST) }
        }
        403 if says("blocked") => ApiError::Gone(Gone::Blocked),
        403 if says("deactivated") => ApiError::Gone(Gone::Deactivated),
        403 if says("initiate") => ApiError::Gone(Gone::NoChat),
        403 if says("kicked") || says("not a member") || says("deleted") => {
            ApiError::Gone(Gone::Removed)
        }
        400 if says("chat not found") || says("peer_id_invalid") || says("user not found") => {
            ApiError::Gone(Gone::NoChat)
        }
        400 if says("group chat was deactivated") => ApiError::Gone(Gone::Removed),
        400 if says("can't parse entities") => ApiError::Unformattable,
        400 if says("message is not modified") => ApiError::Unchanged,
        500.. => ApiError::Unknown(format!("Telegram failed with {code}")),
        code => ApiError::Refused { code, why: presentable(description) },
    }
}

/// A description on one line, cut to a length, without anyone's id or number.
fn presentable(description: &str) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    for char in description.chars().take(DESCRIPTION_CHARS).chain(['\n']) {
        if char.is_ascii_digit() {
            digits.push(char);
            continue;
        }
        shown.push_str(if digits.len() >= NUMBER { "[removed]" } else { &digits });
        digits.clear();
        shown.push(if char.is_control() { ' ' } else { char });
    }
    shown.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fails(code: u16, description: &str) -> ApiError {
        let body = json!({"ok": false, "error_code": code, "description": description});
        read(code, body.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn a_failure_says_what_can_be_done_about_it() {
        for (code, description, expected) in [
            (403, "Forbidden: bot was blocked by the user", ApiError::Gone(Gone::Blocked)),
            (403, "Forbidden: user is deactivated", ApiError::Gone(Gone::Deactivated)),
            (
                403,
                "Forbidden: bot was kicked from the supergroup chat",
                ApiError::Gone(Gone::Removed),
            ),
            (
                403,
                "Forbidden: bot can't initiate conversation with a user",
                ApiError::Gone(Gone::NoChat),
            ),
            (400, "Bad Request: chat not found", ApiError::Gone(Gone::NoChat)),
            (
                400,
                "Bad Request: can't parse entities: Unsupported start tag \"x\"",
                ApiError::Unformattable,
            ),
            (400, "Bad Request: message is not modified: x", ApiError::Unchanged),
            (401, "Unauthorized", ApiError::Unauthorised),
            (404, "Not Found", ApiError::Unauthorised),
        ] {
            assert_eq!(fails(code, description), expected, "{description}");
        }
        assert!(matches!(fails(500, "Internal Server Error"), ApiError::Unknown(_)));
        let refused = fails(400, "Bad Request: wrong user_id 6962620676\nspecified");
        let why = "Bad Request: wrong user_id [removed] specified".to_owned();
        assert_eq!(refused, ApiError::Refused { code: 400, why });
    }

    #[test]
    fn parameters_come_before_words() {
        let fails = |code: u16, parameters: Value| {
            let body = json!({"ok": false, "error_code": code, "parameters": parameters});
            read(code, body.to_string().as_bytes()).unwrap_err()
        };
        let seconds = |seconds| ApiError::TooMany { retry_after: Duration::from_secs(seconds) };
        assert_eq!(fails(429, json!({"retry_after": 35})), seconds(35));
        assert_eq!(fails(429, json!({"retry_after": u64::MAX})), seconds(3600));
        assert_eq!(fails(429, json!(null)), seconds(3));
        assert_eq!(fails(400, json!({"migrate_to_chat_id": -1001})), ApiError::Moved { to: -1001 });
    }

    #[test]
    fn what_is_not_the_bot_api_s_is_told_by_its_status() {
        assert!(matches!(read(502, b"<html>"), Err(ApiError::Unknown(_))));
        assert!(matches!(read(200, b"{\"ok\":tr"), Err(ApiError::Unknown(_))));
        assert!(matches!(read(200, b"{}"), Err(ApiError::Unknown(_))));
        assert!(matches!(read(200, b"{\"ok\":true]"), Err(ApiError::Unknown(_))));
        assert!(matches!(read(403, b"proxy says no"), Err(ApiError::Unreachable(_))));
        assert!(matches!(read(429, b""), Err(ApiError::TooMany { .. })));
        assert_eq!(read(200, br#"{"ok":true,"result":{"a":1}}"#), Ok(json!({"a": 1})));
    }

    #[test]
    fn what_a_customer_typed_does_not_make_a_response_unreadable() {
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        for typed in [r#""\ud83d!""#, "1e999", &deep] {
            let body = format!(r#"{{"ok":true,"result":[{{"update_id":1,"x":{typed}}}]}}"#);
            assert!(serde_json::from_str::<Value>(&body).is_err(), "{typed}");
            let read = read(200, body.as_bytes()).unwrap();
            assert_eq!(read[0]["update_id"], 1, "{typed}");
        }
    }
}
