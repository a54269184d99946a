//! Cutting a reply into parts that WhatsApp takes, where a reader would pause.

use std::ops::Range;

use super::formatted::Formatted;

/// Characters that belong to the one before them; cutting there would tear a sign apart.
const JOINS: [char; 3] = ['\u{200d}', '\u{fe0f}', '\u{20e3}'];

/// The text in parts of at most `limit` UTF-16 units, each written as WhatsApp writes styles.
pub(super) fn split(formatted: &Formatted, limit: usize) -> Vec<String> {
    let text = formatted.text();
    let mut parts = Vec::new();
    let mut start = skip_space(text, 0);
    while start < text.len() {
        let longest = longest_piece(formatted, start, limit);
        let end = if longest == text.len() { longest } else { pause(text, start..longest) };
        let piece = text.get(start..end).unwrap_or_default();
        let said = piece.trim_end();
        if !said.is_empty() {
            parts.push(formatted.render(start..start + said.len()));
        }
        start = skip_space(text, end);
    }
    parts
}

/// The length in UTF-16 units.
pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Blank lines and spaces between parts are left out, but not the indentation of a line.
fn skip_space(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let space = rest.len() - rest.trim_start().len();
    let skipped = rest.get(..space).unwrap_or_default();
    let begins_line =
        text.get(..from).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let indentation = if begins_line { 0 } else { space };
    from + skipped.rfind('\n').map_or(indentation, |line| line + 1)
}

/// Where the longest piece from `start` ends that fits; at least one character is taken.
fn longest_piece(formatted: &Formatted, start: usize, limit: usize) -> usize {
    let text = formatted.text();
    let ends: Vec<usize> = text
        .get(start..)
        .unwrap_or_default()
        .char_indices()
        .skip(1)
        .map(|(at, _)| start + at)
        .chain([text.len()])
        .take(limit)
        .collect();
    let fits = ends.partition_point(|end| units(&formatted.render(start..*end)) <= limit);
    ends.get(fits.saturating_sub(1)).copied().unwrap_or(text.len())
}

/// The best place to cut at the end of `piece`: after a paragraph, a line, a sentence or a word,
/// whichever comes first in this order and leaves at least half of the piece.
fn pause(text: &str, piece: Range<usize>) -> usize {
    let (start, end) = (piece.start, piece.end);
    let said = text.get(piece).unwrap_or_default();
    let enough = said.len() / 2;
    let after = |at: usize, mark: &str| start + at + mark.len();
    for mark in ["\n\n", "\n", ". ", "! ", "? ", "… ", "。", " "] {
        if let Some(at) = said.rfind(mark).filter(|at| *at >= enough) {
            return after(at, mark);
        }
    }
    between_signs(text, start, end)
}

/// The last place at or before `end` where no sign is torn apart, if there is one near.
fn between_signs(text: &str, start: usize, end: usize) -> usize {
    let mut at = end;
    for _ in 0..16 {
        let before = text.get(start..at).and_then(|said| said.chars().next_back());
        let next = text.get(at..).and_then(|rest| rest.chars().next());
        let joined = next.is_some_and(is_joined) || before == Some('\u{200d}');
        match before {
            Some(before) if joined && at - before.len_utf8() > start => at -= before.len_utf8(),
            Some(_) | None => return if joined { end } else { at },
        }
    }
    end
}

fn is_joined(char: char) -> bool {
    JOINS.contains(&char) || matches!(char, '\u{300}'..='\u{36f}' | '\u{1f3fb}'..='\u{1f3ff}')
}
