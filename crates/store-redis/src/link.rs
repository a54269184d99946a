//! The connections for short commands.
//!
//! The pool makes, checks and replaces connections; a *lane* is a connection taken from it and
//! shared by all commands for as long as it works, so that concurrent commands travel in one
//! write and no command pays for the pool's check. A lane that fails is given up at once: an
//! answer that comes too late must never be taken for the answer to the next command.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use conversation::StoreError;
use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, RedisError, ServerErrorKind,
    aio::MultiplexedConnection,
};
use deadpool_redis::{Manager, Pool, Runtime, Timeouts};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::errors::{connection_error, store_error};
use crate::keys::Keys;
use crate::script::Verb;
use crate::{Inner, Options};

/// How many connections carry the short commands. One carries tens of thousands a second; the
/// second keeps a large answer from delaying all others.
const LANES: usize = 2;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(1);

pub(crate) struct Link {
    client: Client,
    pool: Pool,
    lanes: [Lane; LANES],
    turn: AtomicUsize,
    patience: Duration,
}

#[derive(Default)]
struct Lane {
    open: ArcSwapOption<deadpool_redis::Connection>,
    opening: Mutex<()>,
}

impl Link {
    pub(crate) fn new(options: &Options) -> Result<Self, StoreError> {
        let away = |error: RedisError| StoreError::Unavailable(format!("the Redis URL: {error}"));
        let client = Client::open(options.url.as_str()).map_err(away)?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            // Sooner than the verb's own limit, so that a stalled lane is noticed and given up.
            .set_response_timeout(Some(options.verb_timeout.mul_f32(0.7)));
        let manager = Manager::new_with_config(options.url.as_str(), config).map_err(away)?;
        let limit = Some(options.verb_timeout);
        let pool = Pool::builder(manager)
            .max_size(LANES * 2)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: limit, create: Some(CONNECT), recycle: Some(CONNECT) })
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let lanes = std::array::from_fn(|_| Lane::default());
        let patience = options.verb_timeout;
        Ok(Self { client, pool, lanes, turn: AtomicUsize::new(0), patience })
    }

    /// The client, for connections of one's own.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Runs one command.
    pub(crate) async fn run<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, StoreError> {
        self.with(async |connection: &mut MultiplexedConnection| cmd.query_async(connection).await)
            .await
    }

    /// Runs several commands in one round trip.
    pub(crate) async fn run_all<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
    ) -> Result<T, StoreError> {
        self.with(async |connection: &mut MultiplexedConnection| {
            commands.query_async(connection).await
        })
        .await
    }

    /// Runs a script, and makes Redis know it first if it doesn't.
    pub(crate) async fn call<T: FromRedisValue>(
        &self,
        verb: &Verb,
        cmd: &Cmd,
    ) -> Result<T, StoreError> {
        self.with(async |connection: &mut MultiplexedConnection| {
            match cmd.query_async(connection).await {
                Err(error) if is_unknown_script(&error) => {
                    verb.load().query_async::<()>(connection).await?;
                    cmd.query_async(connection).await
                }
                answer => answer,
            }
        })
        .await
    }

    /// Runs several calls of one script in one round trip.
    pub(crate) async fn call_all<T: FromRedisValue>(
        &self,
        verb: &Verb,
        calls: &Pipeline,
    ) -> Result<T, StoreError> {
        self.with(async |connection: &mut MultiplexedConnection| {
            match calls.query_async(connection).await {
                // Some calls may have run, if the script was forgotten between them. Every verb
                // that is called in a row may be called again; what an upkeep had taken over is
                // only found again when the lease has run out once more.
                Err(error) if is_unknown_script(&error) => {
                    verb.load().query_async::<()>(connection).await?;
                    calls.query_async(connection).await
                }
                answer => answer,
            }
        })
        .await
    }

    async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut MultiplexedConnection) -> Result<T, RedisError>,
    ) -> Result<T, StoreError> {
        let number = self.turn.fetch_add(1, Ordering::Relaxed) % LANES;
        let Some(lane) = self.lanes.get(number) else {
            return Err(StoreError::Unavailable("no lane".to_owned()));
        };
        within(self.patience, async {
            let shared = lane.connection(&self.pool).await?;
            let mut connection = MultiplexedConnection::clone(&shared);
            let answer = work(&mut connection).await;
            if let Err(error) = &answer
                && breaks_connection(error)
            {
                lane.give_up(&shared);
            }
            answer.map_err(|error| store_error(&error))
        })
        .await
    }
}

impl Lane {
    async fn connection(&self, pool: &Pool) -> Result<Arc<deadpool_redis::Connection>, StoreError> {
        if let Some(open) = self.open.load_full() {
            return Ok(open);
        }
        let _only_one_opens = self.opening.lock().await;
        if let Some(open) = self.open.load_full() {
            return Ok(open);
        }
        let fresh = pool.get().await.map_err(|error| connection_error(&error))?;
        let fresh = Arc::new(fresh);
        self.open.store(Some(Arc::clone(&fresh)));
        Ok(fresh)
    }

    fn give_up(&self, broken: &Arc<deadpool_redis::Connection>) {
        // Another command may have replaced it already; its successor stays.
        let current = self.open.load();
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, broken)) {
            self.open.compare_and_swap(&*current, None);
        }
    }
}

impl Inner {
    /// Makes sure that every partition has its stream and its consumer group.
    pub(crate) async fn ensure_groups(&self) -> Result<(), StoreError> {
        for stream in self.keys.all_ready() {
            let mut create = Cmd::new();
            create.arg("XGROUP").arg("CREATE").arg(stream).arg(GROUP).arg("0").arg("MKSTREAM");
            match self.link.run::<()>(&create).await {
                Err(StoreError::Unavailable(why)) if why.contains("BUSYGROUP") => {}
                answer => answer?,
            }
        }
        Ok(())
    }

    /// Makes Redis know every script, so that no call has to find out that it doesn't.
    pub(crate) async fn load_scripts(&self) -> Result<(), StoreError> {
        let mut loads = Pipeline::new();
        for verb in self.scripts.all() {
            loads.add_command(verb.load()).ignore();
        }
        self.link.run_all(&loads).await
    }
}

/// The consumer group that all replicas belong to.
pub(crate) const GROUP: &str = "gateways";

/// The installation's number of partitions: this start's if it is the first.
pub(crate) async fn agree_on_partitions(link: &Link, options: &Options) -> Result<u16, StoreError> {
    let key = Keys::layout(&options.key_prefix);
    let mut set = Cmd::new();
    set.arg("SET").arg(&key).arg(options.partitions.max(1)).arg("NX");
    link.run::<()>(&set).await?;
    let mut get = Cmd::new();
    get.arg("GET").arg(&key);
    let agreed = link.run::<u16>(&get).await?;
    if agreed != options.partitions {
        tracing::warn!(
            agreed,
            wanted = options.partitions,
            "the installation keeps its partitions"
        );
    }
    Ok(agreed.max(1))
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

fn is_unknown_script(error: &RedisError) -> bool {
    matches!(error.kind(), deadpool_redis::redis::ErrorKind::Server(ServerErrorKind::NoScript))
        || error.code() == Some("NOSCRIPT")
}

fn breaks_connection(error: &RedisError) -> bool {
    error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error()
}
