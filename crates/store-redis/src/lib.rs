#![doc = include_str!("../README.md")]

mod accord;
mod acknowledgement;
mod address;
mod archive;
mod carrying;
mod cluster;
mod errors;
mod events;
mod fenced;
mod forwarding;
mod handovers;
mod inbox;
mod keys;
mod layout;
mod letters;
mod lines;
mod link;
mod listeners;
mod node;
mod notes;
mod onlooker;
mod overview;
mod reader;
mod receipts;
mod remarks;
mod room;
mod script;
mod sending;
mod sentinels;
mod slots;
mod stored;
mod telegraph;
#[cfg(feature = "test-time")]
mod test_time;
mod together;
mod topology;
mod transcripts;
mod turns;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use conversation::{EventHub, StoreError};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use onlooker::Onlooker;

use keys::Keys;
use link::Link;
use reader::Reader;
use script::Scripts;
use telegraph::Telegraph;

/// How to reach Redis, and the numbers of the store protocol.
#[derive(Clone)]
pub struct Options {
    /// One server: `redis://[user:password@]host:port[/db]`. The master that Sentinels watch:
    /// `redis-sentinel://[user:password@]host:port,…/master[/db]`. A Cluster:
    /// `redis-cluster://[user:password@]host:port,…`. Over TLS each begins with `rediss`.
    pub url: String,
    /// The certificates, in PEM, of whoever vouches for the servers; none for those whom the
    /// system trusts.
    pub ca: Option<Vec<u8>>,
    /// The password of the Sentinels themselves, if they ask for one.
    pub sentinel_password: Option<String>,
    /// How many replicas must have what is written before a verb answers. With 0 a failover may
    /// lose what was just acknowledged, since Redis replicates after it has answered.
    pub replicas_to_acknowledge: usize,
    /// This process's name among the replicas; unique to every start.
    pub replica: String,
    /// What every key begins with. A colon and the partition's hash tag follow.
    pub key_prefix: String,
    /// How many partitions a new installation gets; an existing one keeps its own number.
    pub partitions: u16,
    /// How long a claim lasts without a heartbeat.
    pub lease: Duration,
    /// How often dead owners' claims and put-off conversations are looked for.
    pub upkeep: Duration,
    /// How long a conversation's history is kept after its last message.
    pub idle: Duration,
    /// How long a deduplication key is remembered, and with it the recorded reply.
    pub dedupe: Duration,
    /// How long a transcript is kept after its last entry.
    pub transcript: Duration,
    /// How many messages of one conversation may wait.
    pub waiting_limit: usize,
    /// How many turns a history keeps.
    pub history_limit: usize,
    /// How long any verb may take before it answers [`StoreError::Unavailable`].
    pub verb_timeout: Duration,
    /// How long a replica hears of a conversation after it asked to, without asking again.
    pub listening: Duration,
}

impl Default for Options {
    fn default() -> Self {
        let lease = Duration::from_secs(3);
        Self {
            url: "redis://127.0.0.1:6379".to_owned(),
            ca: None,
            sentinel_password: None,
            replicas_to_acknowledge: 0,
            replica: format!("gateway-{:08x}", rand::random::<u32>()),
            key_prefix: "oc".to_owned(),
            partitions: 16,
            lease,
            upkeep: lease / 6,
            idle: Duration::from_secs(30 * 60),
            dedupe: Duration::from_secs(7 * 24 * 60 * 60),
            transcript: Duration::from_secs(30 * 24 * 60 * 60),
            waiting_limit: 1000,
            history_limit: 40,
            verb_timeout: Duration::from_secs(3),
            listening: Duration::from_secs(120),
        }
    }
}

impl fmt::Debug for Options {
    /// The URL and the password are secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Options").field("replica", &self.replica).finish_non_exhaustive()
    }
}

/// The store protocol on Redis. Clones share the connections; when the last one goes, the
/// background tasks end.
#[derive(Clone)]
pub struct RedisStore {
    inner: Arc<Inner>,
    reader: Reader,
    _tasks: Arc<DropGuard>,
}

/// What the verbs and the background tasks share.
struct Inner {
    options: Options,
    keys: Keys,
    link: Link,
    scripts: Scripts,
    hub: EventHub,
    telegraph: Telegraph,
}

impl RedisStore {
    /// Connects, agrees with the installation on the number of partitions, makes sure of the
    /// consumer groups and the scripts, and starts the background tasks.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if Redis can't be reached, or the URL is not one;
    /// [`StoreError::Refused`] if it answers, but not to this gateway, or deletes what it keeps
    /// when its memory runs out.
    pub async fn connect(options: Options) -> Result<Self, StoreError> {
        Box::pin(Self::connect_with(options, Scripts::new())).await
    }

    /// Connects with scripts that let stale owners act, so that a drill can show that it would
    /// notice.
    ///
    /// # Errors
    /// As [`Self::connect`].
    #[cfg(feature = "fault-injection")]
    pub async fn connect_unfenced(options: Options) -> Result<Self, StoreError> {
        Box::pin(Self::connect_with(options, Scripts::unfenced())).await
    }

    async fn connect_with(options: Options, scripts: Scripts) -> Result<Self, StoreError> {
        let link = Link::new(&options)?;
        let agreed = layout::agree_on_partitions(&link, &options).await;
        let partitions = agreed.map_err(|error| errors::doubting_tls(error, &options.url))?;
        let keys = Keys::new(&options.key_prefix, partitions);
        let hub = EventHub::default();
        let stop = CancellationToken::new();
        let (telegraph, outgoing) = Telegraph::new(&options, &keys);
        let inner = Arc::new(Inner { options, keys, link, scripts, hub, telegraph });
        inner.ensure_groups().await?;
        inner.load_scripts().await?;
        telegraph::start(&inner, outgoing, &stop).await?;
        room::first_look(&inner).await?;
        room::start(&inner, &stop);
        let reader = reader::start(&inner, &stop);
        Ok(Self { inner, reader, _tasks: Arc::new(stop.drop_guard()) })
    }

    /// This process's name among the replicas.
    #[must_use]
    pub fn replica(&self) -> &str {
        &self.inner.options.replica
    }
}

/// A duration in whole milliseconds, as Redis takes it.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
