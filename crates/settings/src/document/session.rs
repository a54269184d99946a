//! `session`: how long a conversation is remembered.

use crate::decode::{Whole, choice, section};

section! {
    /// How long a conversation is remembered.
    struct Session {
        /// When a conversation begins anew.
        reset: Reset,
    }
}

section! {
    /// When a conversation begins anew.
    struct Reset {
        /// What ends a conversation. Default `idle`, the only one there is so far.
        mode: ResetMode = ResetMode::Idle,
        /// After how many minutes without a message the history is forgotten. Default 30: a
        /// customer who comes back later usually has another matter.
        idle_minutes: Whole<1, 525_600> = Whole::of::<30>(),
    }
}

choice! {
    /// What ends a conversation.
    pub(crate) enum ResetMode {
        /// A time without messages.
        Idle = "idle",
    }
}
