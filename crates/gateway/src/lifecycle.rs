//! Signals, tasks and the order of stopping, all in one place.
//!
//! On SIGTERM or SIGINT the gateway says that it isn't ready, claims nothing more, finishes
//! what is in flight within the grace, and hands the rest to other replicas at once. A second
//! signal ends the grace.

use std::future::Future;
use std::time::Duration;

use futures::future::BoxFuture;
use http_api::{Phase, ServeOptions};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, interval, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::compose::Gateway;
use crate::start::say;
use crate::storage::StorageKind;

/// How long waiting callers and handed-back claims may take after the grace.
const LAST_CALL: Duration = Duration::from_secs(3);
/// How often the collected figures are condensed.
const CONDENSE: Duration = Duration::from_secs(5);

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
    let Gateway { vitals, storage, grace, banner, vital_signs, .. } = &gateway;
    let (vitals, storage, grace, banner) = (vitals.clone(), *storage, *grace, banner.clone());
    let replica = vital_signs.replica.clone();
    let stops = Stops::default();
    let running = Running::start(gateway, &stops);

    say(&banner);
    tracing::info!(%replica, "ready");
    vitals.set_phase(Phase::Ready);

    tokio::select! {
        name = signals.next() => tracing::info!(signal = name, ?grace, "stopping"),
        () = running.doors_closed.cancelled() => anyhow::bail!("the HTTP server ended by itself"),
        () = running.turns_over.cancelled() => anyhow::bail!("the worker pool ended by itself"),
    }
    vitals.set_phase(Phase::Draining);
    let end_of_grace = Instant::now() + grace;
    tokio::select! {
        () = running.wind_down(storage, &stops, end_of_grace) => {}
        name = signals.next() => tracing::warn!(signal = name, "told again: stopping at once"),
    }
    // Who still waits learns where to fetch the reply, and what is still claimed goes back.
    vitals.call_last();
    stops.doors.cancel();
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
    /// No further connections; open ones end with their request.
    doors: CancellationToken,
    /// No further claims.
    turns: CancellationToken,
    /// Turns stop where they are, and their claims go back.
    abort: CancellationToken,
}

/// The tasks of a running gateway.
struct Running {
    doors_closed: CancellationToken,
    turns_over: CancellationToken,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Running {
    fn start(gateway: Gateway, stops: &Stops) -> Self {
        let Gateway { listener, router, pool, skills, vitals, vital_signs, metrics, grace, .. } =
            gateway;
        let (doors_closed, turns_over) = (CancellationToken::new(), CancellationToken::new());
        let mut tasks = Vec::new();
        let mut spawn = |work: BoxFuture<'static, ()>| {
            tasks.push(AbortOnDropHandle::new(tokio::spawn(work)));
        };
        let options = ServeOptions { grace, ..ServeOptions::default() };
        let (close, closed) = (stops.doors.clone(), doors_closed.clone().drop_guard());
        spawn(Box::pin(async move {
            let _closed = closed;
            http_api::serve(listener, router, vitals, options, close).await;
        }));
        let answering = pool.run(stops.turns.clone(), stops.abort.clone());
        let over = turns_over.clone().drop_guard();
        spawn(Box::pin(async move {
            let _over = over;
            answering.await;
        }));
        spawn(Box::pin(vital_signs.keep()));
        spawn(Box::pin(condense(metrics)));
        if let Some(library) = skills {
            spawn(Box::pin(library.watch(stops.doors.clone())));
        }
        Self { doors_closed, turns_over, _tasks: tasks }
    }

    /// Waits until the connections are closed and the turns over.
    async fn ended(&self) {
        tokio::join!(self.doors_closed.cancelled(), self.turns_over.cancelled());
    }

    /// Finishes what is in flight, until the grace is over.
    async fn wind_down(&self, storage: StorageKind, stops: &Stops, end_of_grace: Instant) {
        let work = async {
            match storage {
                // Others answer what waits: claiming stops first, and callers are told by events.
                StorageKind::Redis => {
                    stops.turns.cancel();
                    stops.doors.cancel();
                    self.ended().await;
                }
                // Nobody else can answer: callers get their replies before claiming stops.
                StorageKind::Process => {
                    stops.doors.cancel();
                    self.doors_closed.cancelled().await;
                    stops.turns.cancel();
                    self.turns_over.cancelled().await;
                }
            }
        };
        let in_time = timeout_at(end_of_grace, work).await;
        if in_time.is_err() {
            tracing::warn!("the grace is over; what is left goes to other replicas");
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
