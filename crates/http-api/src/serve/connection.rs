//! Serves one connection.

use std::convert::Infallible;
use std::future::{pending, poll_fn, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use futures::future::Either;
use futures::stream::{FuturesUnordered, StreamExt as _};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::ServeOptions;
use super::answer_body::{AnswerBody, Working};
use super::aside::{Aside, Exit};
use super::coarse_clock::CoarseClock;
use super::deadline_body::DeadlineBody;
use super::own_words;
use super::pulse::{Finding, Pulse};
use super::watched_io::WatchedIo;
use crate::entrance::Entrance;
use crate::problem::Problem;

/// What is to become of the connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// They are served.
    Open,
    /// They end with the request that is in flight.
    Draining,
    /// They end at once.
    Cut,
}

/// How connections are served.
pub(super) struct Connection {
    entrance: Entrance,
    protocol: http1::Builder,
    options: Arc<ServeOptions>,
    clock: CoarseClock,
    stages: watch::Receiver<Stage>,
}

impl Connection {
    pub(super) fn new(
        entrance: Entrance,
        options: ServeOptions,
        clock: CoarseClock,
        stages: watch::Receiver<Stage>,
    ) -> Self {
        let mut protocol = http1::Builder::new();
        protocol.header_read_timeout(None).max_header_size(options.header_bytes);
        // Answers are short: putting head and body together costs less than handing over two pieces.
        protocol.writev(false);
        Self { entrance, protocol, options: Arc::new(options), clock, stages }
    }

    /// Serves `stream` to its end.
    pub(super) fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> impl Future<Output = ()> + Send + use<> {
        // Answers are written whole, so waiting for more to send would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "could not switch off the delay of small packets");
        }
        let pulse = Arc::new(Pulse::new(self.clock.clone()));
        let exit = Exit::default();
        let io = TokioIo::new(WatchedIo::new(stream, Arc::clone(&pulse)));
        let served = Served {
            entrance: self.entrance.clone(),
            peer,
            pulse: Arc::clone(&pulse),
            exit: exit.clone(),
            options: Arc::clone(&self.options),
        };
        let connection =
            self.protocol.serve_connection(io, service_fn(move |request| served.answer(request)));
        let (options, stages) = (Arc::clone(&self.options), self.stages.clone());
        // In a box, so that an answer that leaves hyper leaves its room as well.
        let run = Box::pin(run(connection, exit, pulse, options, stages.clone()));
        let patience = self.options.idle_timeout;
        async move {
            if let Some(aside) = run.await {
                aside.send(stages, patience).await;
            }
        }
    }
}

/// What a connection may have to be looked at for, besides what comes and goes on it.
enum Occasion {
    /// It may hang.
    Look,
    /// Something else is to become of it.
    Stage(Stage),
}

/// How hyper is done with a connection.
enum Outcome {
    Ended(hyper::Result<()>),
    Left(Box<Response<AnswerBody>>),
}

/// The next occasion, and what it takes to wait for the one after.
async fn occasion(
    mut stages: watch::Receiver<Stage>,
    look: Instant,
) -> (Occasion, watch::Receiver<Stage>, Instant) {
    let occasion = tokio::select! {
        biased;
        changed = stages.changed() => match changed {
            Ok(()) => Occasion::Stage(*stages.borrow_and_update()),
            Err(_) => Occasion::Stage(Stage::Cut),
        },
        () = sleep_until(look) => Occasion::Look,
    };
    (occasion, stages, look)
}

