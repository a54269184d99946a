//! A connection's stream, which notes when bytes come and go, and puts refusals that hyper makes
//! by itself into the shape of all others.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::own_words;
use super::pulse::Pulse;

pin_project! {
    /// The stream and its pulse.
    pub(super) struct WatchedIo<T> {
        #[pin]
        stream: T,
        pulse: Arc<Pulse>,
        instead: Option<Instead>,
    }
}

/// What goes out in place of something else.
struct Instead {
    bytes: Vec<u8>,
    sent: usize,
    /// The length of what it stands for.
    of: usize,
}

impl<T> WatchedIo<T> {
    pub(super) fn new(stream: T, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse, instead: None }
    }

    /// The stream itself.
    pub(super) fn into_inner(self) -> T {
        self.stream
    }
}

impl<T: AsyncRead> AsyncRead for WatchedIo<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.project();
        let before = buffer.filled().len();
        let result = this.stream.poll_read(cx, buffer);
        if buffer.filled().len() > before {
            this.pulse.received();
        }
        result
    }
}

impl<T: AsyncWrite> AsyncWrite for WatchedIo<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut this = self.project();
        this.pulse.sending();
        if this.instead.is_none() {
            let of = bytes.len();
            *this.instead =
                own_words::instead_of(bytes).map(|bytes| Instead { bytes, sent: 0, of });
        }
        let Some(instead) = this.instead else {
            return noted(this.pulse, this.stream.poll_write(cx, bytes));
        };
        while let Some(rest) = instead.bytes.get(instead.sent..).filter(|rest| !rest.is_empty()) {
            match ready!(noted(this.pulse, this.stream.as_mut().poll_write(cx, rest)))? {
                0 => return Poll::Ready(Ok(0)),
                sent => instead.sent += sent,
            }
        }
        let of = instead.of;
        *this.instead = None;
        Poll::Ready(Ok(of))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut filled = slices.iter().filter(|slice| !slice.is_empty());
        if let (Some(only), None) = (filled.next(), filled.next()) {
            return self.poll_write(cx, only);
        }
        let this = self.project();
        this.pulse.sending();
        noted(this.pulse, this.stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        let flushed = this.stream.poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            this.pulse.flushed();
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_shutdown(cx)
    }
}

fn noted(pulse: &Pulse, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
    if matches!(written, Poll::Ready(Ok(bytes)) if bytes > 0) {
        pulse.sent();
    }
    written
}
