//! From the bytes of a webhook to words: pure translation, and tolerant of whatever comes.
//!
//! Elements are read one by one, so that one that can't be understood never sinks the others.

mod change;
mod contacts;
mod content;
mod echo;
mod envelope;
mod fault;
mod interactive;
mod lists;
mod message;
mod sender;
mod status;
mod system;
mod updates;
mod wire;

#[cfg(test)]
mod anything_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use envelope::{NotJson, decode};
pub use fault::Fault;
pub use sender::Sender;
pub use updates::{
    Arrived, Change, Envelope, Malformed, Moved, Noted, NotedBy, Other, Status, StatusState, Update,
};
