//! Which key makes a message the same message when it is sent again.
//!
//! The kinds of keys have prefixes, so that a proxy's request id never meets a caller's key.
//! `message_id` and `Idempotency-Key` are one kind on purpose: they say the same thing, and a
//! client may move from one to the other without a message being answered twice.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use conversation::DedupeKey;

use crate::middleware::{Origin, RequestId};
use crate::problem::Problem;

/// The longest key that a caller may give, in characters.
pub(crate) const MAX_KEY_CHARS: usize = 200;

/// What a caller's key may be made of, for error messages.
pub(crate) const KEY_RULE: &str = "1 to 200 visible ASCII characters";

/// The header that carries a caller's key.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Whether a caller's key is within [`KEY_RULE`].
pub(crate) fn is_key(text: &str) -> bool {
    (1..=MAX_KEY_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// How a caller names, as its key, a request that a proxy named. A proxy gives a request that
/// the caller sends again a new name, so that only this leads back to the first one.
const OF_PROXY: &str = "x-request-id:";

/// A message's key, in the words of the store and in those of the caller.
pub(crate) struct Key {
    /// What the store goes by.
    pub(crate) dedupe: DedupeKey,
    /// What a caller has to send as its own key for this to be the same message.
    pub(crate) retry_with: String,
}

/// The message's key: its own `message_id`, else `Idempotency-Key`, else the request id if a
/// trusted proxy gave it, else one that no other message has, and that the caller can send as
/// its own should it have to try again.
pub(crate) fn key_of(
    message_id: Option<&str>,
    headers: &HeaderMap,
    request: &RequestId,
) -> Result<Key, Problem> {
    let header = idempotency_key(headers)?;
    let retry_with = match (message_id.or(header), request.origin) {
        (Some(given), _) => given.to_owned(),
        (None, Origin::Proxy) => format!("{OF_PROXY}{}", request.as_str()),
        (None, Origin::Own) => String::from_utf8_lossy(&random_hex()).into_owned(),
    };
    let stored = match retry_with.strip_prefix(OF_PROXY) {
        Some(request) => format!("request:{request}"),
        None => format!("key:{retry_with}"),
    };
    match DedupeKey::new(stored) {
        Ok(dedupe) => Ok(Key { dedupe, retry_with }),
        Err(invalid) => {
            tracing::error!(%invalid, "a message's key can't be made");
            Err(Problem::internal())
        }
    }
}

/// The header's value. The draft of its standard wants it in quotes and hardly anyone writes
/// them, so both spellings are the same key.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_idempotency_key",
            "The header Idempotency-Key came more than once; send it once, with one key.",
        ));
    }
    let bare = value.to_str().map(|text| bare(text.trim()));
    if let Ok(key) = &bare
        && is_key(key)
    {
        return Ok(Some(key));
    }
    let found = match bare {
        Ok("") => "this one is empty".to_owned(),
        Ok(key) if key.len() > MAX_KEY_CHARS => format!("this one has {}", key.len()),
        Ok(_) | Err(_) => "this one has others in it, such as a space or an umlaut".to_owned(),
    };
    Err(Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_idempotency_key",
        format!("The header Idempotency-Key must be {KEY_RULE}; {found}."),
    ))
}

/// A key without the quotes around it.
fn bare(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// 128 random bits as 32 hexadecimal digits.
pub(crate) fn random_hex() -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let random: [u8; 16] = rand::random();
    let mut text = [b'0'; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(random) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn header(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(IDEMPOTENCY_KEY, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_key_in_quotes_is_the_same_key() {
        assert_eq!(idempotency_key(&header("\"abc\"")).unwrap(), Some("abc"));
        assert_eq!(idempotency_key(&header("abc")).unwrap(), Some("abc"));
        assert_eq!(idempotency_key(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn a_key_that_is_no_key_is_refused_with_the_rule() {
        let long = "x".repeat(201);
        for (wrong, found) in [
            ("", "is empty"),
            ("\"\"", "is empty"),
            ("a b", "has others in it"),
            ("\"ä b\"", "has others in it"),
            (&long, "has 201"),
        ] {
            let problem = idempotency_key(&header(wrong)).unwrap_err();
            assert_eq!(problem.code, "invalid_idempotency_key", "{wrong}");
            assert!(problem.message.contains(KEY_RULE), "{wrong}");
            assert!(problem.message.contains(&format!("this one {found}")), "{}", problem.message);
        }
    }
}
