//! One line of the settings file with a place marked in it, as compilers show it. A settings file
//! holds secrets, in mistyped places too, so every value and comment is masked except the one that
//! the problem is about.

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::Span;

/// The widest part of a line that is shown, so that a file written in one line stays readable.
const BEFORE: usize = 60;
const AFTER: usize = 60;

/// How far around the place a line is looked at, in bytes. Masked values take little of the part
/// that is shown, so this is more than that.
const REACH: usize = 4096;

/// What stands in for a value that is not shown.
const MASK: char = '…';

/// The parts of a text that must not be shown, in order.
#[derive(Default)]
pub(super) struct Pieces {
    masked: Vec<Span>,
}

impl Pieces {
    /// Finds the values and comments. What can't be told into tokens is masked to its end.
    pub(super) fn of(text: &str) -> Self {
        let mut scanner = Scanner::new(text, &ScannerOptions::default());
        let mut sorting = Sorting::default();
        loop {
            match scanner.scan() {
                Ok(Some(token)) => {
                    sorting.add(&token, Span::new(scanner.token_start(), scanner.token_end()));
                }
                Ok(None) => break,
                Err(_) => {
                    sorting.hide_key();
                    sorting.pieces.masked.push(Span::new(scanner.token_start(), text.len()));
                    break;
                }
            }
        }
        sorting.finish()
    }

    /// The masked piece that an offset lies in.
    fn at(&self, offset: usize) -> Option<Span> {
        let after = self.masked.partition_point(|span| span.start <= offset);
        let span = self.masked.get(after.checked_sub(1)?)?;
        (offset < span.end).then_some(*span)
    }
}

/// Tells keys, which are shown, from values.
#[derive(Default)]
struct Sorting {
    pieces: Pieces,
    /// Whether a `{` or `,` came before.
    at_start_of_element: bool,
    /// What stands there. It is a key only if a colon follows, and else an element of a list.
    perhaps_key: Option<Span>,
}

impl Sorting {
    fn add(&mut self, token: &Token<'_>, span: Span) {
        // The quotes around a text may be seen.
        let span = match token {
            Token::String(_) => Span::new(span.start + 1, span.end.saturating_sub(1)),
            _ => span,
        };
        match token {
            Token::CommentLine(_) | Token::CommentBlock(_) => self.pieces.masked.push(span),
            Token::OpenBrace | Token::Comma => {
                self.hide_key();
                self.at_start_of_element = true;
            }
            Token::Colon => {
                self.perhaps_key = None;
                self.at_start_of_element = false;
            }
            Token::CloseBrace | Token::OpenBracket | Token::CloseBracket => {
                self.hide_key();
                self.at_start_of_element = false;
            }
            Token::String(_)
            | Token::Word(_)
            | Token::Boolean(_)
            | Token::Number(_)
            | Token::Null => {
                self.hide_key();
                if self.at_start_of_element {
                    self.perhaps_key = Some(span);
                } else {
                    self.pieces.masked.push(span);
                }
                self.at_start_of_element = false;
            }
        }
    }

    fn hide_key(&mut self) {
        self.pieces.masked.extend(self.perhaps_key.take());
    }

    fn finish(mut self) -> Pieces {
        self.hide_key();
        self.pieces.masked.sort_by_key(|span| span.start);
        self.pieces
    }
}

/// A line of the text.
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) span: Span,
    pub(super) text: &'a str,
}

/// The line with its number, and beneath it a mark under `span`.
pub(super) fn render(line: &Line<'_>, pieces: &Pieces, span: Span, shown: Option<Span>) -> String {
    let mut characters: Vec<(char, bool)> = Vec::new();
    let mut hidden_until = 0;
    let start = line.text.ceil_char_boundary(line.span.start.max(span.start.saturating_sub(REACH)));
    let end = line.text.floor_char_boundary(line.span.end.min(span.start + REACH));
    for (index, character) in line.text.get(start..end).unwrap_or_default().char_indices() {
        let offset = start + index;
        let marked = span.start <= offset && offset < span.end.max(span.start + 1);
        let is_shown = shown.is_some_and(|shown| shown.start <= offset && offset < shown.end);
        match pieces.at(offset) {
            Some(_) if is_shown => characters.push((character, marked)),
            // A masked piece becomes one character, however long it is.
            Some(_) if offset < hidden_until => {
                if let Some(last) = characters.last_mut().filter(|last| last.0 == MASK) {
                    last.1 |= marked;
                } else {
                    characters.push((MASK, marked));
                }
            }
            Some(piece) => {
                hidden_until = piece.end;
                characters.push((MASK, marked));
            }
            None if character == '\n' || character == '\r' => {}
            None if character.is_control() || character == '\t' => characters.push((' ', marked)),
            None => characters.push((character, marked)),
        }
    }
    frame(line.number, &characters)
}

fn frame(number: usize, characters: &[(char, bool)]) -> String {
    let first = characters.iter().position(|(_, marked)| *marked).unwrap_or(characters.len());
    let from = first.saturating_sub(BEFORE);
    let to = (first + AFTER).min(characters.len());
    let window = &characters[from..to];
    let line: String = window.iter().map(|(character, _)| *character).collect();
    let marks: String = window.iter().map(|(_, marked)| if *marked { '^' } else { ' ' }).collect();
    let marks = match marks.trim_end() {
        // A place behind the last character of a line, such as the end of the file.
        "" => format!("{}^", " ".repeat(window.len())),
        marks => marks.to_owned(),
    };
    let gutter = " ".repeat(number.to_string().len());
    format!(" {number} | {}\n {gutter} | {marks}", line.trim_end())
}
