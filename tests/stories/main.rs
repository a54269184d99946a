//! Stories of the dialogue: pools on a store in memory, with a model and a channel that do what
//! a test tells them. Time stands still wherever it matters, and moves when nothing else does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answering;
mod commands;
mod crashes;
mod crowds;
mod drafts;
mod failing_models;
mod fakes;
mod interruptions;
mod leases;
mod moving;
mod pictures;
mod receipts;
mod remarks;
mod sending;
mod store_faults;
mod world;
