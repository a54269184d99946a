//! The providers and the chain against a fake model server, over real sockets and for all three
//! APIs. Limits are short where running into them is the point, and long otherwise; no test
//! looks at how long something took.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod chains;
mod errors;
mod limits;
mod pictures;
mod probe;
mod requests;
mod world;
