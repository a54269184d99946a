//! Where a long text is cut: after a paragraph if there is one in the second half of what fits,
//! else after a line, a sentence or a word, and between two characters only if there is nothing
//! else.

use std::ops::Range;

use super::document::{Document, is_blank};
use super::style::{Style, escaped};

/// How well a place suits for a cut.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    Character,
    Word,
    Sentence,
    Line,
    Paragraph,
}

/// How many places there are for [`Break`]s.
const BREAKS: usize = 5;

/// The parts of the text, each at most `longest` UTF-16 units as HTML. What lies between them
/// is white space, and none of them is blank.
pub(super) fn cuts(document: &Document, longest: usize) -> Vec<Range<usize>> {
    let text = document.text();
    let mut parts = Vec::new();
    let mut start = 0;
    loop {
        start = after_gap(text, start);
        if text[start..].chars().all(is_blank) {
            return parts;
        }
        let end = end(document, start, longest);
        let part = start..start + text[start..end].trim_end().len();
        if !text[part.clone()].chars().all(is_blank) {
            parts.push(part);
        }
        start = end;
    }
}

/// Where the next part begins: white space at a cut is left out, but for a line's indentation.
fn after_gap(text: &str, cut: usize) -> usize {
    let is_gap: &[char] =
        if cut == 0 || text[..cut].ends_with('\n') { &['\n'] } else { &['\n', ' ', '\t'] };
    text.len() - text[cut..].trim_start_matches(is_gap).len()
}

/// Where the part that begins at `start` ends. Always after `start`.
fn end(document: &Document, start: usize, longest: usize) -> usize {
    let text = document.text();
    let mut cost = Cost::default();
    // The last place for each kind of break, and the first of them that fills half a part.
    let mut last = [None::<usize>; BREAKS];
    let mut half = text.len();
    let mut at = start;
    for (stretch, style) in document.stretches(start..text.len()) {
        cost.enter(style);
        for char in stretch.chars() {
            cost.add(char);
            if cost.total() > longest {
                return best(&last, half).unwrap_or_else(|| at.max(next(text, start)));
            }
            at += char.len_utf8();
            if cost.total() <= longest / 2 {
                half = at;
            }
            if let Some(kind) = kind(text, at) {
                last[kind as usize] = Some(at);
            }
        }
    }
    text.len()
}

/// The finest kind of break that doesn't leave the part half empty, if there is any break.
fn best(last: &[Option<usize>; BREAKS], half: usize) -> Option<usize> {
    let far = last.iter().rev().flatten().find(|at| **at > half);
    far.or_else(|| last.iter().flatten().max()).copied()
}

fn next(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(0, char::len_utf8)
}

/// Whether the text may be cut at a place, and how well that suits.
fn kind(text: &str, at: usize) -> Option<Break> {
    let (before, after) = (&text[..at], &text[at..]);
    let (last, first) = (before.chars().next_back()?, after.chars().next()?);
    if last == '\n' && first != '\n' {
        let is_paragraph = before[..at - 1].trim_end_matches([' ', '\t']).ends_with('\n');
        return Some(if is_paragraph { Break::Paragraph } else { Break::Line });
    }
    if first.is_whitespace() {
        // The better cut comes after all of it, unless there is too much of it.
        return (!last.is_whitespace()).then_some(Break::Word);
    }
    if last.is_whitespace() {
        let words = before.trim_end();
        let ended = words.ends_with(['.', '!', '?', '…', ':', ';']);
        return Some(if ended { Break::Sentence } else { Break::Word });
    }
    if matches!(last, '。' | '！' | '？') {
        return Some(Break::Sentence);
    }
    (!is_joined(last, first)).then_some(Break::Character)
}

/// Whether two characters are likely to be shown as one.
fn is_joined(last: char, first: char) -> bool {
    let extends = |char: char| {
        matches!(char,
            '\u{200d}' | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
    };
    let is_flag = |char: char| matches!(char, '\u{1f1e6}'..='\u{1f1ff}');
    last == '\u{200d}' || extends(first) || (is_flag(last) && is_flag(first))
}

/// How long a part is as HTML so far, in UTF-16 units.
#[derive(Default)]
struct Cost {
    written: usize,
    open: Vec<super::style::Tag>,
    closing: usize,
}

impl Cost {
    /// Changes the style. At most what a writer that shares nothing with the last style needs.
    fn enter(&mut self, style: &Style) {
        let wanted = style.tags();
        let mut html = String::new();
        let same = self.open.iter().zip(&wanted).take_while(|(one, other)| one == other).count();
        self.open[same..].iter().rev().for_each(|tag| tag.close(&mut html));
        wanted[same..].iter().for_each(|tag| tag.open(&mut html));
        self.written += units(&html);
        let mut closing = String::new();
        wanted.iter().for_each(|tag| tag.close(&mut closing));
        (self.open, self.closing) = (wanted, units(&closing));
    }

    fn add(&mut self, char: char) {
        self.written += escaped(char).map_or_else(|| char.len_utf16(), str::len);
    }

    fn total(&self) -> usize {
        self.written + self.closing
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
