#![doc = include_str!("../README.md")]

mod accord;
mod archive;
mod conversation_state;
mod dead;
mod expiries;
mod giving_up;
mod handovers;
mod inbox;
mod moving;
mod notes;
mod options;
mod overview;
mod pile;
mod queue;
mod rate;
mod receipts;
mod remarks;
mod remembered;
mod sent;
mod state;
mod store;
mod transcripts;
mod turns;
mod waiting;
mod weight;

#[cfg(test)]
mod tests;

pub use options::Options;
pub use store::MemoryStore;
