#![doc = include_str!("../README.md")]

mod address;
mod allow;
mod channel;
mod figures;
mod graph;
mod number;
mod options;
mod pace;
mod reference;

pub mod inbound;
pub mod outbound;
pub mod webhook;

#[cfg(test)]
mod fixture_tests;

pub use address::{Address, CHANNEL};
pub use allow::{DmPolicy, Entry, InvalidEntry};
pub use channel::WhatsApp;
pub use graph::Complaint;
pub use options::{InvalidOptions, Options};
pub use reference::Reference;
