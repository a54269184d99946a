//! Quotes a section so that it reads well in any chat: the heading in bold, tables as lists,
//! and not longer than a message should be.

use crate::loading::markdown::Section;
use crate::offline::tables;
use crate::paragraphs::leading;

/// How long a quotation may be, in characters.
const MAX_CHARS: usize = 1200;

/// Shows that a quotation was shortened.
const CUT_MARK: &str = "\n\n…";

/// The section as a message.
pub(crate) fn quote(section: &Section) -> String {
    let text = shortened(&tables::as_lists(&section.text));
    if section.title.is_empty() {
        return text;
    }
    format!("**{}**\n\n{text}", section.title)
}

fn shortened(text: &str) -> String {
    let Some((limit, _)) = text.char_indices().nth(MAX_CHARS) else {
        return text.to_owned();
    };
    format!("{}{CUT_MARK}", leading(text, limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loading::markdown::outline;

    fn quoted(body: &str) -> String {
        quote(&outline(body).unwrap().sections[0])
    }

    #[test]
    fn a_section_is_quoted_with_its_heading_and_as_it_was_written() {
        assert_eq!(quoted("## One\n\nText.\n\n- a\n- b\n"), "**One**\n\nText.\n\n- a\n- b");
        assert_eq!(quoted("No heading."), "No heading.");
    }

    #[test]
    fn a_long_section_ends_after_a_whole_paragraph() {
        let body = format!("## One\n\n{}", "A sentence of some length.\n\n".repeat(100));
        let quotation = quoted(&body);
        assert!(quotation.chars().count() <= MAX_CHARS + 20);
        assert!(quotation.ends_with("A sentence of some length.\n\n…"), "{quotation}");
    }
}
