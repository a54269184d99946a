//! Shortens a text where a reader would pause: after a paragraph, else a line, else a sentence.

use crate::search::beginning;

/// Where a text may end, best first.
const PAUSES: [&str; 5] = ["\n\n", "\n", ". ", "؟ ", " "];

/// A cut that keeps less than this part of what would fit is too early.
const LEAST_SHARE: usize = 3;

/// The beginning of `text` in at most `bytes` bytes, up to a pause.
pub(crate) fn leading(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let head = beginning(text, bytes);
    let least = head.len() / LEAST_SHARE;
    let cut = PAUSES.iter().find_map(|pause| {
        let at = head.rfind(pause).filter(|at| *at >= least)?;
        // A sentence keeps its full stop; white space is trimmed below.
        Some(at + pause.trim_end().len())
    });
    cut.and_then(|cut| head.get(..cut)).unwrap_or(head).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_stays_whole() {
        assert_eq!(leading("One.\n\nTwo.", 10), "One.\n\nTwo.");
    }

    #[test]
    fn a_cut_falls_after_a_paragraph_then_a_line_then_a_sentence_then_a_word() {
        assert_eq!(leading("One one.\n\nTwo two.", 12), "One one.");
        assert_eq!(leading("- one one\n- two two", 14), "- one one");
        assert_eq!(leading("One one. Two two two.", 14), "One one.");
        assert_eq!(leading("one two three", 9), "one two");
        assert_eq!(leading("ääääää", 5), "ää");
    }

    #[test]
    fn a_pause_right_at_the_beginning_is_passed_over() {
        assert_eq!(
            leading("A\n\nThis is a long sentence. And more.", 30),
            "A\n\nThis is a long sentence."
        );
    }
}
