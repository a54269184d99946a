//! From text to a tree whose nodes know their place: JSON5 parsing, lines and columns, and the
//! excerpts shown with problems.

mod duplicates;
mod excerpt;
mod parse;
mod text;

pub(crate) use duplicates::report_duplicate_keys;
pub(crate) use jsonc_parser::common::Range as Span;
pub(crate) use parse::parse;
pub(crate) use text::SourceText;
