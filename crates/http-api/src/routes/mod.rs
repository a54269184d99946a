//! The routes, one per file.

mod at_once;
pub(crate) mod channel_conversations;
pub(crate) mod conversations;
pub(crate) mod dead_letters;
pub(crate) mod health;
pub(crate) mod icon;
pub(crate) mod message;
pub(crate) mod messages;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod sayings;
pub(crate) mod status;
pub(crate) mod takeovers;

pub(crate) use at_once::{AtOnce, ShortWay};
