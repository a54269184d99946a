//! Runs short commands in bounded time, and waits for the replicas where that is asked for.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use conversation::StoreError;
use deadpool_redis::redis::{Cmd, FromRedisValue, Pipeline, Value, from_redis_value};
use futures::future::join_all;
use tokio::time::timeout;

use crate::Options;
use crate::errors::store_error;
use crate::node::Node;
use crate::script::{Effect, Verb};
use crate::slots;
use crate::topology::Topology;

/// The consumer group that all replicas belong to.
pub(crate) const GROUP: &str = "gateways";

pub(crate) struct Link {
    topology: Topology,
    patience: Duration,
    /// Whether replicas have to acknowledge what is written.
    settles: bool,
}

impl Link {
    pub(crate) fn new(options: &Options) -> Result<Self, StoreError> {
        Ok(Self {
            topology: Topology::new(options)?,
            patience: options.verb_timeout,
            settles: options.replicas_to_acknowledge > 0,
        })
    }

    /// Where the servers are.
    pub(crate) fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Runs one command.
    pub(crate) async fn run<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, StoreError> {
        within(self.patience, async { read(self.topology.send(cmd, None).await?.0) }).await
    }

    /// Runs one command that reads, and tells only what the replicas have, too.
    pub(crate) async fn run_settled<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, StoreError> {
        within(self.patience, async {
            let (answer, node) = self.topology.send(cmd, None).await?;
            self.settled(&node, cmd).await?;
            read(answer)
        })
        .await
    }

    /// Runs several commands in one round trip.
    pub(crate) async fn run_all<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
    ) -> Result<T, StoreError> {
        within(self.patience, async {
            read(Value::Array(self.topology.send_all(commands, None).await?))
        })
        .await
    }

    /// Runs several commands in one round trip on the server that keeps this key.
    pub(crate) async fn run_at(&self, key: &str, commands: &Pipeline) -> Result<(), StoreError> {
        within(self.patience, async {
            let node = self.topology.keeper(key).await?;
            let answers = node.send_all(commands).await;
            read(Value::Array(answers.map_err(|error| self.topology.failed(&node, &error))?))
        })
        .await
    }

    /// Runs several commands in one round trip on every server there is.
    pub(crate) async fn run_everywhere<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
    ) -> Result<Vec<T>, StoreError> {
        within(self.patience, async {
            let nodes = self.topology.all().await?;
            let answers = join_all(nodes.iter().map(|node| node.send_all(commands))).await;
            let whole = nodes.iter().zip(answers).map(|(node, answer)| {
                let answer = answer.map_err(|error| self.topology.failed(node, &error))?;
                read(Value::Array(answer))
            });
            whole.collect()
        })
        .await
    }

    /// Runs a script, and makes Redis know it first if it doesn't.
    pub(crate) async fn call<T: FromRedisValue>(
        &self,
        verb: &Verb,
        cmd: &Cmd,
    ) -> Result<T, StoreError> {
        within(self.patience, async {
            let (answer, node) = self.topology.send(cmd, Some(verb)).await?;
            if verb.effect() == Effect::Kept && !matches!(answer, Value::ServerError(_)) {
                self.settled(&node, cmd).await?;
            }
            read(answer)
        })
        .await
    }

    /// Runs several calls of one script in one round trip.
    pub(crate) async fn call_all<T: FromRedisValue>(
        &self,
        verb: &Verb,
        calls: &Pipeline,
    ) -> Result<T, StoreError> {
        within(self.patience, async {
            let answers = self.topology.send_all(calls, Some(verb)).await?;
            if verb.effect() == Effect::Kept && self.settles {
                let keys = calls.cmd_iter().filter_map(slots::key).map(String::from_utf8_lossy);
                let keys: Vec<_> = keys.collect();
                self.settled_keepers(&keys.iter().map(AsRef::as_ref).collect::<Vec<_>>()).await?;
            }
            read(Value::Array(answers))
        })
        .await
    }

    /// Waits until the replicas have what the server has answered to this command.
    async fn settled(&self, node: &Arc<Node>, cmd: &Cmd) -> Result<(), StoreError> {
        match slots::key(cmd) {
            Some(key) if self.settles => self.settled_beside(node, key).await,
            Some(_) | None => Ok(()),
        }
    }

    /// Waits until the replicas have all that the server, which keeps this key, has answered.
    pub(crate) async fn settled_beside(
        &self,
        node: &Arc<Node>,
        key: &[u8],
    ) -> Result<(), StoreError> {
        if !self.settles {
            return Ok(());
        }
        let done = node.acknowledged(&slots::beside(key, "replicated")).await;
        done.map_err(|error| {
            // A master without replicas may have been replaced without knowing it.
            self.topology.lost(node);
            store_error(&error)
        })
    }

    /// Waits until the replicas have all that was answered by the servers that keep these keys.
    pub(crate) async fn settled_keepers(&self, keys: &[&str]) -> Result<(), StoreError> {
        if !self.settles || keys.is_empty() {
            return Ok(());
        }
        within(self.patience, async {
            let mut keepers: Vec<(Arc<Node>, &str)> = Vec::new();
            for key in keys {
                let node = self.topology.keeper(key).await?;
                if !keepers.iter().any(|(other, _)| Arc::ptr_eq(other, &node)) {
                    keepers.push((node, key));
                }
            }
            let waits = keepers.iter().map(|(node, key)| self.settled_beside(node, key.as_bytes()));
            join_all(waits).await.into_iter().collect()
        })
        .await
    }

    /// Whether replicas have to acknowledge what is written.
    pub(crate) fn settles(&self) -> bool {
        self.settles
    }
}

fn read<T: FromRedisValue>(answer: Value) -> Result<T, StoreError> {
    let read = answer.extract_error().and_then(|answer| Ok(from_redis_value(answer)?));
    read.map_err(|error| store_error(&error))
}

/// Bounds `work` in time.
pub(crate) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(patience, work).await.unwrap_or_else(|_| {
        Err(StoreError::Unavailable(format!("Redis did not answer within {patience:?}")))
    })
}
