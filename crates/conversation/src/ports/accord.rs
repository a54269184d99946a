//! What replicas agree on beyond the conversations: a pace, an office, a value.

use std::time::Duration;

use async_trait::async_trait;

use crate::{Rate, StoreError};

/// The longest name of a lane, an office or a value, in bytes.
const LONGEST_NAME: usize = 96;
/// The longest holder's name or value, in bytes.
const LONGEST_TEXT: usize = 1024;
/// The longest time that anything here is counted in: longer ones are taken as this.
const LONGEST_TIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Agreements among all replicas. Names are 1 to 96 of a-z, 0-9, `/`, `_`, `-` and `.`, and never
/// hold a customer's name or number. Holders and values are at most 1024 bytes. What breaks these
/// rules is answered with [`StoreError::Unreadable`], which no repetition cures; times of more than a
/// year are taken as one.
#[async_trait]
pub trait Accord: Send + Sync {
    /// Passes a lane that all replicas share, or says how long to wait before asking again. Only
    /// who passes is counted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn pass(&self, lane: &str, rate: Rate) -> Result<Option<Duration>, StoreError>;

    /// Lets nobody pass a lane for this long.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn close(&self, lane: &str, pause: Duration) -> Result<(), StoreError>;

    /// Takes an office that one holder has at a time, or stays in it, for `term`. Says whether
    /// `holder` has it now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn hold(&self, office: &str, holder: &str, term: Duration) -> Result<bool, StoreError>;

    /// Gives an office back, if `holder` has it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn resign(&self, office: &str, holder: &str) -> Result<(), StoreError>;

    /// The value that all replicas have under this name: `proposal` if there was none. An empty
    /// proposal proposes nothing: the answer is empty as well if there is no value yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn agree(&self, name: &str, proposal: &str) -> Result<String, StoreError>;
}

/// Makes sure that replicas may agree on something of this name; for stores.
///
/// # Errors
/// [`StoreError::Unreadable`] if they may not.
pub fn check_accord_name(name: &str) -> Result<(), StoreError> {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'/' | b'_' | b'-' | b'.');
    if (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(known) {
        return Ok(());
    }
    Err(StoreError::Unreadable {
        what: "the name of what replicas agree on",
        why: format!("it is 1 to {LONGEST_NAME} characters of a-z, 0-9, '/', '_', '-' and '.'"),
    })
}

/// Makes sure that a holder or a value is not too long; for stores.
///
/// # Errors
/// [`StoreError::Unreadable`] if it is.
pub fn check_accord_text(text: &str) -> Result<(), StoreError> {
    if text.len() <= LONGEST_TEXT {
        return Ok(());
    }
    Err(StoreError::Unreadable {
        what: "what replicas agree on",
        why: format!("it has {} bytes, and {LONGEST_TEXT} are the most", text.len()),
    })
}

/// A time as stores count it here: at least a millisecond, at most a year; for stores.
#[must_use]
pub fn accord_time(time: Duration) -> Duration {
    time.clamp(Duration::from_millis(1), LONGEST_TIME)
}
