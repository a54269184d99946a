//! Knows which master of a Cluster keeps which slots, and learns it anew when that changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use conversation::StoreError;
use deadpool_redis::redis::{
    Cmd, ConnectionInfo, FromRedisValue, RedisError, Value, from_redis_value,
};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::Options;
use crate::address::{host_and_port, moved_to};
use crate::errors::store_error;
use crate::node::{Node, Role};

/// How long a node may take to tell who has which slots.
const ASK: Duration = Duration::from_millis(500);

pub(crate) struct Cluster {
    seeds: Vec<ConnectionInfo>,
    options: Options,
    map: ArcSwap<Map>,
    stale: AtomicBool,
    asking: Mutex<()>,
    turn: AtomicUsize,
}

/// Which master keeps which slots.
#[derive(Default)]
struct Map {
    shares: Vec<Share>,
    nodes: Vec<Arc<Node>>,
}

struct Share {
    first: u16,
    last: u16,
    node: Arc<Node>,
}

impl Cluster {
    pub(crate) fn new(seeds: Vec<ConnectionInfo>, options: &Options) -> Self {
        Self {
            seeds,
            options: options.clone(),
            map: ArcSwap::default(),
            stale: AtomicBool::new(true),
            asking: Mutex::default(),
            turn: AtomicUsize::new(0),
        }
    }

    /// The master that keeps a slot, as far as is known.
    pub(crate) fn known(&self, slot: u16) -> Option<Arc<Node>> {
        let map = self.map.load();
        let share = map.shares.iter().find(|share| (share.first..=share.last).contains(&slot))?;
        Some(Arc::clone(&share.node))
    }

    /// The master that keeps a slot.
    pub(crate) async fn keeper(&self, slot: u16) -> Result<Arc<Node>, StoreError> {
        self.refresh_if_stale().await?;
        self.known(slot).ok_or_else(|| {
            self.lost();
            StoreError::Unavailable(format!("no master of the Cluster keeps slot {slot}"))
        })
    }

    /// Any of the masters, each in its turn.
    pub(crate) async fn any(&self) -> Result<Arc<Node>, StoreError> {
        let nodes = self.all().await?;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % nodes.len().max(1);
        let node = nodes.into_iter().nth(turn);
        node.ok_or_else(|| StoreError::Unavailable("the Cluster has no master".to_owned()))
    }

    /// All the masters that keep slots.
    pub(crate) async fn all(&self) -> Result<Vec<Arc<Node>>, StoreError> {
        self.refresh_if_stale().await?;
        Ok(self.map.load().nodes.clone())
    }

    /// All the masters that keep slots, as far as is known.
    pub(crate) fn known_nodes(&self) -> Vec<Arc<Node>> {
        self.map.load().nodes.clone()
    }

    /// A master doesn't do what is known of it; the nodes are asked before the next command.
    pub(crate) fn lost(&self) {
        self.stale.store(true, Ordering::Release);
    }

    /// A master has said that a slot is kept elsewhere; it knows where.
    pub(crate) async fn moved(&self, by: &Arc<Node>) -> Result<(), StoreError> {
        self.lost();
        Box::pin(self.refresh(Some(by))).await
    }

    async fn refresh_if_stale(&self) -> Result<(), StoreError> {
        match self.stale.load(Ordering::Acquire) {
            // Boxed, since it is rare and large.
            true => Box::pin(self.refresh(None)).await,
            false => Ok(()),
        }
    }

    async fn refresh(&self, first: Option<&Arc<Node>>) -> Result<(), StoreError> {
        let _only_one_asks = self.asking.lock().await;
        if !self.stale.swap(false, Ordering::AcqRel) {
            // Another one has asked meanwhile.
            return Ok(());
        }
        match self.ask(first).await {
            Ok(map) => {
                self.map.store(Arc::new(map));
                Ok(())
            }
            Err(error) => {
                self.lost();
                Err(error)
            }
        }
    }

