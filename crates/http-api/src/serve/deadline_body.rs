//! A request's body that must have arrived as a whole by a deadline, so that no one holds a
//! handler by sending a byte now and then.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};

/// The body did not arrive in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body did not arrive within {limit:?}")]
pub(crate) struct BodyTooSlow {
    /// How long it might have taken.
    pub(crate) limit: Duration,
}

/// The body and its deadline.
pub(super) struct DeadlineBody {
    inner: Incoming,
    limit: Duration,
    /// Set when the body first keeps its reader waiting: most bodies are there at once, and
    /// cost no timer.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl DeadlineBody {
    pub(super) fn new(inner: Incoming, limit: Duration) -> Self {
        Self { inner, limit, deadline: None }
    }
}

impl Body for DeadlineBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        // A body that always has a byte ready must not get past its deadline either.
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx)
            && !this.deadline.as_ref().is_some_and(|deadline| deadline.is_elapsed())
        {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = this.limit;
        let deadline = this.deadline.get_or_insert_with(|| Box::pin(sleep(limit)));
        deadline.as_mut().poll(cx).map(|()| Some(Err(BodyTooSlow { limit }.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
