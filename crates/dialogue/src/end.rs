//! How turns end.

use conversation::StoreError;

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Messages were answered, and the answer is on its way.
    Answered,
    /// Nothing was to be answered, but an earlier reply went out.
    Delivered,
    /// What waited goes on in the conversation to which its customer moved.
    MovedOn,
    /// Nothing was to be done.
    Idle,
    /// It is tried again later.
    Postponed,
    /// What stood first is a dead letter now.
    Parked,
    /// The store said that the claim is another's.
    Stale,
    /// The store was away for too long; the conversation is left to whoever claims it next.
    Unavailable,
    /// What is stored can't be read here; the conversation is put off, or left
    /// to whoever claims it next.
    Unreadable,
    /// The lease was lost or ran out.
    Lost,
    /// The pool had no more time.
    Aborted,
    /// The turn crashed; the conversation is left to whoever claims it next.
    Panicked,
}

impl End {
    /// Every end, in the order of the declaration.
    pub(crate) const ALL: [Self; 12] = [
        Self::Answered,
        Self::Delivered,
        Self::MovedOn,
        Self::Idle,
        Self::Postponed,
        Self::Parked,
        Self::Stale,
        Self::Unavailable,
        Self::Unreadable,
        Self::Lost,
        Self::Aborted,
        Self::Panicked,
    ];

    /// The end's name among the metrics.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Delivered => "delivered",
            Self::MovedOn => "moved_on",
            Self::Idle => "idle",
            Self::Postponed => "postponed",
            Self::Parked => "parked",
            Self::Stale => "stale",
            Self::Unavailable => "unavailable",
            Self::Unreadable => "unreadable",
            Self::Lost => "lost",
            Self::Aborted => "aborted",
            Self::Panicked => "panicked",
        }
    }
}

/// The end of a turn that a verb of the store cut short.
impl From<&StoreError> for End {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            StoreError::Unavailable(_)
            | StoreError::Refused(_)
            | StoreError::Full
            | StoreError::TooManyWaiting { .. } => Self::Unavailable,
            StoreError::Unreadable { .. } => Self::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_stands_at_its_own_place() {
        for (place, end) in End::ALL.into_iter().enumerate() {
            assert_eq!(end as usize, place, "{}", end.label());
        }
    }
}