    /// Asks one node after the other, and believes the first that answers.
    async fn ask(&self, first: Option<&Arc<Node>>) -> Result<Map, StoreError> {
        let known = self.map.load_full();
        let mut failure = StoreError::Unavailable("no node of the Cluster answered".to_owned());
        // Each time another one first, so that one which hangs holds up few.
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % known.nodes.len().max(1);
        let rotated = known.nodes.iter().cycle().skip(turn).take(known.nodes.len());
        for node in first.into_iter().chain(rotated) {
            match self.ask_one(node, &known).await {
                Ok(map) => return Ok(map),
                Err(error) => failure = error,
            }
        }
        for seed in &self.seeds {
            let node = Node::new(seed.clone(), Role::Any, &self.options);
            let answer = match node {
                Ok(node) => self.ask_one(&node, &known).await,
                Err(error) => Err(store_error(&error)),
            };
            match answer {
                Ok(map) => return Ok(map),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn ask_one(&self, node: &Arc<Node>, known: &Map) -> Result<Map, StoreError> {
        let away = || StoreError::Unavailable("a node of the Cluster did not answer".to_owned());
        let mut ask = Cmd::new();
        ask.arg("CLUSTER").arg("SLOTS");
        let answer = timeout(ASK, node.send(&ask)).await.map_err(|_| away())?;
        let read = |answer: Value| self.read(answer.extract_error()?, node.server(), known);
        let map = answer.and_then(read).map_err(|error| explained(&error))?;
        if map.shares.is_empty() {
            return Err(StoreError::Unavailable("the Cluster has no slots yet".to_owned()));
        }
        Ok(map)
    }

    /// Reads what `asked` answered: by range of slots its first and last, the master, replicas.
    fn read(&self, answer: Value, asked: &ConnectionInfo, known: &Map) -> Result<Map, RedisError> {
        let mut map = Map::default();
        for range in from_redis_value::<Vec<Vec<Value>>>(answer)? {
            let mut facts = range.into_iter();
            let (Some(first), Some(last), Some(master)) =
                (facts.next(), facts.next(), facts.next())
            else {
                continue;
            };
            let mut facts = Vec::<Value>::from_redis_value(master)?.into_iter();
            let host: Option<String> = from_redis_value(facts.next().unwrap_or(Value::Nil))?;
            let port: u16 = from_redis_value(facts.next().unwrap_or(Value::Nil))?;
            // A node that doesn't know its own address is where it was asked.
            let here = host_and_port(asked).map_or("", |(host, _)| host);
            let host = host.filter(|host| !host.is_empty() && host != "?");
            let server = moved_to(asked, host.as_deref().unwrap_or(here), port);
            let node = self.node(server, &map, known)?;
            if !map.nodes.iter().any(|other| Arc::ptr_eq(other, &node)) {
                map.nodes.push(Arc::clone(&node));
            }
            let (first, last) = (from_redis_value(first)?, from_redis_value(last)?);
            map.shares.push(Share { first, last, node });
        }
        Ok(map)
    }

    /// The node of this address: the one that is connected already, if there is one.
    fn node(
        &self,
        server: ConnectionInfo,
        map: &Map,
        known: &Map,
    ) -> Result<Arc<Node>, RedisError> {
        let is_same = |node: &&Arc<Node>| node.server().addr() == server.addr();
        match map.nodes.iter().chain(&known.nodes).find(is_same) {
            Some(node) => Ok(Arc::clone(node)),
            None => Node::new(server, Role::Any, &self.options),
        }
    }
}

/// The error, with what to do if the server is no Cluster.
fn explained(error: &RedisError) -> StoreError {
    if error.to_string().contains("cluster support disabled") {
        return StoreError::Refused(
            "the server is not part of a Cluster; its URL looks like redis://host:port/0".into(),
        );
    }
    store_error(error)
}
