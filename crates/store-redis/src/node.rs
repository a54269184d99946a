//! One server, and the connections for short commands to it.
//!
//! The pool makes, checks and replaces connections; a *lane* is a connection taken from it and
//! shared by all commands for as long as it works, so that concurrent commands travel in one
//! write and no command pays for the pool's check. A lane that fails is given up at once: an
//! answer that comes too late must never be taken for the answer to the next command.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use deadpool_redis::redis::aio::{MultiplexedConnection, PubSub};
use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, ErrorKind, Pipeline, RedisError,
    ServerErrorKind, Value,
};
use deadpool_redis::{Manager, Pool, PoolError, Runtime, Timeouts};
use tokio::sync::Mutex;

use crate::Options;
use crate::acknowledgement::Acknowledgement;

/// How many connections carry the short commands. One carries tens of thousands a second; the
/// second keeps a large answer from delaying all others.
const LANES: usize = 2;

/// How long a connection may take to be made.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);

/// Whether any server will do, or only one that others follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Whatever answers at the address.
    Any,
    /// A master. One that was demoted must not be talked to as if nothing had happened.
    Master,
}

/// One server.
pub(crate) struct Node {
    client: Client,
    pool: Pool,
    lanes: [Lane; LANES],
    turn: AtomicUsize,
    role: Role,
    crowd: AtomicU8,
    replicas: Option<Acknowledgement>,
}

#[derive(Default)]
struct Lane {
    open: ArcSwapOption<deadpool_redis::Connection>,
    opening: Mutex<()>,
}

impl Node {
    /// A server that is connected to when it is first needed.
    pub(crate) fn new(
        server: ConnectionInfo,
        role: Role,
        options: &Options,
    ) -> Result<Arc<Self>, RedisError> {
        let client = Client::open(server.clone())?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            // Sooner than the verb's own limit, so that a stalled lane is noticed and given up.
            .set_response_timeout(Some(options.verb_timeout.mul_f32(0.7)));
        let limit = Some(options.verb_timeout);
        let pool = Pool::builder(Manager::new_with_config(server, config)?)
            .max_size(LANES * 2)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: limit, create: Some(CONNECT), recycle: Some(CONNECT) })
            .build()
            .map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Arc::new(Self {
            replicas: Acknowledgement::new(client.clone(), options),
            client,
            pool,
            lanes: std::array::from_fn(|_| Lane::default()),
            turn: AtomicUsize::new(0),
            role,
            crowd: AtomicU8::new(Crowd::Room as u8),
        }))
    }

    /// A connection of one's own.
    pub(crate) async fn connect(
        &self,
        config: &AsyncConnectionConfig,
    ) -> Result<MultiplexedConnection, RedisError> {
        let connecting = self.client.get_multiplexed_async_connection_with_config(config);
        let mut connection = connecting.await?;
        self.verify(&mut connection).await?;
        Ok(connection)
    }

    /// A connection of one's own for what is published.
    pub(crate) async fn hear(&self) -> Result<PubSub, RedisError> {
        self.client.get_async_pubsub().await
    }

    /// How the server is reached.
    pub(crate) fn server(&self) -> &ConnectionInfo {
        self.client.get_connection_info()
    }

    /// Whether the server should get no new messages.
    pub(crate) fn is_crowded(&self) -> bool {
        self.crowd.load(Ordering::Relaxed) != Crowd::Room as u8
    }

    /// Whether the server deletes what it keeps.
    pub(crate) fn evicts(&self) -> bool {
        self.crowd.load(Ordering::Relaxed) == Crowd::Evicts as u8
    }

    /// Notes whether the server has room, and says if that is news.
    pub(crate) fn set_crowd(&self, crowd: Crowd) -> bool {
        self.crowd.swap(crowd as u8, Ordering::Relaxed) != crowd as u8
    }

    /// Runs one command. What the server refuses is an answer here: an error means that none came.
    pub(crate) async fn send(&self, cmd: &Cmd) -> Result<Value, RedisError> {
        self.with(async |connection: &mut MultiplexedConnection| {
            connection.send_packed_command(cmd).await
        })
        .await
    }

    /// Runs several commands in one round trip, and brings what the server says to each.
    pub(crate) async fn send_all(&self, commands: &Pipeline) -> Result<Vec<Value>, RedisError> {
        // A transaction is answered at its beginning and its end, too.
        let frame = if commands.is_transaction() { 2 } else { 0 };
        let answers = self
            .with(async |connection: &mut MultiplexedConnection| {
                connection.send_packed_commands(commands, 0, commands.len() + frame).await
            })
            .await?;
        Ok(if frame == 0 { answers } else { of_transaction(answers, commands.len()) })
    }

    /// Waits until as many replicas as are asked for have all that was written before. `key` is
    /// one that this server keeps.
    pub(crate) async fn acknowledged(&self, key: &str) -> Result<(), RedisError> {
        match &self.replicas {
            Some(replicas) => replicas.reached(key).await,
            None => Ok(()),
        }
    }

    async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut MultiplexedConnection) -> Result<T, RedisError>,
    ) -> Result<T, RedisError> {
        let number = self.turn.fetch_add(1, Ordering::Relaxed) % LANES;
        let Some(lane) = self.lanes.get(number) else {
            return Err(io::Error::other("no lane").into());
        };
        let shared = lane.connection(self).await?;
        let mut connection = MultiplexedConnection::clone(&shared);
        let answer = work(&mut connection).await;
        if let Err(error) = &answer
            && breaks_connection(error)
        {
            lane.give_up(&shared);
        }
        answer
    }

    /// Makes sure of the server's role.
    async fn verify(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        match self.role {
            Role::Any => Ok(()),
            Role::Master => {
                let mut ask = Cmd::new();
                ask.arg("ROLE");
                let answer: Vec<Value> = ask.query_async(connection).await?;
                match answer.first() {
                    Some(Value::BulkString(role)) if role == b"master" => Ok(()),
                    Some(_) | None => Err(RedisError::from((
                        ErrorKind::Server(ServerErrorKind::ReadOnly),
                        "this server is a master no more",
                    ))),
                }
            }
        }
    }
}

