//! Replicas and queues, as Redis knows them.

use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Overview, QueueFigures, ReplicaReport};
use conversation::{Clock, StoreError, SystemClock};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::link::GROUP;
use crate::{RedisStore, millis, stored};

/// How long a replica counts as alive after it last reported.
const ALIVE: Duration = Duration::from_secs(10);
/// How long it stays listed. Every start is another replica, so the list must not keep them all.
const LISTED: Duration = Duration::from_secs(60 * 60);

const REPORT: &str = "a replica's report";

#[async_trait]
impl Overview for RedisStore {
    async fn ping(&self) -> Result<(), StoreError> {
        let mut ping = Cmd::new();
        ping.arg("PING");
        self.inner.link.run::<String>(&ping).await.map(|_pong| ())
    }

    async fn report(&self, report: ReplicaReport) -> Result<(), StoreError> {
        let (keys, verb) = (&self.inner.keys, &self.inner.scripts.report);
        let report = ReplicaReport { seen_at: SystemClock.now(), ..report };
        let json = stored::to_json(REPORT, &report)?;
        let mut say = Cmd::new();
        say.arg("SET").arg(keys.replica(&report.id)).arg(json).arg("EX").arg(ALIVE.as_secs());
        self.inner.link.run::<()>(&say).await?;
        let mut list = verb.call();
        list.arg(keys.replicas()).arg(&report.id).arg(millis(LISTED));
        self.inner.link.call(verb, &list).await
    }

    async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError> {
        let (keys, link) = (&self.inner.keys, &self.inner.link);
        let verb = &self.inner.scripts.replicas;
        let mut call = verb.call();
        call.arg(keys.replicas()).arg(millis(ALIVE));
        let mut ids: Vec<String> = link.call(verb, &call).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        ids.sort_unstable();
        let mut reads = Pipeline::new();
        for id in &ids {
            reads.get(keys.replica(id));
        }
        let reports: Vec<Option<String>> = link.run_all(&reads).await?;
        let read = |json: String| {
            let skip = |error: &StoreError| tracing::debug!(%error, "a replica is left out");
            stored::from_json(REPORT, &json).inspect_err(skip).ok()
        };
        Ok(reports.into_iter().flatten().filter_map(read).collect())
    }

    async fn queue(&self) -> Result<QueueFigures, StoreError> {
        let (keys, verb) = (&self.inner.keys, &self.inner.scripts.queue);
        let mut calls = Pipeline::new();
        for partition in 0..keys.partitions() {
            let mut call = verb.call();
            call.arg(keys.ready(partition))
                .arg(keys.delayed(partition))
                .arg(keys.dead(partition))
                .arg(GROUP);
            calls.add_command(call);
        }
        let counts: Vec<(u64, u64, u64, u64, u64)> = self.inner.link.call_all(verb, &calls).await?;
        let mut figures = QueueFigures::default();
        for (ready, claimed, delayed, dead, waited) in counts {
            figures.ready += ready;
            figures.claimed += claimed;
            figures.delayed += delayed;
            figures.dead += dead;
            figures.oldest_ready_ms = figures.oldest_ready_ms.max(waited);
        }
        Ok(figures)
    }
}
