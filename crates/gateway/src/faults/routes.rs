//! Deaths around the answer to a caller of the message route, seen from outside of the routes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http_body::{Frame, SizeHint};

use super::crash::{Crash, Point};

/// How long a written answer takes at most to be on its way.
const WRITTEN: Duration = Duration::from_millis(20);

/// Puts the deaths around all routes; only the message route meets them.
pub(super) fn around(router: axum::Router, crash: Arc<Crash>) -> axum::Router {
    router.layer(from_fn_with_state(crash, pass))
}

async fn pass(State(crash): State<Arc<Crash>>, request: Request, next: Next) -> Response {
    let is_message = request.method() == Method::POST && request.uri().path() == "/api/v1/message";
    let response = next.run(request).await;
    if !is_message || !response.status().is_success() {
        return response;
    }
    crash.pass(Point::Before200);
    if response.status() != StatusCode::OK {
        return response;
    }
    crash.pass(Point::BeforeSend);
    response.map(|inner| Body::new(Leaving { inner, crash }))
}

/// A reply's body, at whose end it has left.
struct Leaving {
    inner: Body,
    crash: Arc<Crash>,
}

impl http_body::Body for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let crash = Arc::clone(&self.crash);
        // The server has the bytes now and writes them next, on a thread that must not wait.
        std::thread::spawn(move || {
            std::thread::sleep(WRITTEN);
            crash.pass(Point::AfterSend);
        });
    }
}
