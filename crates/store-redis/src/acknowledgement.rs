//! Waits until replicas have what was written, for deployments where a replica may take over.
//!
//! Redis sends writes to its replicas after it has answered, so a failover can lose what was
//! acknowledged. `WAIT` tells when replicas have it. It holds up its connection, so it has one of
//! its own; and since replicas get all writes in one order, one `WAIT` after a write of its own
//! speaks for everything that was answered before. Whoever comes while one is under way shares
//! the next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, ErrorKind, Pipeline, RedisError, ServerErrorKind,
};
use tokio::sync::Mutex;

use crate::node::CONNECT;
use crate::{Options, millis};

pub(crate) struct Acknowledgement {
    client: Client,
    wanted: usize,
    limit: Duration,
    /// How many have asked so far.
    asked: AtomicU64,
    rounds: Mutex<Rounds>,
}

/// What is known, by the number of those who have asked.
#[derive(Default)]
struct Rounds {
    connection: Option<MultiplexedConnection>,
    /// Up to here all is well.
    reached: u64,
    /// Up to here it was tried.
    tried: u64,
}

impl Acknowledgement {
    /// Nothing, if no replica's word is asked for.
    pub(crate) fn new(client: Client, options: &Options) -> Option<Self> {
        (options.replicas_to_acknowledge > 0).then(|| Self {
            client,
            wanted: options.replicas_to_acknowledge,
            // Sooner than the verb's own limit, so that the reason can be told.
            limit: options.verb_timeout.mul_f32(0.5),
            asked: AtomicU64::new(0),
            rounds: Mutex::default(),
        })
    }

    /// Waits until the replicas have all that the server answered before this call. `key` is one
    /// that the server may write.
    pub(crate) async fn reached(&self, key: &str) -> Result<(), RedisError> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut rounds = self.rounds.lock().await;
        if number <= rounds.reached {
            return Ok(());
        }
        if number <= rounds.tried {
            return Err(too_few(self.wanted));
        }
        let everyone = self.asked.load(Ordering::SeqCst);
        let connection = rounds.connection.take();
        // Those who share this round share its failure too, and don't wait for one more each.
        rounds.tried = everyone;
        let (connection, count) = Box::pin(self.round(connection, key)).await?;
        rounds.connection = Some(connection);
        if count < self.wanted {
            return Err(too_few(self.wanted));
        }
        rounds.reached = everyone;
        Ok(())
    }

    async fn round(
        &self,
        connection: Option<MultiplexedConnection>,
        key: &str,
    ) -> Result<(MultiplexedConnection, usize), RedisError> {
        let mut connection = match connection {
            Some(connection) => connection,
            None => {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(Some(self.limit + CONNECT));
                self.client.get_multiplexed_async_connection_with_config(&config).await?
            }
        };
        let mut wait = Pipeline::with_capacity(2);
        wait.cmd("INCR").arg(key).ignore();
        wait.cmd("WAIT").arg(self.wanted).arg(millis(self.limit).max(1));
        let (count,): (usize,) = wait.query_async(&mut connection).await?;
        Ok((connection, count))
    }
}

fn too_few(wanted: usize) -> RedisError {
    RedisError::from((
        ErrorKind::Server(ServerErrorKind::MasterDown),
        "too few replicas have the write",
        format!("{wanted} are asked for by store.replicasToAcknowledge"),
    ))
}
