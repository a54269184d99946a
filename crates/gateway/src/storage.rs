//! Picks the store: Redis where its address is known, this process otherwise.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use conversation::ports::{Accord, Handovers, Notes, Receipts, Store, Transcripts};
use conversation::{StoreError, SystemClock};
use secrecy::ExposeSecret;
use settings::Settings;
use store_memory::MemoryStore;
use store_redis::RedisStore;
use tokio::time::sleep;

#[cfg(feature = "fault-injection")]
use crate::faults::connect;

/// A store with all that stores can do besides the protocol.
pub(crate) trait WholeStore:
    Store + Notes + Receipts + Accord + Transcripts + Handovers
{
}

impl<T: Store + Notes + Receipts + Accord + Transcripts + Handovers> WholeStore for T {}

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

/// Whether the store is there yet.
pub(crate) enum Opening {
    /// It is.
    Open(Arc<dyn WholeStore>),
    /// It is Redis, and doesn't answer so far.
    Awaited(Box<store_redis::Options>),
}

/// Opens the store under this replica's name, if it answers at once. A Redis that answers and
/// refuses is an error, since no waiting makes a wrong password right.
pub(crate) async fn open(settings: &Settings, replica: &str) -> anyhow::Result<Opening> {
    let Some(options) = redis_options(settings) else {
        let usual = store_memory::Options::default();
        let options = store_memory::Options {
            replica: replica.to_owned(),
            idle: settings.session_idle,
            transcript: transcript(settings).unwrap_or(usual.transcript),
            ..usual
        };
        return Ok(Opening::Open(Arc::new(MemoryStore::new(options, Arc::new(SystemClock)))));
    };
    let options = store_redis::Options { replica: replica.to_owned(), ..options };
    match connect(options.clone()).await {
        Ok(store) => Ok(Opening::Open(Arc::new(store))),
        Err(refused @ StoreError::Refused(_)) => Err(refused).context(REFUSED),
        Err(error) => {
            tracing::warn!(%error, "waiting for Redis before starting");
            Ok(Opening::Awaited(Box::new(options)))
        }
    }
}

impl Opening {
    /// Waits until Redis answers: a gateway that gives up would only be started again.
    pub(crate) async fn complete(self) -> anyhow::Result<Arc<dyn WholeStore>> {
        match self {
            Self::Open(store) => Ok(store),
            Self::Awaited(options) => Ok(Arc::new(insist(*options).await.context(REFUSED)?)),
        }
    }
}

const REFUSED: &str =
    "can't start with the Redis of REDIS_URL, or of store.redisUrl in openclaw.json";

/// How the settings say that Redis is reached, if they say so at all.
pub(crate) fn redis_options(settings: &Settings) -> Option<store_redis::Options> {
    let (url, redis) = (settings.redis_url.as_ref()?, &settings.redis);
    let password = redis.sentinel_password.as_ref();
    let usual = store_redis::Options::default();
    Some(store_redis::Options {
        url: url.expose_secret().to_owned(),
        ca: redis.authority.clone(),
        sentinel_password: password.map(|password| password.expose_secret().to_owned()),
        replicas_to_acknowledge: redis.replicas_to_acknowledge,
        idle: settings.session_idle,
        transcript: transcript(settings).unwrap_or(usual.transcript),
        ..usual
    })
}

/// For how long what was said in Web Chat is kept: as long as its visitors can come back.
fn transcript(settings: &Settings) -> Option<Duration> {
    settings.channels.web_chat.as_ref().map(|chat| chat.session)
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
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
        match connect(options.clone()).await {
            Ok(store) => return Ok(store),
            Err(refused @ StoreError::Refused(_)) => return Err(refused),
            Err(error) => {
                tracing::warn!(%error, retry_in = ?pause, "waiting for Redis before starting");
            }
        }
    }
}
