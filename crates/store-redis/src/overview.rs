//! Replicas and queues, as Redis knows them.

use async_trait::async_trait;
use conversation::ports::{Overview, QueueFigures, ReplicaReport};
use conversation::{Clock, StoreError, SystemClock};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::link::GROUP;
use crate::{RedisStore, stored};

/// How long a replica counts as alive after it last reported.
const ALIVE_SECONDS: u64 = 10;

#[async_trait]
impl Overview for RedisStore {
    async fn ping(&self) -> Result<(), StoreError> {
        let mut ping = Cmd::new();
        ping.arg("PING");
        self.inner.link.run::<String>(&ping).await.map(|_pong| ())
    }

    async fn report(&self, report: ReplicaReport) -> Result<(), StoreError> {
        let keys = &self.inner.keys;
        let report = ReplicaReport { seen_at: SystemClock.now(), ..report };
        let json = stored::to_json("a replica's report", &report)?;
        let mut tell = Pipeline::new();
        tell.set_ex(keys.replica(&report.id), json, ALIVE_SECONDS).ignore();
        tell.sadd(keys.replicas(), &report.id).ignore();
        self.inner.link.run_all(&tell).await
    }

    async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError> {
        let (keys, link) = (&self.inner.keys, &self.inner.link);
        let mut members = Cmd::new();
        members.arg("SMEMBERS").arg(keys.replicas());
        let mut ids: Vec<String> = link.run(&members).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        ids.sort_unstable();
        let mut reads = Pipeline::new();
        for id in &ids {
            reads.get(keys.replica(id));
        }
        let reports: Vec<Option<String>> = link.run_all(&reads).await?;
        let mut forgetting = Pipeline::new();
        let mut alive = Vec::with_capacity(ids.len());
        for (id, report) in ids.iter().zip(reports) {
            match report {
                Some(json) => alive.push(stored::from_json("a replica's report", &json)?),
                None => {
                    forgetting.srem(keys.replicas(), id).ignore();
                }
            }
        }
        if !forgetting.is_empty() {
            link.run_all::<()>(&forgetting).await?;
        }
        Ok(alive)
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
