//! The channel as a whole: what it is made of, and what its parts share.

use std::sync::Arc;

use axum::Router;
use conversation::Clock;
use conversation::ports::{Accord, Events, Handovers, Inbox, Transcripts};

use crate::address::Addresses;
use crate::beats::Beats;
use crate::description::description;
use crate::identity::Voucher;
use crate::keyring::{InvalidSecret, Keyring};
use crate::options::Options;
use crate::origins::Origins;
use crate::stream::Places;
use crate::{figures, routes};

/// How this replica stands, as visitors are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// As it should.
    Ok,
    /// Messages are taken, and answers may take longer or be poorer.
    Degraded,
    /// It is about to end: streams end too, so that visitors come back to another replica.
    Ending,
}

/// What the channel needs.
pub struct Parts {
    /// Where messages are made durable.
    pub inbox: Arc<dyn Inbox>,
    /// Where events are heard.
    pub events: Arc<dyn Events>,
    /// What was said, on whichever replica.
    pub transcripts: Arc<dyn Transcripts>,
    /// Which conversations a person has.
    pub handovers: Arc<dyn Handovers>,
    /// Where replicas count together.
    pub accord: Arc<dyn Accord>,
    /// The time of messages and sessions.
    pub clock: Arc<dyn Clock>,
    /// How this replica stands.
    pub condition: Arc<dyn Fn() -> Condition + Send + Sync>,
}

/// What the handlers share.
pub(crate) struct Shared {
    pub(crate) parts: Parts,
    pub(crate) options: Options,
    pub(crate) keyring: Keyring,
    pub(crate) voucher: Voucher,
    pub(crate) origins: Origins,
    pub(crate) addresses: Addresses,
    pub(crate) beats: Beats,
    pub(crate) places: Places,
}

/// Web Chat.
#[derive(Clone)]
pub struct WebChat(Arc<Shared>);

impl WebChat {
    /// Puts it together.
    ///
    /// # Errors
    /// [`InvalidSecret`] if a session secret is too short.
    pub fn new(options: Options, parts: Parts) -> Result<Self, InvalidSecret> {
        figures::describe();
        Ok(Self(Arc::new(Shared {
            keyring: Keyring::new(&options.session_secret, &options.accepted_secrets)?,
            voucher: Voucher::new(options.identity_secret.as_ref()),
            origins: Origins::new(options.allowed_origins.clone(), options.own_pages),
            addresses: Addresses::new(options.trusted_proxies.clone()),
            beats: Beats::new((parts.condition)()),
            places: Places::new(options.limits.streams, options.limits.streams_of_one_address),
            options,
            parts,
        })))
    }

    /// The routes, to be merged into the server's own. Requests should carry a
    /// [`RequestId`](crate::RequestId) and axum's `ConnectInfo`.
    pub fn router(&self) -> Router {
        routes::router(&self.0)
    }

    /// What those routes are, in the words of OpenAPI. Their errors are of the schema `ErrorBody`, which
    /// the server describes.
    #[must_use]
    pub fn description() -> utoipa::openapi::OpenApi {
        description()
    }

    /// Keeps the streams alive and tells them how this replica stands, until it is to `stop`: then
    /// they end.
    pub fn keep_time<S>(&self, stop: S) -> impl Future<Output = ()> + Send + use<S>
    where
        S: Future<Output = ()> + Send,
    {
        let shared = Arc::clone(&self.0);
        async move {
            let heartbeat = shared.options.limits.heartbeat;
            tokio::select! {
                () = shared.beats.run(heartbeat, || (shared.parts.condition)()) => {}
                () = stop => shared.beats.tell(Condition::Ending),
            }
        }
    }
}
