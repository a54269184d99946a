//! From the tree to typed sections, field by field, collecting every problem on the way instead of
//! stopping at the first.
//!
//! `section!` declares a section once: its fields with their types, documentation and defaults.
//! From that one list come the struct, the known keys, the reading and the JSON Schema.

mod base_url;
mod choice;
mod fields;
mod list;
mod nearest;
mod node;
mod reader;
mod secret;
mod section;
mod setting;
mod substitute;
mod switch;
mod text;
mod whole;

pub(crate) use base_url::{BaseUrl, UrlFault, parse_base_url};
pub(crate) use choice::{allow_placeholder, choice};
pub(crate) use fields::{Field, Fields, Named, Section, Sections};
pub(crate) use list::List;
pub(crate) use nearest::did_you_mean;
pub(crate) use node::{Content, Decode, Node, Shown};
pub(crate) use reader::{Origin, Reader, child};
pub(crate) use secret::{Secret, is_sendable};
pub(crate) use section::{default_value, section};
pub(crate) use setting::{At, Setting};
pub(crate) use switch::Switch;
pub(crate) use text::{FilePath, Network, Prose};
pub(crate) use whole::Whole;

/// In the schema, what a text must contain to stand where a number, a switch or a word is expected.
pub(crate) const PLACEHOLDER_PATTERN: &str = r"\$\{";
