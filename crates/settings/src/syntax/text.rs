//! A file's text with what is needed to point into it.

use std::cell::OnceCell;
use std::path::Path;

use super::Span;
use super::excerpt::{self, Pieces};
use crate::problem::Place;

/// The text of a settings file, and where its lines begin.
pub(crate) struct SourceText<'a> {
    path: &'a Path,
    text: &'a str,
    line_starts: Vec<usize>,
    pieces: OnceCell<Pieces>,
}

impl<'a> SourceText<'a> {
    pub(crate) fn new(path: &'a Path, text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends_line = |index: &usize| match bytes[*index] {
            b'\n' => true,
            b'\r' => bytes.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        let after_breaks = (0..bytes.len()).filter(ends_line).map(|index| index + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Self { path, text, line_starts, pieces: OnceCell::new() }
    }

    pub(crate) fn as_str(&self) -> &'a str {
        self.text
    }

    /// The text within `span`; nothing for one that doesn't fit the text.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Line and column of a byte offset, counted from 1, columns in characters.
    pub(crate) fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts[line - 1];
        let before = self.text.get(start..offset).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        let (line, column) = self.line_and_column(span.start);
        Place::Point { path: self.path.to_owned(), line, column }
    }

    /// The line that `span` begins in, with the span marked beneath it. Of the values in the line
    /// only what lies within `shown` can be read.
    pub(crate) fn excerpt(&self, span: Span, shown: Option<Span>) -> String {
        let (number, _) = self.line_and_column(span.start);
        let start = self.line_starts[number - 1];
        let end = self.line_starts.get(number).copied().unwrap_or(self.text.len());
        let pieces = self.pieces.get_or_init(|| Pieces::of(self.text));
        let line = excerpt::Line { number, span: Span::new(start, end), text: self.text };
        excerpt::render(&line, pieces, span, shown)
    }
}
