//! From the bytes of a file to text that is safe to read on: bounded, UTF-8, and printable.

use std::path::Path;

use crate::problem::{Position, Problem};

/// Takes the content of a file as text, without a byte order mark and with plain newlines.
pub(crate) fn decode(path: &Path, bytes: &[u8]) -> Result<String, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(path, bytes, error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    match text.char_indices().find(|(_, c)| is_unwanted(*c)) {
        None => Ok(text),
        Some((offset, c)) => Err(Problem::at(
            path,
            Position::of(&text, offset),
            format!(
                "the file holds the control character U+{:04X}, which is no text",
                u32::from(c)
            ),
        )),
    }
}

fn not_utf8(path: &Path, bytes: &[u8], error: std::str::Utf8Error) -> Problem {
    let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let valid = String::from_utf8_lossy(valid);
    let position = Position::of(&valid, valid.len());
    Problem::at(path, position, "the file is not UTF-8 from here on; save the file as UTF-8")
}

/// Control characters have no place in a prompt or in a chat, apart from tabs and newlines.
fn is_unwanted(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(bytes: &[u8]) -> String {
        decode(Path::new("A.md"), bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_named_by_line_and_column() {
        assert!(problem(b"one\nt\xC3\xA4w\xFFo").starts_with("A.md:2:4: the file is not UTF-8"));
    }

    #[test]
    fn a_control_character_is_named_by_line_and_column() {
        assert!(
            problem(b"one\n\ntw\0o")
                .starts_with("A.md:3:3: the file holds the control character U+0000")
        );
    }

    #[test]
    fn a_byte_order_mark_and_carriage_returns_are_dropped() {
        let text = decode(Path::new("A.md"), b"\xEF\xBB\xBFone\r\ntwo\r\n").unwrap();
        assert_eq!(text, "one\ntwo\n");
    }
}
