//! Reading what Telegram passes on of what customers typed, which may be JSON that readers refuse.

use conversation::readable_json;
use serde::de::DeserializeOwned;

/// Reads JSON. What is well formed is never refused for half of a character, an endless number, or
/// for standing too deep.
pub(crate) fn parse<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(json).or_else(|_| serde_json::from_slice(&readable_json(json)))
}
