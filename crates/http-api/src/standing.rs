//! How the parts of a replica, and what it depends on, may stand.

/// Where the replica is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is being put together.
    Starting,
    /// It takes work.
    Ready,
    /// It finishes what it has and ends. While it still takes connections, messages that come in
    /// are stored as ever; who answers them is up to the store.
    Draining,
}

/// How the store stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreLink {
    /// Redis answers.
    Connected,
    /// Redis doesn't answer: nothing can be accepted.
    Disconnected,
    /// The store lives in this process.
    Embedded,
}

/// How Ollama stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OllamaLink {
    /// It answers.
    Connected,
    /// It doesn't answer.
    Disconnected,
    /// The settings name none.
    NotConfigured,
}

/// How the chain of language models stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Models {
    /// It answers as configured.
    Well,
    /// A model of it is not to be had, so that another one answers in its place.
    Troubled,
}

/// Whether the store has room for new messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It has.
    Enough,
    /// It hasn't: new messages are refused, and those that it has are answered.
    None,
}

/// How the channels' providers stand to this gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Providers {
    /// None refuses it.
    Well,
    /// One doesn't take its token: nothing can be sent there until an operator mends that.
    Refusing,
}

impl StoreLink {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Embedded => "embedded",
        }
    }
}

impl OllamaLink {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::NotConfigured => "not configured",
        }
    }
}
