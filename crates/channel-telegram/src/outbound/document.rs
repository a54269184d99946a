//! A text and how each stretch of it looks.

use std::ops::Range;

use super::style::{Style, Tag, escape};

/// A text whose stretches have styles.
#[derive(Debug, Default)]
pub(super) struct Document {
    text: String,
    /// Where each stretch ends, in bytes, and how it looks. They cover the text.
    stretches: Vec<(usize, Style)>,
}

impl Document {
    /// A text without any styles.
    pub(super) fn plain(text: &str) -> Self {
        let mut document = Self::default();
        document.push(text, &Style::default());
        document
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.chars().all(is_blank)
    }

    /// Goes on with a text that looks like this. Control characters, which Telegram throws away
    /// without counting them, are left out.
    pub(super) fn push(&mut self, text: &str, style: &Style) {
        let is_shown = |char: &char| !char.is_control() || matches!(char, '\n' | '\t');
        let before = self.text.len();
        self.text.extend(text.chars().filter(is_shown));
        if self.text.len() == before {
            return;
        }
        match self.stretches.last_mut() {
            Some((end, last)) if last == style => *end = self.text.len(),
            Some(_) | None => self.stretches.push((self.text.len(), style.clone())),
        }
    }

    /// Takes white space off the end.
    pub(super) fn trim_end(&mut self) {
        self.text.truncate(self.text.trim_end().len());
        let length = self.text.len();
        while self.stretches.len() > 1 && self.stretches[self.stretches.len() - 2].0 >= length {
            self.stretches.pop();
        }
        match self.stretches.last_mut() {
            Some((end, _)) if length > 0 => *end = length,
            Some(_) | None => self.stretches.clear(),
        }
    }

    /// The stretches of a part of the text.
    pub(super) fn stretches(&self, range: Range<usize>) -> impl Iterator<Item = (&str, &Style)> {
        let from = self.stretches.partition_point(|(end, _)| *end <= range.start);
        let mut at = range.start;
        self.stretches[from..].iter().map_while(move |(end, style)| {
            let stretch = at..(*end).min(range.end);
            at = stretch.end;
            (!stretch.is_empty()).then(|| (&self.text[stretch], style))
        })
    }

    /// A part of the text as HTML that stands on its own.
    pub(super) fn html(&self, range: Range<usize>) -> String {
        let mut html = String::with_capacity(range.len() + 64);
        let mut open: Vec<Tag> = Vec::new();
        for (text, style) in self.stretches(range) {
            change(&mut open, style.tags(), &mut html);
            escape(text, &mut html);
        }
        change(&mut open, Vec::new(), &mut html);
        html
    }
}

/// Closes and opens what tells one style from the next.
fn change(open: &mut Vec<Tag>, wanted: Vec<Tag>, html: &mut String) {
    let same = open.iter().zip(&wanted).take_while(|(one, other)| one == other).count();
    open.drain(same..).rev().for_each(|tag| tag.close(html));
    wanted.into_iter().skip(same).for_each(|tag| {
        tag.open(html);
        open.push(tag);
    });
}

/// Whether a character shows nothing, so that a message of nothing else would be refused.
pub(super) fn is_blank(char: char) -> bool {
    char.is_whitespace()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(char, '\u{feff}' | '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{3164}' | '\u{2800}')
}
