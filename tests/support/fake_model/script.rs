//! What a fake model does with one request, step by step.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

/// Something that a script waits for until the test lets it go on.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl Gate {
    /// Lets everyone pass, now and later.
    pub fn open(&self) {
        self.0.close();
    }

    pub(super) async fn pass(&self) {
        // A closed semaphore is an open gate: waiting for a permit that never comes ends.
        let _ = self.0.acquire().await;
    }
}

/// The answer to one request. Every piece of it travels as one HTTP chunk; the head of the
/// response goes out with the first one, so that whatever comes before that holds it back.
#[derive(Clone, Debug)]
pub struct Script {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) steps: Vec<Step>,
    /// Set if the body is sent at once and with its length instead of in chunks.
    pub(super) whole: Option<Bytes>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Words, as the vendor wraps them.
    Say(String),
    /// The vendor's end mark.
    Finish,
    /// Just these bytes.
    Raw(Bytes),
    /// Nothing until the gate opens.
    Wait(Gate),
    /// Nothing for a while.
    Pause(Duration),
    /// The connection breaks.
    Cut,
    /// Nothing more until the client goes away.
    Hang,
}

impl Script {
    /// An answer with status 200, so far without any words.
    #[must_use]
    pub fn new() -> Self {
        Self { status: 200, headers: Vec::new(), steps: Vec::new(), whole: None }
    }

    /// A complete answer in these pieces.
    #[must_use]
    pub fn saying(pieces: &[&str]) -> Self {
        pieces.iter().fold(Self::new(), |script, piece| script.say(piece)).finish()
    }

    /// A response with this status and this body at once.
    #[must_use]
    pub fn status(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, whole: Some(body.into()), ..Self::new() }
    }

    /// Sets the status of the response.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Goes on with words, in the form of the vendor that was asked.
    #[must_use]
    pub fn say(self, words: &str) -> Self {
        self.step(Step::Say(words.to_owned()))
    }

    /// Sends the vendor's end mark.
    #[must_use]
    pub fn finish(self) -> Self {
        self.step(Step::Finish)
    }

    /// Goes on with bytes as they are.
    #[must_use]
    pub fn raw(self, bytes: impl Into<Bytes>) -> Self {
        self.step(Step::Raw(bytes.into()))
    }

    /// Goes on when the gate opens.
    #[must_use]
    pub fn wait(self, gate: &Gate) -> Self {
        self.step(Step::Wait(gate.clone()))
    }

    /// Goes on after a while.
    #[must_use]
    pub fn pause(self, time: Duration) -> Self {
        self.step(Step::Pause(time))
    }

    /// Breaks the connection in the middle of the response.
    #[must_use]
    pub fn cut(self) -> Self {
        self.step(Step::Cut)
    }

    /// Keeps the response open until the client goes away.
    #[must_use]
    pub fn hang(self) -> Self {
        self.step(Step::Hang)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl Default for Script {
    fn default() -> Self {
        Self::new()
    }
}
