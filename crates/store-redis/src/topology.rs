//! Which server a command goes to: the only one, the master that Sentinels name, or the node of a
//! Cluster that keeps the command's key.

use std::sync::Arc;

use conversation::StoreError;
use deadpool_redis::redis::Cmd;

use crate::Options;
use crate::address::Address;
use crate::cluster::Cluster;
use crate::errors::store_error;
use crate::node::{Node, Role};
use crate::sentinels::Sentinels;
use crate::slots;

pub(crate) enum Topology {
    Server(Arc<Node>),
    Sentinels(Box<Sentinels>),
    Cluster(Box<Cluster>),
}

impl Topology {
    pub(crate) fn new(options: &Options) -> Result<Self, StoreError> {
        // TLS needs to know whose cryptography to use; the process may have said so already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let topology = match Address::read(options)? {
            Address::Server(server) => Node::new(server, Role::Any, options).map(Self::Server),
            Address::Sentinels { sentinels, master, server } => {
                let found = Sentinels::new(sentinels, master, server, options);
                found.map(|sentinels| Self::Sentinels(Box::new(sentinels)))
            }
            Address::Cluster(seeds) => Ok(Self::Cluster(Box::new(Cluster::new(seeds, options)))),
        };
        topology.map_err(|error| store_error(&error))
    }

    /// The server that this command goes to.
    pub(crate) async fn node_of(&self, cmd: &Cmd) -> Result<Arc<Node>, StoreError> {
        match self {
            Self::Server(node) => Ok(Arc::clone(node)),
            Self::Sentinels(sentinels) => sentinels.master().await,
            Self::Cluster(cluster) => match slots::key(cmd) {
                Some(key) => cluster.keeper(slots::slot(key)).await,
                None => cluster.any().await,
            },
        }
    }

    /// The server that keeps this key.
    pub(crate) async fn keeper(&self, key: &str) -> Result<Arc<Node>, StoreError> {
        match self {
            Self::Server(node) => Ok(Arc::clone(node)),
            Self::Sentinels(sentinels) => sentinels.master().await,
            Self::Cluster(cluster) => cluster.keeper(slots::slot(key.as_bytes())).await,
        }
    }

    /// Any server, for what all of them know.
    pub(crate) async fn any(&self) -> Result<Arc<Node>, StoreError> {
        match self {
            Self::Server(node) => Ok(Arc::clone(node)),
            Self::Sentinels(sentinels) => sentinels.master().await,
            Self::Cluster(cluster) => cluster.any().await,
        }
    }

    /// Every server that keeps something.
    pub(crate) async fn all(&self) -> Result<Vec<Arc<Node>>, StoreError> {
        match self {
            Self::Server(node) => Ok(vec![Arc::clone(node)]),
            Self::Sentinels(sentinels) => sentinels.master().await.map(|master| vec![master]),
            Self::Cluster(cluster) => cluster.all().await,
        }
    }

    /// Whether commands still go to this server.
    pub(crate) fn uses(&self, node: &Arc<Node>) -> bool {
        let is_it = |other: &Arc<Node>| Arc::ptr_eq(other, node);
        match self {
            Self::Server(node) => is_it(node),
            Self::Sentinels(sentinels) => sentinels.known().as_ref().is_some_and(is_it),
            Self::Cluster(cluster) => cluster.known_nodes().iter().any(is_it),
        }
    }

    /// Whether the server that keeps this key should get no new messages.
    pub(crate) fn is_crowded(&self, key: &str) -> bool {
        match self {
            Self::Server(node) => node.is_crowded(),
            Self::Sentinels(sentinels) => sentinels.known().is_some_and(|node| node.is_crowded()),
            Self::Cluster(cluster) => {
                let keeper = cluster.known(slots::slot(key.as_bytes()));
                keeper.is_some_and(|node| node.is_crowded())
            }
        }
    }

    /// Whether any server that keeps something should get no new messages.
    pub(crate) fn is_crowded_anywhere(&self) -> bool {
        match self {
            Self::Server(node) => node.is_crowded(),
            Self::Sentinels(sentinels) => sentinels.known().is_some_and(|node| node.is_crowded()),
            Self::Cluster(cluster) => cluster.known_nodes().iter().any(|node| node.is_crowded()),
        }
    }

    /// Whether one command may name the keys of several partitions.
    pub(crate) fn spans_partitions(&self) -> bool {
        match self {
            Self::Server(_) | Self::Sentinels(_) => true,
            Self::Cluster(_) => false,
        }
    }

    /// This server is away, or no master any more: whoever knows is asked before the next command.
    pub(crate) fn lost(&self, node: &Arc<Node>) {
        match self {
            Self::Server(_) => {}
            Self::Sentinels(sentinels) => sentinels.lost(node),
            Self::Cluster(cluster) => cluster.lost(),
        }
    }

    /// This server has said that it doesn't keep a key any more.
    pub(crate) async fn moved(&self, by: &Arc<Node>) -> Result<(), StoreError> {
        match self {
            Self::Server(_) | Self::Sentinels(_) => Ok(()),
            Self::Cluster(cluster) => cluster.moved(by).await,
        }
    }

    /// Looks whether what is known still holds, where nothing else would tell.
    pub(crate) async fn follow(&self) {
        match self {
            Self::Server(_) | Self::Cluster(_) => {}
            Self::Sentinels(sentinels) => sentinels.follow().await,
        }
    }
}
