//! The channel against a strict fake of the Bot API, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic)]

mod api;
mod delivered;
mod edits;
mod introduction;
mod log;
mod polling;
mod secrecy;
mod sending;
mod streaming;
mod webhook;
mod world;
