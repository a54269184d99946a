//! The state of this replica, as its background tasks set it and the health routes show it.
//!
//! Everything is atomic, so that a health check costs no lock, no I/O and no waiting.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use crate::health::Health;
use crate::standing::{Models, OllamaLink, Phase, Providers, Room, StoreLink};

/// What the health body says besides while the store has no room.
const FULL: &str = ",\"reason\":\"the store is full, and new messages are refused\"";

/// What it says while a channel is of no use.
const REFUSED: &str = ",\"reason\":\"a channel's provider refuses this gateway's token, and the \
                       log says which\"";

/// The state of one replica.
pub struct Vitals {
    version: String,
    /// The version as it stands in the health body, escaped once.
    version_json: String,
    started: Instant,
    phase: AtomicU8,
    store: AtomicU8,
    ollama: AtomicU8,
    models: AtomicU8,
    room: AtomicU8,
    providers: AtomicU8,
    accepted: AtomicU64,
    last_call: CancellationToken,
}

impl Vitals {
    /// A replica of this version that starts now.
    #[must_use]
    pub fn new(version: &str, store: StoreLink, ollama: OllamaLink) -> Self {
        Self {
            version: version.to_owned(),
            version_json: serde_json::Value::from(version).to_string(),
            started: Instant::now(),
            phase: AtomicU8::new(Phase::Starting as u8),
            store: AtomicU8::new(store as u8),
            ollama: AtomicU8::new(ollama as u8),
            models: AtomicU8::new(Models::Well as u8),
            room: AtomicU8::new(Room::Enough as u8),
            providers: AtomicU8::new(Providers::Well as u8),
            accepted: AtomicU64::new(0),
            last_call: CancellationToken::new(),
        }
    }

    /// The gateway's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Sets where the replica is in its life.
    pub fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// Sets how the store stands.
    pub fn set_store(&self, link: StoreLink) {
        self.store.store(link as u8, Ordering::Release);
    }

    /// Sets how Ollama stands.
    pub fn set_ollama(&self, link: OllamaLink) {
        self.ollama.store(link as u8, Ordering::Release);
    }

    /// Sets how the language models stand.
    pub fn set_models(&self, models: Models) {
        self.models.store(models as u8, Ordering::Release);
    }

    /// Sets whether the store has room.
    pub fn set_room(&self, room: Room) {
        self.room.store(room as u8, Ordering::Release);
    }

    /// Sets how the channels' providers stand to this gateway.
    pub fn set_providers(&self, providers: Providers) {
        self.providers.store(providers as u8, Ordering::Release);
    }

