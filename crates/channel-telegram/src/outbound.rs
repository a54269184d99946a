//! The model's Markdown to the HTML that Telegram shows, in parts that fit into messages.
//!
//! The Markdown becomes text and styles first, the text is cut where that hurts least, and only
//! then each part is written as HTML of its own. So a cut can't fall into a tag or an entity,
//! and a style that goes on over a cut is closed before and opened again after it.

mod document;
mod lists;
mod markdown;
mod plain;
mod splitting;
mod style;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use plain::plain;

use document::Document;

/// The longest message, in UTF-16 units. Telegram counts what is left of a part without its
/// tags; here the tags count as well, which is safe however it counts.
pub const LONGEST: usize = 4096;

/// A reply as Telegram's HTML, in parts of at most [`LONGEST`] UTF-16 units. Nothing but white
/// space is lost between them. None if the reply is blank.
#[must_use]
pub fn parts(markdown: &str) -> Vec<String> {
    let mut document = markdown::read(markdown);
    if document.is_blank() {
        // Markdown that shows nothing, such as a link's definition, is better shown as it is than not.
        document = Document::plain(markdown);
    }
    let parts = splitting::cuts(&document, LONGEST);
    parts.into_iter().map(|range| document.html(range)).collect()
}
