//! The channel against a strict fake of the Cloud API and a store, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic)]

mod batches;
mod doubts;
mod figures;
mod fixture_tests;
mod logs;
mod media;
mod numbers;
mod pace;
mod persons;
mod refusals;
mod sending;
mod stage;
mod statuses;
mod trouble;
mod webhooks;
