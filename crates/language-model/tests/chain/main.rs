//! The chain over models in memory. Time stands still, and moves only when nothing else does,
//! so that every wait is exact.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod breakers;
mod deadlines;
mod fallback;
mod metrics;
mod models;
mod retries;
