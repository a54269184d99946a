//! How a replica does as a whole, in one word.

use crate::standing::{Models, OllamaLink, Providers, Room, StoreLink};

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
    pub(crate) fn of(
        store: StoreLink,
        ollama: OllamaLink,
        models: Models,
        room: Room,
        providers: Providers,
    ) -> Self {
        match (store, ollama, models, room, providers) {
            (StoreLink::Disconnected, ..) => Self::Unavailable,
            (_, OllamaLink::Disconnected, ..)
            | (_, _, Models::Troubled, ..)
            | (.., Room::None, _)
            | (.., Providers::Refusing) => Self::Degraded,
            (
                StoreLink::Connected | StoreLink::Embedded,
                OllamaLink::Connected | OllamaLink::NotConfigured,
                Models::Well,
                Room::Enough,
                Providers::Well,
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