/// Whether a server has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// It has.
    Room,
    /// So little is left that what it has already will need it.
    TooMuch,
    /// It makes room by deleting what it keeps, queues and deduplication keys among it.
    Evicts,
}

impl Lane {
    async fn connection(&self, node: &Node) -> Result<Arc<deadpool_redis::Connection>, RedisError> {
        match self.open.load_full() {
            Some(open) => Ok(open),
            // Boxed, since it is rare and large.
            None => Box::pin(self.opened(node)).await,
        }
    }

    async fn opened(&self, node: &Node) -> Result<Arc<deadpool_redis::Connection>, RedisError> {
        let _only_one_opens = self.opening.lock().await;
        if let Some(open) = self.open.load_full() {
            return Ok(open);
        }
        let mut fresh = node.pool.get().await.map_err(no_connection)?;
        node.verify(&mut fresh).await?;
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

/// What the server says to each of the `count` commands of a transaction. One that it didn't begin,
/// or gave up, refuses them all with its first error.
fn of_transaction(mut answers: Vec<Value>, count: usize) -> Vec<Value> {
    match answers.pop() {
        Some(Value::Array(each)) if each.len() == count => each,
        last => {
            let is_refusal = |answer: &Value| matches!(answer, Value::ServerError(_));
            let first = answers.into_iter().chain(last).find(is_refusal);
            vec![first.unwrap_or(Value::Nil); count]
        }
    }
}

/// Why the pool has no connection, as an error of the client's own.
fn no_connection(error: PoolError) -> RedisError {
    match error {
        PoolError::Backend(error) => error,
        PoolError::Timeout(_) => {
            io::Error::new(io::ErrorKind::TimedOut, "no connection to Redis in time").into()
        }
        PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            io::Error::other(error.to_string()).into()
        }
    }
}

/// Whether a connection is of no more use after this error.
pub(crate) fn breaks_connection(error: &RedisError) -> bool {
    error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error()
}