/// Drives a connection until it ends, hangs, is to end, or has nothing left but an answer that leaves
/// hyper.
async fn run<S, F>(
    mut connection: http1::Connection<TokioIo<WatchedIo<TcpStream>>, S>,
    exit: Exit,
    pulse: Arc<Pulse>,
    options: Arc<ServeOptions>,
    mut stages: watch::Receiver<Stage>,
) -> Option<Aside>
where
    S: hyper::service::Service<
            Request<Incoming>,
            Response = Response<AnswerBody>,
            Error = Infallible,
            Future = F,
        > + Unpin,
    F: Future<Output = Result<Response<AnswerBody>, Infallible>> + Send,
{
    if *stages.borrow_and_update() != Stage::Open {
        Pin::new(&mut connection).graceful_shutdown();
    }
    // Requests wake this task all the time, and occasions hardly ever. So they are kept where only
    // a wake-up of their own has them polled.
    let mut occasions = FuturesUnordered::new();
    occasions.push(occasion(stages, Instant::now() + options.header_timeout));
    loop {
        // An answer leaves while the connection is polled.
        let go_on = poll_fn(|cx| match Pin::new(&mut connection).poll(cx) {
            Poll::Ready(ended) => Poll::Ready(Outcome::Ended(ended)),
            Poll::Pending => {
                exit.take().map_or(Poll::Pending, |left| Poll::Ready(Outcome::Left(left)))
            }
        });
        tokio::select! {
            biased;
            outcome = go_on => return match outcome {
                Outcome::Ended(ended) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    None
                }
                Outcome::Left(answer) => {
                    let stream = connection.into_parts().io.into_inner().into_inner();
                    Some(Aside { stream, answer })
                }
            },
            Some((what, stages, look)) = occasions.next() => {
                let look = match what {
                    Occasion::Look => match pulse.finding(options.header_timeout, options.idle_timeout) {
                        Finding::Well(for_now) => Instant::now() + for_now,
                        Finding::SlowHeader => {
                            tracing::debug!("cut a connection whose header did not arrive in time");
                            cut(&pulse, || connection.into_parts());
                            return None;
                        }
                        Finding::Idle => {
                            cut(&pulse, || connection.into_parts());
                            return None;
                        }
                    },
                    Occasion::Stage(Stage::Open) => look,
                    Occasion::Stage(Stage::Draining) => {
                        Pin::new(&mut connection).graceful_shutdown();
                        look
                    }
                    Occasion::Stage(Stage::Cut) => return None,
                };
                occasions.push(occasion(stages, look));
            }
        }
    }
}

/// Ends a connection. If a part of a header is all there is on it, its caller is told first.
/// Taking the connection apart drops the answer that is under way, so that is looked at before.
fn cut<S>(pulse: &Pulse, apart: impl FnOnce() -> Parts<S>) {
    if !pulse.is_silent() {
        return;
    }
    let parts = apart();
    if !parts.read_buf.is_empty() {
        refuse(&parts.io.into_inner().into_inner());
    }
}

/// A connection that was taken apart.
type Parts<S> = http1::Parts<TokioIo<WatchedIo<TcpStream>>, S>;

/// Says that the header was too slow, if the system takes the words at once.
fn refuse(stream: &TcpStream) {
    let problem = Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "header_too_slow",
        "The request's header took too long to arrive.",
    );
    if let Err(error) = stream.try_write(&own_words::refusal(&problem)) {
        tracing::debug!(%error, "could not say so");
    }
}

/// What answers the requests of one connection.
struct Served {
    entrance: Entrance,
    peer: SocketAddr,
    pulse: Arc<Pulse>,
    exit: Exit,
    options: Arc<ServeOptions>,
}

impl Served {
    fn answer(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<AnswerBody>, Infallible>> + Send + use<> {
        let may_leave = self.pulse.is_silent() && Exit::is_open_to(&request);
        let exit = may_leave.then(|| self.exit.clone());
        let working = Working::begin(&self.pulse);
        let routes = self.entrance.routes();
        if let Some(way) = routes.short_way(&request) {
            let answer = way.answer(request, self.peer);
            return Either::Left(ready(Ok(answer.map(|body| working.answer_whole(body)))));
        }
        let limit = self.options.body_timeout;
        let mut request = request.map(|body| Body::new(DeadlineBody::new(body, limit)));
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answer = routes.route(request);
        Either::Right(async move {
            let answer = answer.await?.map(|body| working.answer(body));
            match exit.filter(|_| Exit::is_for(&answer)) {
                Some(exit) => {
                    exit.leave(answer);
                    pending().await
                }
                None => Ok(answer),
            }
        })
    }
}
