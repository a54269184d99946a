//! How an answer arrives: from bytes in whatever pieces to the words of the answer. Nothing
//! here does I/O, so that every turn an answer can take is tested on plain bytes.

mod answer;
mod decoder;
mod lines;
mod sse;
mod thought;
mod words;

pub(crate) use answer::Answer;
pub(crate) use decoder::{Decoder, Progress, Reader, parse};
pub(crate) use sse::{Events, Sse};
pub(crate) use words::Words;
