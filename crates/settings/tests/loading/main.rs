//! Loads settings files as the gateway does, through the public functions only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod auth;
mod chain;
mod environment;
mod errors;
mod files;
mod garbage;
mod redis;
mod schema;
mod secrets;
mod shipped;
mod sight;
mod support;
mod syntax;
mod telegram;
mod values;
mod warnings;
mod web_chat;
mod whatsapp;
