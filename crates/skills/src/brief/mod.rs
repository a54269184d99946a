//! The skills as text for a prompt: all of them while they fit, the best-matching ones beyond.

mod choose;
mod markup;

pub(crate) use choose::choose;
pub(crate) use markup::{render, whole};
