//! What makes a message the same message, and by what it can be quoted.
//!
//! An update's id alone tells repetitions apart. The message's id stands behind it, so that a
//! reply can quote the message and an edit can find it: with an update's id, the key is always
//! the same.

use conversation::{DedupeKey, InvalidId};

/// The ids of an update and of the message it brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The update's id.
    pub update: i64,
    /// The message's id within its chat, if the customer wrote one.
    pub message: Option<i64>,
}

impl Reference {
    /// The key under which the store remembers the message.
    ///
    /// # Errors
    /// None in fact: the ids are always short enough.
    pub fn key(self) -> Result<DedupeKey, InvalidId> {
        DedupeKey::new(match self.message {
            Some(message) => format!("{}.{message}", self.update),
            None => self.update.to_string(),
        })
    }

    /// Reads a key back.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (update, message) = match key.split_once('.') {
            Some((update, message)) => (update, Some(message.parse().ok()?)),
            None => (key, None),
        };
        Some(Self { update: update.parse().ok()?, message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_from_its_key() {
        for (message, key) in [(Some(428_640), "144064961.428640"), (None, "144064961")] {
            let reference = Reference { update: 144_064_961, message };
            assert_eq!(reference.key().unwrap().as_str(), key);
            assert_eq!(Reference::of_key(key), Some(reference));
        }
        for key in ["", ".", "1.", ".1", "a.1", "1.b"] {
            assert_eq!(Reference::of_key(key), None, "{key}");
        }
    }
}
