//! Finds the sections that answer a question: words, stems, spelling, and BM25 over them.

mod index;
mod query;
mod spelling;
mod stem;
pub(crate) mod words;

pub(crate) use index::{Document, Index, Match};
pub(crate) use query::{Query, beginning};
