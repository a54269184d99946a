//! What can go wrong between the gateway and its store, one variant per thing to act on.

/// An error of the store protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store can't be reached or didn't answer in time. Whether the verb took effect is
    /// unknown, but it took effect wholly or not at all.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The store can be reached and refuses this gateway, for a reason that waiting doesn't cure:
    /// someone has to change the settings, or the store's.
    #[error("the store refuses this gateway: {0}")]
    Refused(String),
    /// The store refuses to take more, since it is out of memory. Nothing was written.
    #[error("the store has no room for more")]
    Full,
    /// The conversation has as many waiting messages as it may have. Nothing was written.
    #[error("{limit} messages of this conversation are waiting already")]
    TooManyWaiting {
        /// How many may wait.
        limit: usize,
    },
    /// The claim is no longer held: another owner has the conversation, or it was erased. The
    /// caller stops at once and touches nothing more.
    #[error("the claim on this conversation is no longer held")]
    Stale,
    /// Something stored can't be read, for example since a later version wrote it.
    #[error("{what} can't be read: {why}")]
    Unreadable {
        /// Which stored thing.
        what: &'static str,
        /// What was found.
        why: String,
    },
}

impl StoreError {
    /// Whether the same call may succeed a little later. A refusal counts among that: while the
    /// gateway runs, someone may be about to mend it, and what is stored is safe meanwhile.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Refused(_) | Self::Full | Self::TooManyWaiting { .. } => {
                true
            }
            Self::Stale | Self::Unreadable { .. } => false,
        }
    }
}
