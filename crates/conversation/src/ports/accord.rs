//! What replicas agree on beyond the conversations: a pace, an office, a value.

use std::time::Duration;

use async_trait::async_trait;

use crate::{Rate, StoreError};

/// Agreements among all replicas. Names are of a-z, 0-9, `/`, `_`, `-` and `.`, and never hold a
/// customer's name or number.
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

    /// The value that all replicas have under this name: `proposal` if there was none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`].
    async fn agree(&self, name: &str, proposal: &str) -> Result<String, StoreError>;
}
