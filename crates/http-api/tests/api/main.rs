//! The API over real sockets, with the store in memory and answers written by the tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod answers;
mod asides;
mod bad_input;
mod description;
mod events;
mod figures;
mod health;
mod identity;
mod operators;
mod server;
mod starting;
mod status;
mod support;
mod takeovers;
mod trouble;
