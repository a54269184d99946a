//! Signals, tasks and the order of stopping, all in one place.
//!
//! On SIGTERM or SIGINT the gateway says that it isn't ready, and finishes what it has within
//! the grace. With Redis it claims nothing more, and takes connections until its turns are done,
//! so that the proxies in front see that it isn't ready; what comes in meanwhile, and what is
//! left in the end, is answered by other replicas. With the store in this process nobody else
//! can answer: it takes no more connections, and claims until nothing waits. A second signal
//! ends the grace.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::Store;
use futures::future::BoxFuture;
use http_api::Phase;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, interval, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::compose::Doors;
use crate::compose::Gateway;
use crate::start::say;
use crate::storage::StorageKind;

/// How long waiting callers and handed-back claims may take after the grace.
const LAST_CALL: Duration = Duration::from_secs(3);
/// How often the collected figures are condensed.
const CONDENSE: Duration = Duration::from_secs(5);
/// How often the store in this process is asked whether anything still waits.
const QUEUE_LOOK: Duration = Duration::from_millis(50);

/// The signals that ask a process to stop.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { terminate, interrupt })
    }

    /// Waits for the next one, and names it.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// The outcome of `work`, or nothing if a signal comes first.
    pub(crate) async fn unless_told_to_stop<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            outcome = work => Some(outcome),
            _ = self.next() => None,
        }
    }
}

/// Serves until a signal, then stops in order.
pub(crate) async fn live(gateway: Gateway, mut signals: Signals) -> anyhow::Result<()> {
    let Gateway { vitals, grace, banner, vital_signs, .. } = &gateway;
    let (vitals, grace, banner) = (vitals.clone(), *grace, banner.clone());
    let replica = vital_signs.replica.clone();
    let stops = Stops::default();
    let routes = gateway.routes.clone();
    let running = Running::start(gateway, &stops);

    // Whether anybody reads it is no matter: the gateway serves all the same.
    let _ = say(&banner);
    tracing::info!(%replica, "ready");
    running.doors.entrance.open(routes);
    vitals.set_phase(Phase::Ready);

    tokio::select! {
        name = signals.next() => tracing::info!(signal = name, ?grace, "stopping"),
        () = running.doors.closed.cancelled() => anyhow::bail!("the HTTP server ended by itself"),
        () = running.turns_over.cancelled() => anyhow::bail!("the worker pool ended by itself"),
    }
    vitals.set_phase(Phase::Draining);
    stops.intake.cancel();
    let end_of_grace = Instant::now() + grace;
    tokio::select! {
        () = running.wind_down(&stops, end_of_grace) => {}
        name = signals.next() => tracing::warn!(signal = name, "told again: stopping at once"),
    }
    // Who still waits learns where to fetch the reply, and what is still claimed goes back.
    vitals.call_last();
    running.doors.close.cancel();
    stops.turns.cancel();
    stops.abort.cancel();
    let deadline = Instant::now() + LAST_CALL;
    if timeout_at(deadline, running.ended()).await.is_err() {
        tracing::warn!("some connections or turns did not end in time and are cut");
    }
    tracing::info!("stopped");
    Ok(())
}

/// What makes the parts stop.
#[derive(Default)]
struct Stops {
    /// Nothing more is asked for.
    intake: CancellationToken,
    /// No further claims.
    turns: CancellationToken,
    /// Turns stop where they are, and their claims go back.
    abort: CancellationToken,
}

/// The tasks of a running gateway.
struct Running {
    doors: Doors,
    turns_over: CancellationToken,
    beside: TaskTracker,
    store: Arc<dyn Store>,
    storage: StorageKind,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Running {
    fn start(gateway: Gateway, stops: &Stops) -> Self {
        let Gateway { doors, pool, skills, beside, vital_signs, storage, metrics, .. } = gateway;
        let (store, turns_over) = (Arc::clone(&vital_signs.store), CancellationToken::new());
        let mut tasks = Vec::new();
        let mut spawn = |work: BoxFuture<'static, ()>| {
            tasks.push(AbortOnDropHandle::new(tokio::spawn(work)));
        };
        let answering = pool.run(stops.turns.clone(), stops.abort.clone());
        let over = turns_over.clone().drop_guard();
        spawn(Box::pin(async move {
            let _over = over;
            answering.await;
        }));
        spawn(Box::pin(vital_signs.keep()));
        spawn(Box::pin(condense(metrics)));
        if let Some(library) = skills {
            spawn(Box::pin(library.watch(doors.close.clone())));
        }
        let tracker = TaskTracker::new();
        for work in beside {
            spawn(Box::pin(tracker.track_future(work(stops.intake.clone()))));
        }
        tracker.close();
        Self { doors, turns_over, beside: tracker, store, storage, _tasks: tasks }
    }

    /// Waits until the connections are closed, the turns over, and what ran beside them has ended.
    async fn ended(&self) {
        let (closed, over) = (self.doors.closed.cancelled(), self.turns_over.cancelled());
        tokio::join!(closed, over, self.beside.wait());
    }

    /// Finishes what is in flight, until the grace is over.
    async fn wind_down(&self, stops: &Stops, end_of_grace: Instant) {
        let work = async {
            match self.storage {
                // Others answer what waits: claiming stops first, and callers are told by events.
                StorageKind::Redis => {
                    stops.turns.cancel();
                    self.turns_over.cancelled().await;
                    self.doors.close.cancel();
                    self.doors.closed.cancelled().await;
                }
                // Nobody else can answer: claiming stops when nothing waits any more, whether a
                // caller waits for it or was told where to fetch it.
                StorageKind::Process => {
                    self.doors.close.cancel();
                    self.doors.closed.cancelled().await;
                    self.nothing_waits().await;
                    stops.turns.cancel();
                    self.turns_over.cancelled().await;
                }
            }
        };
        let in_time = timeout_at(end_of_grace, work).await;
        if in_time.is_err() {
            let rest = match self.storage {
                StorageKind::Redis => "goes to other replicas",
                StorageKind::Process => "is lost with this process",
            };
            tracing::warn!("the grace is over; what is left {rest}");
        }
    }

    /// Waits until no conversation is at work or still to be answered, also by a later attempt.
    async fn nothing_waits(&self) {
        let mut looks = interval(QUEUE_LOOK);
        loop {
            looks.tick().await;
            match self.store.queue().await {
                Ok(queue) if queue.ready + queue.claimed + queue.delayed == 0 => return,
                Ok(_) | Err(_) => {}
            }
        }
    }
}

/// Condenses the collected figures now and then, so that they take bounded memory even if
/// nobody asks for them.
async fn condense(metrics: PrometheusHandle) {
    let mut ticks = interval(CONDENSE);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}
