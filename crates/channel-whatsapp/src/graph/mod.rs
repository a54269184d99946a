//! The Graph API: requests, what its errors mean, and when to leave it alone.

mod client;
mod complaint;
mod media;
mod pauses;

pub(crate) use client::{Failure, Graph};
pub use complaint::Complaint;
pub(crate) use media::{File, MediaError};
pub(crate) use pauses::Pauses;
