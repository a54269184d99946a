//! Replicas and queues, as Redis knows them.

use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Overview, QueueFigures, ReplicaReport, StoreFigures};
use conversation::{Clock, ConversationId, StoreError, SystemClock, Timestamp};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::link::GROUP;
use crate::room::Memory;
use crate::{Inner, RedisStore, millis, stored};

/// How long a replica counts as alive after it last reported.
const ALIVE: Duration = Duration::from_secs(10);
/// How long it stays listed. Every start is another replica, so the list must not keep them all.
const LISTED: Duration = Duration::from_secs(60 * 60);

/// Of how many conversations of each kind in each partition the oldest message is looked for.
/// Those that have stood there longest come first, so that it is seldom found elsewhere.
const LOOKED_AT: usize = 32;

const REPORT: &str = "a replica's report";

#[async_trait]
impl Overview for RedisStore {
    async fn ping(&self) -> Result<(), StoreError> {
        let mut ping = Pipeline::new();
        ping.ping();
        self.inner.link.run_everywhere::<()>(&ping).await.map(|_pongs| ())
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
        self.inner.replicas().await
    }

    async fn queue(&self) -> Result<QueueFigures, StoreError> {
        self.inner.queue().await
    }

    async fn holds(&self) -> Result<StoreFigures, StoreError> {
        self.inner.holds().await
    }

    fn is_full(&self) -> bool {
        self.inner.link.topology().is_crowded_anywhere()
    }
}

impl Inner {
    pub(crate) async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError> {
        let (keys, link) = (&self.keys, &self.link);
        let verb = &self.scripts.replicas;
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

    pub(crate) async fn queue(&self) -> Result<QueueFigures, StoreError> {
        let (keys, verb) = (&self.keys, &self.scripts.queue);
        let mut calls = Pipeline::new();
        for partition in 0..keys.partitions() {
            let mut call = verb.call();
            call.arg(keys.ready(partition))
                .arg(keys.delayed(partition))
                .arg(keys.dead(partition))
                .arg(GROUP);
            calls.add_command(call);
        }
        let counts: Vec<(u64, u64, u64, u64, u64)> = self.link.call_all(verb, &calls).await?;
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

    pub(crate) async fn holds(&self) -> Result<StoreFigures, StoreError> {
        let mut ask = Pipeline::new();
        ask.cmd("INFO").arg("memory");
        let servers: Vec<(String,)> = self.link.run_everywhere(&ask).await?;
        let servers: Vec<Memory> = servers.iter().map(|(info,)| Memory::read(info)).collect();
        let limit: u64 = servers.iter().map(|memory| memory.limit).sum();
        // Zero says that there is no limit.
        let is_limited = servers.iter().all(|memory| memory.limit > 0);
        Ok(StoreFigures {
            used_bytes: servers.iter().map(|memory| memory.used).sum(),
            limit_bytes: (is_limited && limit > 0).then_some(limit),
            oldest_waiting: self.oldest_waiting().await?,
        })
    }

    /// When the oldest message was accepted that waits in one of the conversations looked at.
    async fn oldest_waiting(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut heads = Pipeline::new();
        for name in self.longest_at_work().await? {
            let Ok(conversation) = ConversationId::try_from(name) else { continue };
            heads.lindex(self.keys.inbox(conversation.digest()), 0);
        }
        if heads.is_empty() {
            return Ok(None);
        }
        let heads: Vec<Option<String>> = self.link.run_all(&heads).await?;
        Ok(heads.iter().flatten().filter_map(|envelope| stored::accepted_at(envelope)).min())
    }

    /// The names of the conversations that have been ready, claimed or put off for longest.
    async fn longest_at_work(&self) -> Result<Vec<String>, StoreError> {
        let mut ready = Pipeline::new();
        let mut delayed = Pipeline::new();
        for partition in 0..self.keys.partitions() {
            let stream = self.keys.ready(partition);
            ready.cmd("XRANGE").arg(stream).arg("-").arg("+").arg("COUNT").arg(LOOKED_AT);
            delayed.zrange(self.keys.delayed(partition), 0, (LOOKED_AT - 1).cast_signed());
        }
        let ready: Vec<Vec<(String, Vec<String>)>> = self.link.run_all(&ready).await?;
        let delayed: Vec<Vec<String>> = self.link.run_all(&delayed).await?;
        let name = |(_, fields): (String, Vec<String>)| fields.into_iter().nth(1);
        let at_work = ready.into_iter().flatten().filter_map(name);
        Ok(at_work.chain(delayed.into_iter().flatten()).collect())
    }
}
