//! The ports: what one room needs from another, without knowing which one it is.

mod accord;
mod archive;
mod channel;
mod events;
mod handovers;
mod inbox;
mod knowledge;
mod language_model;
mod notes;
mod overview;
mod receipts;
mod transcripts;
mod turns;

pub use accord::{Accord, accord_time, check_accord_name, check_accord_text};
pub use archive::{Archive, DeadLetter};
pub use channel::{Channel, Content, Drafts, Media, SendError, Sent};
pub use events::{Event, Events};
pub use handovers::{Handovers, Saying, Spoken};
pub use inbox::{Accepted, Inbox, MessageState};
pub use knowledge::{Brief, Knowledge};
pub use language_model::{Delta, DeltaStream, LanguageModel, ModelError, Phase};
pub use notes::{Move, Notes, Noticed};
pub use overview::{ModelReport, ModelState, Overview, QueueFigures, ReplicaReport, StoreFigures};
pub use receipts::{Passage, Receipt, Receipts, Received};
pub use transcripts::Transcripts;
pub use turns::{Claim, Fence, Lease, Memory, Opened, Pause, TurnResult, Turns, Waiting};

/// The whole store protocol. Whatever has the five ports is a store.
pub trait Store: Inbox + Turns + Archive + Events + Overview {}

impl<T: Inbox + Turns + Archive + Events + Overview> Store for T {}
