//! Picks the store: Redis where its address is known, this process otherwise.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use conversation::ports::Store;
use conversation::{StoreError, SystemClock};
use secrecy::ExposeSecret;
use settings::Settings;
use store_memory::MemoryStore;
use store_redis::RedisStore;
use tokio::time::sleep;

#[cfg(feature = "fault-injection")]
use crate::faults::connect;

/// Where a store keeps things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageKind {
    /// In Redis, where other replicas see them and a restart leaves them.
    Redis,
    /// In this process, with which they end.
    Process,
}

impl StorageKind {
    /// What the settings ask for.
    pub(crate) fn of(settings: &Settings) -> Self {
        match settings.redis_url {
            Some(_) => Self::Redis,
            None => Self::Process,
        }
    }
}

/// Opens the store under this replica's name. With Redis it waits until that answers: a gateway
/// that gives up would only be started again. A Redis that answers and refuses is an error at once,
/// since no waiting makes a wrong password right.
pub(crate) async fn open(settings: &Settings, replica: &str) -> anyhow::Result<Arc<dyn Store>> {
    match redis_options(settings) {
        Some(options) => {
            let options = store_redis::Options { replica: replica.to_owned(), ..options };
            let store = insist(options).await.context(
                "can't start with the Redis of REDIS_URL, or of store.redisUrl in openclaw.json",
            )?;
            Ok(Arc::new(store))
        }
        None => {
            let options = store_memory::Options {
                replica: replica.to_owned(),
                idle: settings.session_idle,
                ..store_memory::Options::default()
            };
            Ok(Arc::new(MemoryStore::new(options, Arc::new(SystemClock))))
        }
    }
}

/// How the settings say that Redis is reached, if they say so at all.
pub(crate) fn redis_options(settings: &Settings) -> Option<store_redis::Options> {
    let (url, redis) = (settings.redis_url.as_ref()?, &settings.redis);
    let password = redis.sentinel_password.as_ref();
    Some(store_redis::Options {
        url: url.expose_secret().to_owned(),
        ca: redis.authority.clone(),
        sentinel_password: password.map(|password| password.expose_secret().to_owned()),
        replicas_to_acknowledge: redis.replicas_to_acknowledge,
        idle: settings.session_idle,
        ..store_redis::Options::default()
    })
}

/// Connects to Redis.
#[cfg(not(feature = "fault-injection"))]
async fn connect(options: store_redis::Options) -> Result<RedisStore, StoreError> {
    RedisStore::connect(options).await
}

/// Whether a start failed since the store refuses this gateway, which is for the settings to mend.
pub(crate) fn is_refusal(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Refused(_)))
}

async fn insist(options: store_redis::Options) -> Result<RedisStore, StoreError> {
    let mut pause = Duration::from_millis(100);
    loop {
        match connect(options.clone()).await {
            Ok(store) => return Ok(store),
            Err(refused @ StoreError::Refused(_)) => return Err(refused),
            Err(error) => {
                tracing::warn!(%error, retry_in = ?pause, "waiting for Redis before starting");
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}
