//! The skills from outside: loading, hot reload, what goes into a prompt, and answering without
//! a model.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answering;
mod briefing;
mod loading;
mod properties;
mod recorder;
mod reloading;
mod shelf;
mod together;
mod watching;
