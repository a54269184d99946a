//! From a reply to requests: pure translation into WhatsApp's formatting, its limits and its JSON.

mod formatted;
mod markdown;
mod parts;
mod request;
mod split;

#[cfg(test)]
mod tests;

pub use parts::parts;
pub use request::{read_and_typing, text_message};

/// The longest text of a message, in UTF-16 units.
///
/// The Cloud API's reference for text messages says 4096 characters, and not which kind. No text
/// has more characters than UTF-16 units, so this keeps to the limit under either reading.
pub const LONGEST_TEXT: usize = 4096;
