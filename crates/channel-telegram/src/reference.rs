//! What makes an update the same update.

use conversation::{DedupeKey, InvalidId};

/// The key of what an update brought. An update's id alone tells repetitions apart; where it
/// brings several things, each is named by the message that it is about as well.
///
/// # Errors
/// None in fact: the ids are always short enough.
pub(crate) fn key(update: i64, about: Option<i64>) -> Result<DedupeKey, InvalidId> {
    DedupeKey::new(match about {
        Some(message) => format!("{update}.{message}"),
        None => update.to_string(),
    })
}
