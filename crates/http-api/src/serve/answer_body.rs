//! An answer's body, which tells the connection's pulse when hyper is done with it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{Either, Full};

use super::pulse::Pulse;

/// A request at work, from its header to the end of its answer's body.
pub(super) struct Working(Arc<Pulse>);

impl Working {
    pub(super) fn begin(pulse: &Arc<Pulse>) -> Self {
        pulse.began();
        Self(Arc::clone(pulse))
    }

    /// The handler is done, and what is left is to send this.
    pub(super) fn answer(self, body: Body) -> AnswerBody {
        self.with(Either::Right(body))
    }

    /// The answer was there at once, and this is all of it.
    pub(super) fn answer_whole(self, body: Bytes) -> AnswerBody {
        self.with(Either::Left(Full::new(body)))
    }

    fn with(self, body: Either<Full<Bytes>, Body>) -> AnswerBody {
        self.0.ended();
        AnswerBody { body, _working: self }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// The body and the work that ends with it.
pub(super) struct AnswerBody {
    /// A body that is there as a whole needs no box around it.
    body: Either<Full<Bytes>, Body>,
    _working: Working,
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
