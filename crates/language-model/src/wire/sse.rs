//! Server-sent events as the vendors use them: every `data:` line is one JSON document.
//!
//! Some servers ignore that a stream was asked for and send one JSON document as the whole
//! body. Its first character gives that away, and it is then read as a whole.

use conversation::ports::ModelError;

use super::lines::LONGEST_LINE;
use super::{Answer, Progress, Reader};

/// What one vendor's events mean.
pub(crate) trait Events: Send {
    /// Takes the data of one event.
    fn event(&mut self, data: &[u8], answer: &mut Answer) -> Result<Progress, ModelError>;

    /// Takes a body that was one JSON document.
    fn whole(&mut self, body: &[u8], answer: &mut Answer) -> Result<(), ModelError>;

    /// The events have ended before an end mark. An error, unless the answer is whole anyway.
    fn ended(&mut self, answer: &mut Answer) -> Result<(), ModelError>;
}

/// Reads a body of server-sent events.
pub(crate) struct Sse<E> {
    events: E,
    body: Body,
}

enum Body {
    Unknown,
    Events,
    Whole(Vec<u8>),
}

impl<E: Events> Sse<E> {
    pub(crate) fn new(events: E) -> Self {
        Self { events, body: Body::Unknown }
    }

    fn first_line(&mut self, line: &[u8], answer: &mut Answer) -> Result<Progress, ModelError> {
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        let Some(first) = line.iter().find(|byte| !byte.is_ascii_whitespace()) else {
            return Ok(Progress::More);
        };
        if matches!(first, b'{' | b'[') {
            self.body = Body::Whole(Vec::new());
        } else if is_field(line) {
            self.body = Body::Events;
        } else {
            return Err(ModelError::Unintelligible("neither events nor JSON".to_owned()));
        }
        self.line(line, answer)
    }
}

impl<E: Events> Reader for Sse<E> {
    fn line(&mut self, line: &[u8], answer: &mut Answer) -> Result<Progress, ModelError> {
        match &mut self.body {
            Body::Unknown => self.first_line(line, answer),
            Body::Events => match line.strip_prefix(b"data:") {
                Some(data) if !data.trim_ascii().is_empty() => {
                    self.events.event(data.trim_ascii(), answer)
                }
                Some(_) | None => Ok(Progress::More),
            },
            Body::Whole(body) if body.len() + line.len() > LONGEST_LINE => {
                Err(ModelError::Unintelligible(format!("a body of more than {LONGEST_LINE} bytes")))
            }
            Body::Whole(body) => {
                body.extend_from_slice(line);
                body.push(b'\n');
                Ok(Progress::More)
            }
        }
    }

    fn ended(&mut self, answer: &mut Answer) -> Result<(), ModelError> {
        match &self.body {
            Body::Unknown => Err(ModelError::Cut("the body was empty".to_owned())),
            Body::Events => self.events.ended(answer),
            Body::Whole(body) => self.events.whole(body, answer),
        }
    }
}

/// Whether a line is one that an event stream may begin with.
fn is_field(line: &[u8]) -> bool {
    [&b":"[..], b"data", b"event", b"id", b"retry"].iter().any(|field| line.starts_with(field))
}
