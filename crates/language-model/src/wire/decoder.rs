//! Feeds the bytes of an answer to the reader of its vendor, line by line.

use conversation::ports::ModelError;
use serde::Deserialize;

use super::{Answer, lines::Lines};

/// Whether more of the answer is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It goes on.
    More,
    /// Its end mark was read. What follows doesn't matter.
    Done,
}

/// What one vendor's lines mean.
pub(crate) trait Reader: Send {
    /// Takes one line, without its line end.
    fn line(&mut self, line: &[u8], answer: &mut Answer) -> Result<Progress, ModelError>;

    /// The stream has ended before an end mark. An error, unless the answer is whole anyway.
    fn ended(&mut self, answer: &mut Answer) -> Result<(), ModelError>;
}

/// One answer as it comes in.
pub(crate) struct Decoder {
    lines: Lines,
    reader: Box<dyn Reader>,
    answer: Answer,
}

impl Decoder {
    pub(crate) fn new(reader: Box<dyn Reader>) -> Self {
        Self { lines: Lines::default(), reader, answer: Answer::default() }
    }

    /// Takes the next bytes. What they say is found by [`Self::take_text`], even before an error.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Progress, ModelError> {
        let Self { lines, reader, answer } = self;
        lines.feed(bytes, |line| reader.line(line, answer))
    }

    /// Takes note that the stream has ended, which is an error if the answer wasn't whole.
    pub(crate) fn end(&mut self) -> Result<(), ModelError> {
        if let Some(last) = self.lines.finish()
            && self.reader.line(&last, &mut self.answer)? == Progress::Done
        {
            return Ok(());
        }
        self.reader.ended(&mut self.answer)
    }

    /// The words that have come since they were last taken.
    pub(crate) fn take_text(&mut self) -> Option<String> {
        self.answer.take()
    }
}

/// Reads one JSON document. The error names the place, never the content: it may be a
/// customer's words.
pub(crate) fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, ModelError> {
    serde_json::from_slice(json).map_err(|error| {
        let what = if error.is_data() { "JSON of an unexpected shape" } else { "not JSON" };
        ModelError::Unintelligible(format!("{what}, at byte {} of a line", error.column()))
    })
}
