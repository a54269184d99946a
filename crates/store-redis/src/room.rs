//! Watches how full the servers are, that they delete nothing, and whether a master still is one.
//!
//! With `noeviction`, as the deployment has it, a full Redis refuses every write: also the answers
//! to what it has accepted. So new messages are refused while there is still room for those. It is
//! measured beside the messages' way, and costs them nothing.

use std::sync::Arc;
use std::time::Duration;

use conversation::StoreError;
use deadpool_redis::redis::{Cmd, RedisError, from_redis_value};
use futures::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::Inner;
use crate::link::within;
use crate::node::{Crowd, Node};

/// How often it is measured. The tenth that is kept free must not be filled meanwhile.
const EVERY: Duration = Duration::from_secs(1);

/// How many percent of its memory a server may have in use and still get new messages.
const ENOUGH: u64 = 90;

/// Starts the watching task.
pub(crate) fn start(inner: &Arc<Inner>, stop: &CancellationToken) {
    let inner = Arc::clone(inner);
    let watching = async move {
        loop {
            sleep(EVERY).await;
            look(&inner).await;
        }
    };
    tokio::spawn(stop.clone().run_until_cancelled_owned(watching));
}

/// Looks at every server once.
pub(crate) async fn look(inner: &Inner) {
    let (topology, patience) = (inner.link.topology(), inner.options.verb_timeout);
    topology.follow().await;
    let Ok(nodes) = within(patience, topology.all()).await else { return };
    let looks = nodes.iter().map(async |node| match timeout(patience, measure(node)).await {
        Ok(Ok(())) => {}
        // What is known stays so. A server that is away gets no messages anyway.
        Ok(Err(error)) => {
            inner.link.topology().failed(node, &error);
        }
        Err(_) => topology.lost(node),
    });
    join_all(looks).await;
}

async fn measure(node: &Node) -> Result<(), RedisError> {
    let memory = Memory::read(&info(node, "memory").await?);
    let (Memory { used, limit, .. }, crowd) = (memory, memory.crowd());
    if node.set_crowd(crowd) {
        match crowd {
            Crowd::TooMuch => tracing::warn!(
                used,
                limit,
                "Redis is nearly full: new messages are refused until there is room again; \
                 raise maxmemory"
            ),
            Crowd::Evicts => tracing::error!("new messages are refused: {EVICTS}"),
            Crowd::Room => tracing::info!(used, limit, "Redis has room for new messages"),
        }
    }
    Ok(())
}

async fn info(node: &Node, section: &str) -> Result<String, RedisError> {
    let mut ask = Cmd::new();
    ask.arg("INFO").arg(section);
    from_redis_value(node.send(&ask).await?.extract_error()?).map_err(Into::into)
}

/// What is wrong with a server that evicts, and what to do.
const EVICTS: &str = "Redis would make room by deleting queued messages and the keys that keep a \
                      message from being answered twice; set its maxmemory-policy to noeviction, \
                      or maxmemory to 0";

/// Looks for the first time: a server that deletes what it keeps is no store, and one that keeps
/// nothing on disk is told about.
pub(crate) async fn first_look(inner: &Inner) -> Result<(), StoreError> {
    look(inner).await;
    let nodes = inner.link.topology().all().await?;
    if nodes.iter().any(|node| node.evicts()) {
        return Err(StoreError::Refused(EVICTS.to_owned()));
    }
    let patience = inner.options.verb_timeout;
    let forgets = nodes.iter().map(async |node| {
        let persistence = timeout(patience, info(node, "persistence")).await;
        persistence.is_ok_and(|info| info.is_ok_and(|info| info.contains("aof_enabled:0")))
    });
    if join_all(forgets).await.contains(&true) {
        tracing::warn!(
            "Redis keeps no log of its writes on disk: a restart of it loses messages that were \
             accepted; set appendonly to yes"
        );
    }
    Ok(())
}

/// What a server says of its memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// How much is in use.
    pub(crate) used: u64,
    /// How much of it are buffers, which don't count against the limit.
    pub(crate) uncounted: u64,
    /// How much there may be; 0 for as much as the machine has.
    pub(crate) limit: u64,
    /// Whether the server deletes something when there is no more.
    pub(crate) evicts: bool,
}

impl Memory {
    /// Reads what `INFO memory` answers.
    pub(crate) fn read(info: &str) -> Self {
        let figure = |name: &str| {
            let found = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            found.and_then(|figure| figure.trim().parse().ok()).unwrap_or(0)
        };
        Self {
            used: figure("used_memory"),
            uncounted: figure("mem_not_counted_for_evict"),
            limit: figure("maxmemory"),
            evicts: info.lines().any(|line| {
                let policy = line.strip_prefix("maxmemory_policy:");
                policy.is_some_and(|policy| policy.trim() != "noeviction")
            }),
        }
    }

    fn crowd(self) -> Crowd {
        // Without a limit nothing is ever deleted, whatever the policy.
        if self.evicts && self.limit > 0 {
            return Crowd::Evicts;
        }
        let counted = self.used.saturating_sub(self.uncounted);
        // Multiplied, since a limit may be too small to be divided.
        if self.limit > 0 && counted.saturating_mul(100) > self.limit.saturating_mul(ENOUGH) {
            Crowd::TooMuch
        } else {
            Crowd::Room
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_nine_tenths_of_the_limit_is_too_much() {
        let memory =
            |used, uncounted, limit| Memory { used, uncounted, limit, evicts: false }.crowd();
        assert_eq!(memory(900, 0, 1000), Crowd::Room);
        assert_eq!(memory(901, 0, 1000), Crowd::TooMuch);
        assert_eq!(memory(950, 50, 1000), Crowd::Room);
        assert_eq!(memory(u64::MAX, 0, 0), Crowd::Room, "without a limit");
        assert_eq!(memory(5000, 0, 1000), Crowd::TooMuch, "a limit that was lowered");
    }

    #[test]
    fn figures_are_told_from_those_whose_names_begin_alike() {
        let info = "# Memory\r\nused_memory_human:1M\r\nused_memory:7\r\nmaxmemory:9\r\n\
                    maxmemory_policy:noeviction\r\nmem_not_counted_for_evict:2\r\n";
        let read = Memory { used: 7, uncounted: 2, limit: 9, evicts: false };
        assert_eq!(Memory::read(info), read);
        let evicts = info.replace("noeviction", "allkeys-lru");
        assert_eq!(Memory::read(&evicts), Memory { evicts: true, ..read });
        assert_eq!(Memory::read(&evicts).crowd(), Crowd::Evicts);
        assert_eq!(Memory { limit: 0, ..Memory::read(&evicts) }.crowd(), Crowd::Room);
    }
}