    /// Where the replica is in its life.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            code if code == Phase::Starting as u8 => Phase::Starting,
            code if code == Phase::Ready as u8 => Phase::Ready,
            _ => Phase::Draining,
        }
    }

    /// How the store stands.
    #[must_use]
    pub fn store(&self) -> StoreLink {
        match self.store.load(Ordering::Acquire) {
            code if code == StoreLink::Connected as u8 => StoreLink::Connected,
            code if code == StoreLink::Embedded as u8 => StoreLink::Embedded,
            _ => StoreLink::Disconnected,
        }
    }

    /// How Ollama stands.
    #[must_use]
    pub fn ollama(&self) -> OllamaLink {
        match self.ollama.load(Ordering::Acquire) {
            code if code == OllamaLink::Connected as u8 => OllamaLink::Connected,
            code if code == OllamaLink::NotConfigured as u8 => OllamaLink::NotConfigured,
            _ => OllamaLink::Disconnected,
        }
    }

    /// How the language models stand.
    #[must_use]
    pub fn models(&self) -> Models {
        match self.models.load(Ordering::Acquire) {
            code if code == Models::Well as u8 => Models::Well,
            _ => Models::Troubled,
        }
    }

    /// Whether the store has room for new messages.
    #[must_use]
    pub fn room(&self) -> Room {
        match self.room.load(Ordering::Acquire) {
            code if code == Room::Enough as u8 => Room::Enough,
            _ => Room::None,
        }
    }

    /// How the channels' providers stand to this gateway.
    #[must_use]
    pub fn providers(&self) -> Providers {
        match self.providers.load(Ordering::Acquire) {
            code if code == Providers::Well as u8 => Providers::Well,
            _ => Providers::Refusing,
        }
    }

    /// Whole seconds since the start.
    #[must_use]
    pub fn uptime_seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// How many messages this replica has accepted since the start, without those sent again.
    #[must_use]
    pub fn accepted_total(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Counts messages that were accepted. Those of the API count by themselves.
    pub fn count_accepted(&self, messages: usize) {
        self.accepted.fetch_add(messages as u64, Ordering::Relaxed);
    }

    /// Asks every request that waits for a reply to answer now with where to fetch it, since
    /// the connections are about to be cut.
    pub fn call_last(&self) {
        self.last_call.cancel();
    }

    /// Ends with [`Self::call_last`].
    pub(crate) fn last_call(&self) -> WaitForCancellationFuture<'_> {
        self.last_call.cancelled()
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.phase() == Phase::Draining
    }

    /// The body of `/healthz`, and whether the replica can do its work at all.
    pub(crate) fn health(&self) -> (Health, String) {
        let (store, ollama) = (self.store(), self.ollama());
        let (room, providers) = (self.room(), self.providers());
        let health = Health::of(store, ollama, self.models(), room, providers);
        let reason = match (store, room, providers) {
            (StoreLink::Disconnected, ..) | (_, Room::Enough, Providers::Well) => "",
            (StoreLink::Connected | StoreLink::Embedded, Room::None, _) => FULL,
            (StoreLink::Connected | StoreLink::Embedded, Room::Enough, Providers::Refusing) => {
                REFUSED
            }
        };
        let body = [
            "{\"status\":\"",
            health.word(),
            "\",\"uptime\":",
            &self.uptime_seconds().to_string(),
            ",\"version\":",
            &self.version_json,
            ",\"redis\":\"",
            store.word(),
            "\",\"ollama\":\"",
            ollama.word(),
            "\"",
            reason,
            "}",
        ];
        (health, body.concat())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_health_body_has_exactly_the_documented_shape() {
        let vitals = Vitals::new("1.2.3", StoreLink::Connected, OllamaLink::Connected);
        tokio::time::advance(Duration::from_millis(45_900)).await;
        let expected = concat!(
            r#"{"status":"ok","uptime":45,"version":"1.2.3","#,
            r#""redis":"connected","ollama":"connected"}"#
        );
        assert_eq!(vitals.health(), (Health::Ok, expected.to_owned()));
    }

    #[tokio::test]
    async fn trouble_with_models_degrades_and_only_the_store_makes_unavailable() {
        let vitals = Vitals::new("1", StoreLink::Embedded, OllamaLink::NotConfigured);
        assert_eq!(vitals.health().0, Health::Ok);
        vitals.set_models(Models::Troubled);
        assert_eq!(vitals.health().0, Health::Degraded);
        vitals.set_models(Models::Well);
        vitals.set_ollama(OllamaLink::Disconnected);
        assert_eq!(vitals.health().0, Health::Degraded);
        vitals.set_ollama(OllamaLink::Connected);
        vitals.set_providers(Providers::Refusing);
        let (health, body) = vitals.health();
        assert_eq!(health, Health::Degraded);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let reason = "a channel's provider refuses this gateway's token, and the log says which";
        assert_eq!(body["reason"], reason);
        vitals.set_room(Room::None);
        let (health, body) = vitals.health();
        assert_eq!(health, Health::Degraded);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["reason"], "the store is full, and new messages are refused");
        vitals.set_store(StoreLink::Disconnected);
        let (health, body) = vitals.health();
        assert_eq!(health, Health::Unavailable);
        assert!(body.contains(r#""status":"unavailable""#) && body.contains("disconnected"));
    }

    #[tokio::test]
    async fn every_state_reads_back_as_it_was_set() {
        let vitals = Vitals::new("1", StoreLink::Embedded, OllamaLink::NotConfigured);
        for phase in [Phase::Starting, Phase::Ready, Phase::Draining] {
            vitals.set_phase(phase);
            assert_eq!(vitals.phase(), phase);
        }
        for link in [StoreLink::Connected, StoreLink::Disconnected, StoreLink::Embedded] {
            vitals.set_store(link);
            assert_eq!(vitals.store(), link);
        }
        for link in [OllamaLink::Connected, OllamaLink::Disconnected, OllamaLink::NotConfigured] {
            vitals.set_ollama(link);
            assert_eq!(vitals.ollama(), link);
        }
        for models in [Models::Well, Models::Troubled] {
            vitals.set_models(models);
            assert_eq!(vitals.models(), models);
        }
        for providers in [Providers::Refusing, Providers::Well] {
            vitals.set_providers(providers);
            assert_eq!(vitals.providers(), providers);
        }
    }
}
