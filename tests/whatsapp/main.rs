//! WhatsApp from end to end: real gateways on a real Redis, and a strict fake of the Cloud API that
//! posts signed webhooks and takes replies.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod answering;
mod files;
mod floods;
mod moving;
mod outcomes;
mod persons;
mod policies;
mod world;
