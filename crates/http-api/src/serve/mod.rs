//! Serves a router on a listener: takes connections within a limit, and ends them in peace.

mod answer_body;
mod aside;
mod coarse_clock;
mod connection;
mod deadline_body;
mod listen;
mod own_words;
mod pulse;
mod watched_io;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::entrance::Entrance;
use crate::standing::Phase;
use crate::vitals::Vitals;
use coarse_clock::CoarseClock;
use connection::{Connection, Stage};

pub use listen::listen;

pub(crate) use deadline_body::BodyTooSlow;

/// How long to wait before taking connections again when the system has none to give, such as
/// when it is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long before the end of the grace every waiting request is asked to answer.
const LAST_CALL: Duration = Duration::from_secs(2);

/// How long connections that are cut may take to notice.
const CUT_PATIENCE: Duration = Duration::from_secs(1);

/// How connections are treated.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// How long a request's header may take to arrive, from its first byte.
    pub header_timeout: Duration,
    /// How long a request's body may take to arrive as a whole.
    pub body_timeout: Duration,
    /// How long a connection may lie idle, or take none of our bytes. Longer than the proxies
    /// in front keep theirs, so that they never send into a connection that is being closed.
    pub idle_timeout: Duration,
    /// The largest header of a request, in bytes.
    pub header_bytes: usize,
    /// How many connections are served at once; further ones wait to be taken.
    pub connections: usize,
    /// How long requests may go on after the shutdown began.
    pub grace: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(75),
            header_bytes: 32 * 1024,
            connections: 12_000,
            grace: Duration::from_secs(25),
        }
    }
}

/// How the serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// How many connections had a request that did not end within the grace, and were cut.
    pub cut: usize,
}

/// Serves a router, or an entrance that gets its router later, until `shutdown` is cancelled and what is in flight has ended.
///
/// Then it takes no more connections, ends the idle ones, and gives the others the grace. Shortly
/// before that is over, requests that wait for a reply are asked to answer with where to fetch
/// it. `vitals` are those of the router.
pub async fn serve(
    listener: TcpListener,
    entrance: impl Into<Entrance>,
    vitals: Arc<Vitals>,
    options: ServeOptions,
    shutdown: CancellationToken,
) -> Closed {
    let (stage, stages) = watch::channel(Stage::Open);
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(options.connections));
    let grace = options.grace;
    let shortest = options.header_timeout.min(options.idle_timeout);
    let clock = CoarseClock::default();
    let connection = Connection::new(entrance.into(), options, clock.clone(), stages);

    let serving = async {
        tokio::select! {
            () = take(listener, &places, &connection, &connections) => {}
            () = shutdown.cancelled() => {}
        }
        vitals.set_phase(Phase::Draining);
        connections.close();
        stage.send_replace(Stage::Draining);
        drain(&connections, &stage, &vitals, grace).await
    };
    tokio::select! {
        cut = serving => Closed { cut },
        () = clock.run(shortest) => Closed { cut: 0 },
    }
}

/// Takes connections for as long as it is polled.
async fn take(
    listener: TcpListener,
    places: &Arc<Semaphore>,
    connection: &Connection,
    connections: &TaskTracker,
) {
    loop {
        let (stream, peer, place) = next(&listener, places).await;
        let served = connection.serve(stream, peer);
        connections.spawn(async move {
            served.await;
            drop(place);
        });
    }
}

/// Waits for the connections to end; says how many had to be cut.
async fn drain(
    connections: &TaskTracker,
    stage: &watch::Sender<Stage>,
    vitals: &Vitals,
    grace: Duration,
) -> usize {
    let quiet = grace.saturating_sub(LAST_CALL);
    if timeout(quiet, connections.wait()).await.is_ok() {
        return 0;
    }
    vitals.call_last();
    if timeout(grace - quiet, connections.wait()).await.is_ok() {
        return 0;
    }
    let cut = connections.len();
    tracing::warn!(cut, "cut the connections that did not end within the grace");
    stage.send_replace(Stage::Cut);
    // They end at their next poll; waiting for it only keeps the log in order.
    let _ = timeout(CUT_PATIENCE, connections.wait()).await;
    cut
}

/// The next connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, std::net::SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there always is a place in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "could not take a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether only the one connection failed, before it was taken.
fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}
