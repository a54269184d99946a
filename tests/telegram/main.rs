//! Real gateways on a real Redis, and a strict fake of Telegram's Bot API: what customers see.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_line;
mod commands;
mod conversations;
mod intake;
mod pace;
mod polling;
mod refused;
mod streaming;
mod world;
