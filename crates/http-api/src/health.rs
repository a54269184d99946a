//! How a replica does as a whole, in one word.

use crate::vitals::{Models, OllamaLink, Room, StoreLink};

/// The sum of a replica's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// All is well.
    Ok,
    /// Messages are answered, but not as well as configured, or no new ones are taken.
    Degraded,
    /// Nothing can be accepted or answered.
    Unavailable,
}

impl Health {
    /// Adds it up.
    pub(crate) fn of(store: StoreLink, ollama: OllamaLink, models: Models, room: Room) -> Self {
        match (store, ollama, models, room) {
            (StoreLink::Disconnected, ..) => Self::Unavailable,
            (_, OllamaLink::Disconnected, ..) | (_, _, Models::Troubled, _) | (.., Room::None) => {
                Self::Degraded
            }
            (
                StoreLink::Connected | StoreLink::Embedded,
                OllamaLink::Connected | OllamaLink::NotConfigured,
                Models::Well,
                Room::Enough,
            ) => Self::Ok,
        }
    }

    /// The word that `/healthz` says.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Unavailable => "unavailable",
        }
    }
}
