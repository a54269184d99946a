//! Finds the sections that answer a question: words, stems, spelling, and BM25 over them.

mod contractions;
mod index;
mod query;
mod spelling;
mod stem;
mod thesaurus;
mod wordings;
pub(crate) mod words;

pub(crate) use index::{Document, Index, Match};
pub(crate) use query::{Query, beginning};
pub(crate) use thesaurus::Thesaurus;
pub(crate) use wordings::Likeness;
