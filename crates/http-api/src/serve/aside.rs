//! Sends an answer that goes on for long and says little: a stream of events. hyper keeps two buffers
//! of 8 KiB and more for each connection, which ten thousand open streams don't need. So their
//! answers leave hyper, and are written to the socket as they come, with no buffer of their own.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::BoxError;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, TRANSFER_ENCODING};
use axum::http::response::Parts;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use bytes::{Buf, Bytes};
use http_body::Body;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::timeout;

use super::answer_body::AnswerBody;
use super::connection::Stage;

/// The way out of hyper for the answers of one connection.
#[derive(Clone, Default)]
pub(super) struct Exit(Arc<Mutex<Option<Box<Response<AnswerBody>>>>>);

impl Exit {
    /// Whether the answer to a request may take it: all that comes before is written, there is nothing
    /// of the request left to read, and the caller understands pieces of unknown length.
    pub(super) fn is_open_to<B: Body>(request: &Request<B>) -> bool {
        request.method() == Method::GET
            && request.version() == Version::HTTP_11
            && request.body().is_end_stream()
    }

    /// Whether an answer should.
    pub(super) fn is_for(answer: &Response<AnswerBody>) -> bool {
        let kind = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        answer.status() == StatusCode::OK
            && kind.is_some_and(|kind| kind.starts_with(b"text/event-stream"))
    }

    /// Puts an answer aside.
    pub(super) fn leave(&self, answer: Response<AnswerBody>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(answer));
    }

    /// The answer that was put aside.
    pub(super) fn take(&self) -> Option<Box<Response<AnswerBody>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A connection that has nothing left to do but to send one answer.
pub(super) struct Aside {
    pub(super) stream: TcpStream,
    pub(super) answer: Box<Response<AnswerBody>>,
}

impl Aside {
    /// Sends the answer to its end, unless the caller hangs up, takes none of it for `patience`, or
    /// is to be cut.
    pub(super) async fn send(self, mut stages: watch::Receiver<Stage>, patience: Duration) {
        let Self { mut stream, answer } = self;
        let (head, body) = answer.into_parts();
        let head = spelled(head);
        let (from_caller, to_caller) = stream.split();
        let writer = Writer { out: to_caller, patience };
        let sent = tokio::select! {
            biased;
            _ = stages.wait_for(|stage| *stage == Stage::Cut) => return,
            () = hung_up(&from_caller) => return,
            sent = writer.send(head, body) => sent,
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "a stream ended early");
        }
    }
}

/// The head as it goes out. The connection ends with the answer.
fn spelled(mut head: Parts) -> Bytes {
    let date = httpdate::fmt_http_date(SystemTime::now());
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if let Ok(date) = HeaderValue::from_str(&date) {
        head.headers.entry(DATE).or_insert(date);
    }
    let mut text = format!("HTTP/1.1 {}\r\n", head.status).into_bytes();
    for (name, value) in &head.headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text.into()
}

/// How much a caller may still send, in bytes: a request or two that it sent ahead, which nothing comes
/// of. Who sends more is cut off, since reading it would never end.
const SURPLUS: usize = 8 * 1024;

/// Waits for the end of what the caller sends. Nothing that still comes is a request any more.
async fn hung_up(from_caller: &ReadHalf<'_>) {
    let mut surplus = 0;
    while surplus <= SURPLUS {
        if from_caller.readable().await.is_err() {
            return;
        }
        match from_caller.try_read(&mut [0; 64]) {
            Ok(0) => return,
            Ok(more) => surplus += more,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

/// Writes an answer in chunks.
struct Writer<'a> {
    out: WriteHalf<'a>,
    patience: Duration,
}

impl Writer<'_> {
    async fn send(mut self, head: Bytes, mut body: AnswerBody) -> Result<(), BoxError> {
        Box::pin(self.put(head)).await?;
        while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await
        {
            let Ok(data) = frame?.into_data() else { continue };
            if !data.is_empty() {
                let size = Bytes::from(format!("{:x}\r\n", data.len()));
                let chunk = size.chain(data).chain(Bytes::from_static(b"\r\n"));
                // In a box, since it is done at once nearly always, and its room would stay.
                Box::pin(self.put(chunk)).await?;
            }
        }
        Box::pin(self.put(Bytes::from_static(b"0\r\n\r\n"))).await?;
        Ok(self.out.shutdown().await?)
    }

    async fn put(&mut self, mut bytes: impl Buf) -> io::Result<()> {
        let slow = |_| io::Error::new(io::ErrorKind::TimedOut, "the caller takes nothing");
        while bytes.has_remaining() {
            let taken = timeout(self.patience, self.out.write_buf(&mut bytes)).await;
            if taken.map_err(slow)?? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }
}
