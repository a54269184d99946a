//! Finds the master that Sentinels watch, and notices when it is another one.
//!
//! All Sentinels are asked at once, and the one with the latest configuration is believed: one
//! that was cut off for a while may still name a master that has long been replaced.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use conversation::StoreError;
use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, ErrorKind, RedisError,
};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::Options;
use crate::address::{host_and_port, moved_to};
use crate::errors::store_error;
use crate::node::{Node, Role};

/// How long a Sentinel may take to answer. A verb's time must suffice for asking and for more.
const ASK: Duration = Duration::from_millis(500);

pub(crate) struct Sentinels {
    sentinels: Vec<Client>,
    master: String,
    server: ConnectionInfo,
    options: Options,
    current: ArcSwapOption<Node>,
    asking: Mutex<()>,
}

/// Where a Sentinel says that the master is, and how recent its knowledge is.
struct Whereabouts {
    epoch: u64,
    host: String,
    port: u16,
}

impl Sentinels {
    pub(crate) fn new(
        sentinels: Vec<ConnectionInfo>,
        master: String,
        server: ConnectionInfo,
        options: &Options,
    ) -> Result<Self, RedisError> {
        Ok(Self {
            sentinels: sentinels.into_iter().map(Client::open).collect::<Result<_, _>>()?,
            master,
            server,
            options: options.clone(),
            current: ArcSwapOption::empty(),
            asking: Mutex::default(),
        })
    }

    /// The master as it was last known.
    pub(crate) fn known(&self) -> Option<Arc<Node>> {
        self.current.load_full()
    }

    /// The master: the known one, or else the one that the Sentinels name.
    pub(crate) async fn master(&self) -> Result<Arc<Node>, StoreError> {
        match self.known() {
            Some(known) => Ok(known),
            // Boxed, since it is rare and large.
            None => Box::pin(self.found()).await,
        }
    }

    async fn found(&self) -> Result<Arc<Node>, StoreError> {
        let _only_one_asks = self.asking.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let Whereabouts { host, port, .. } = self.ask().await?;
        let server = moved_to(&self.server, &host, port);
        let node = Node::new(server, Role::Master, &self.options);
        let node = node.map_err(|error| store_error(&error))?;
        tracing::info!(host, port, "the Sentinels name the master");
        self.current.store(Some(Arc::clone(&node)));
        Ok(node)
    }

    /// This one doesn't do what a master does; the Sentinels are asked before the next command.
    pub(crate) fn lost(&self, node: &Arc<Node>) {
        let current = self.current.load();
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, node)) {
            self.current.compare_and_swap(&*current, None);
        }
    }

    /// Asks whether the known master is still the master. One that was cut off from the others
    /// doesn't know itself that it was replaced, and would go on taking writes that are lost.
    pub(crate) async fn follow(&self) {
        let Some(known) = self.known() else { return };
        let Ok(Whereabouts { host, port, .. }) = Box::pin(self.ask()).await else { return };
        if host_and_port(known.server()) != Some((host.as_str(), port)) {
            self.lost(&known);
        }
    }

    async fn ask(&self) -> Result<Whereabouts, StoreError> {
        let mut answers: FuturesUnordered<_> =
            self.sentinels.iter().map(|sentinel| timeout(ASK, self.ask_one(sentinel))).collect();
        let mut latest: Option<Whereabouts> = None;
        let mut failure = StoreError::Unavailable("no Sentinel answered in time".to_owned());
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(Ok(found)) if latest.as_ref().is_none_or(|l| l.epoch < found.epoch) => {
                    latest = Some(found);
                }
                Ok(Ok(_)) | Err(_) => {}
                // That one is away says less than that another refuses.
                Ok(Err(error)) if !matches!(failure, StoreError::Refused(_)) => failure = error,
                Ok(Err(_)) => {}
            }
        }
        latest.ok_or(failure)
    }

    async fn ask_one(&self, sentinel: &Client) -> Result<Whereabouts, StoreError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ASK))
            .set_response_timeout(Some(ASK));
        let asking = async {
            let mut connection =
                sentinel.get_multiplexed_async_connection_with_config(&config).await?;
            let mut ask = Cmd::new();
            ask.arg("SENTINEL").arg("MASTER").arg(&self.master);
            ask.query_async::<HashMap<String, String>>(&mut connection).await
        };
        let facts = asking.await.map_err(|error| self.refusal(&error))?;
        let fact = |name: &str| facts.get(name).cloned().unwrap_or_default();
        match (fact("config-epoch").parse(), fact("port").parse()) {
            (Ok(epoch), Ok(port)) => Ok(Whereabouts { epoch, host: fact("ip"), port }),
            (Ok(_) | Err(_), Ok(_) | Err(_)) => {
                Err(StoreError::Unavailable("a Sentinel does not say where the master is".into()))
            }
        }
    }

    fn refusal(&self, error: &RedisError) -> StoreError {
        let asks_for_password = matches!(error.kind(), ErrorKind::AuthenticationFailed)
            || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"));
        if asks_for_password {
            return StoreError::Refused(
                "a Sentinel asks for a password of its own, or does not take the one it is given; \
                 it stands in store.sentinelPassword or in the file store.sentinelPasswordFile, \
                 since that in the URL is for the master only"
                    .to_owned(),
            );
        }
        if error.to_string().contains("No such master") {
            return StoreError::Refused(format!(
                "the Sentinels watch no master `{}`; the URL has to end with the name that their \
                 `sentinel monitor` gives it",
                self.master
            ));
        }
        StoreError::Unavailable(format!("a Sentinel: {error}"))
    }
}
