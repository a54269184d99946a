//! A served gateway whose parts a test can reach.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use conversation::ports::Store;
use conversation::{ConversationId, ManualClock, Timestamp};
use http_api::{
    Api, ApiAuth, ChannelKeys, Closed, Description, Limits, OllamaLink, Phase, ServeOptions,
    StoreLink, Vitals,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::{Value, json};
use store_memory::{MemoryStore, Options};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Answerer, Ask, FaultyStore, Log, ask};

/// What a test may set.
pub(crate) struct Setup {
    pub(crate) auth: ApiAuth,
    pub(crate) limits: Limits,
    pub(crate) options: ServeOptions,
    pub(crate) trusted_proxies: Vec<&'static str>,
    pub(crate) store: Options,
    pub(crate) extra: Router,
    pub(crate) described: Vec<Description>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            auth: ApiAuth::Open,
            limits: Limits::default(),
            options: ServeOptions::default(),
            trusted_proxies: Vec::new(),
            store: Options::default(),
            extra: Router::new(),
            described: Vec::new(),
        }
    }
}

/// A gateway that is served on a port of its own.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) served: JoinHandle<Closed>,
}

/// A channel whose conversations are named by small letters.
const CHAT: ChannelKeys = ChannelKeys {
    channel: "chat",
    rule: "small letters",
    find: |key| {
        let is_key = key.bytes().all(|byte| byte.is_ascii_lowercase());
        is_key.then(|| ConversationId::new("chat", key).ok()).flatten()
    },
};

/// The moment at which the tests' clock stands.
pub(crate) const NOON: Timestamp = Timestamp(1_769_860_800_000);

impl Setup {
    /// Serves a gateway that is ready.
    pub(crate) async fn serve(self) -> Gateway {
        let clock = Arc::new(ManualClock::new(NOON));
        let store = Arc::new(FaultyStore::new(MemoryStore::new(self.store, clock.clone())));
        let vitals = Vitals::new("1.2.3", StoreLink::Embedded, OllamaLink::NotConfigured);
        let vitals = Arc::new(vitals);
        vitals.set_phase(Phase::Ready);
        let recorder = recorder();
        Log::shared();
        let router = http_api::router(Api {
            store: store.clone() as Arc<dyn Store>,
            handovers: store.clone(),
            transcripts: store.clone(),
            channels: vec![CHAT],
            clock,
            auth: self.auth,
            trusted_proxies: self.trusted_proxies.iter().map(|net| net.parse().unwrap()).collect(),
            limits: self.limits,
            vitals: vitals.clone(),
            metrics: Arc::new(move || recorder.render()),
            extra: self.extra,
            described: self.described,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let serving =
            http_api::serve(listener, router, vitals.clone(), self.options, shutdown.clone());
        Gateway { address, store, vitals, shutdown, served: tokio::spawn(serving) }
    }
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        Setup::default().serve().await
    }

    /// Someone who answers what this gateway accepts.
    pub(crate) fn answerer(&self) -> Answerer {
        Answerer::new(self.store.clone())
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        ask(self.address, "GET", path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Ask {
        ask(self.address, "POST", path).json(body)
    }

    /// Posts a message.
    pub(crate) fn message(&self, body: &Value) -> Ask {
        self.post("/api/v1/message", body)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// A body that is as it should be.
pub(crate) fn question() -> Value {
    json!({ "channel": "shop", "user_id": "u1", "message": "Where is my package?" })
}

/// The conversation of [`question`].
pub(crate) fn its_conversation() -> ConversationId {
    ConversationId::new("api", "shop/u1").unwrap()
}

/// The outcome of `work`, which a test never waits for without end.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("it takes far too long")
}

/// All tests of this process count into one recorder.
fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || PrometheusBuilder::new().install_recorder().unwrap();
    RECORDER.get_or_init(install).clone()
}
