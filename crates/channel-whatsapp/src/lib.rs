#![doc = include_str!("../README.md")]

mod address;
mod channel;
mod figures;
mod graph;
mod options;
mod reference;

pub mod inbound;
pub mod outbound;
pub mod webhook;

#[cfg(test)]
mod fixture_tests;

pub use address::{Address, CHANNEL};
pub use channel::WhatsApp;
pub use graph::{Complaint, Media, MediaError};
pub use options::{DmPolicy, InvalidOptions, Options};
pub use reference::Reference;
