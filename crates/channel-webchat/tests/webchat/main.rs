//! Web Chat's routes over real sockets, with the store in this process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod description;
mod files;
mod limits;
mod messages;
mod pages;
mod sessions;
mod slow_readers;
mod stage;
mod streams;
