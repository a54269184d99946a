//! What the composition root hands in, and what the handlers share of it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use conversation::Clock;
use conversation::ports::{Handovers, Store, Transcripts};
use ipnet::IpNet;

use crate::auth::ApiAuth;
use crate::channels::{ChannelKeys, Channels};
use crate::proxies::TrustedProxies;
use crate::vitals::Vitals;

/// Renders the figures in Prometheus' text form.
pub type MetricsPage = Arc<dyn Fn() -> String + Send + Sync>;

/// Tells what some routes are, in the words of OpenAPI. It is asked when `/openapi.json` is looked at
/// for the first time: most gateways never tell, and a start with it would take more time and memory.
pub type Description = Arc<dyn Fn() -> utoipa::openapi::OpenApi + Send + Sync>;

/// Everything the routes need.
pub struct Api {
    /// The store that takes messages and knows their answers.
    pub store: Arc<dyn Store>,
    /// Its conversations that a person has instead of the model.
    pub handovers: Arc<dyn Handovers>,
    /// Its conversations that are read along.
    pub transcripts: Arc<dyn Transcripts>,
    /// The channels beside this API whose conversations operators may name, whether or not they are
    /// on.
    pub channels: Vec<ChannelKeys>,
    /// Where the time of a message comes from.
    pub clock: Arc<dyn Clock>,
    /// Who may use the routes under `/api/v1`.
    pub auth: ApiAuth,
    /// The peers whose `X-Request-Id` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How much and how long.
    pub limits: Limits,
    /// The state that the health routes show; the gateway's background tasks set it.
    pub vitals: Arc<Vitals>,
    /// Renders `/metrics`.
    pub metrics: MetricsPage,
    /// Further routes, such as the channels' webhooks, which see to their own authentication.
    /// They get the same middleware. They must set no fallback of their own.
    pub extra: Router,
    /// What those of them are that stand in `/openapi.json`.
    pub described: Vec<Description>,
}

/// How much a caller may send, and how long one is kept waiting.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// The longest message, in characters.
    pub message_chars: usize,
    /// How long a caller waits for the reply before it is told where to fetch it.
    pub reply_deadline: Duration,
    /// The same for a caller that is sent events, who sees that something goes on.
    pub stream_deadline: Duration,
    /// How often the store is asked for the truth while waiting, should an event be lost.
    pub recheck: Duration,
    /// How often a stream without events shows that it is alive; proxies cut at 60 s.
    pub heartbeat: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            message_chars: 16_000,
            reply_deadline: Duration::from_secs(30),
            stream_deadline: Duration::from_secs(300),
            recheck: Duration::from_secs(5),
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// What every handler sees.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) handovers: Arc<dyn Handovers>,
    pub(crate) transcripts: Arc<dyn Transcripts>,
    pub(crate) channels: Channels,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) metrics: MetricsPage,
    /// Who describes the routes that are not this crate's.
    pub(crate) described: Vec<Description>,
    /// The rendered description of all routes, once somebody has asked for it.
    pub(crate) openapi: OnceLock<Bytes>,
}

/// The parts of [`Api`], sorted by who uses them.
pub(crate) struct Parts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) auth: ApiAuth,
    pub(crate) proxies: TrustedProxies,
    pub(crate) extra: Router,
}

impl Api {
    pub(crate) fn into_parts(self) -> Parts {
        let shared = Shared {
            store: self.store,
            handovers: self.handovers,
            transcripts: self.transcripts,
            channels: Channels(self.channels),
            clock: self.clock,
            limits: self.limits,
            vitals: self.vitals,
            metrics: self.metrics,
            described: self.described,
            openapi: OnceLock::new(),
        };
        Parts {
            shared: Arc::new(shared),
            auth: self.auth,
            proxies: TrustedProxies::new(self.trusted_proxies),
            extra: self.extra,
        }
    }
}
