//! Keeps the health page and this replica's report up to date, once a second.

mod gauges;
mod rates;
mod resident;

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Knowledge, ModelReport, ModelState, ReplicaReport, Store};
use conversation::{Clock, StoreError, SystemClock, Timestamp};
use dialogue::Pool;
use http_api::{Models, OllamaLink, Providers, Room, StoreLink, Vitals};
use language_model::{BreakerState, Chain, ModelHealth, OllamaProbe};
use tokio::time::{MissedTickBehavior, interval};

use crate::compose::Refused;
use crate::storage::StorageKind;
use gauges::Gauges;
use rates::{Counts, LastMinute, Rates};

/// How often the store is asked whether it is there, and told that this replica is.
const BEAT: Duration = Duration::from_secs(1);
/// How many beats pass between two questions to Ollama, and between two looks at the whole
/// installation.
const BEATS_PER_PROBE: u64 = 5;

/// What is watched, and where it is shown.
pub(crate) struct VitalSigns {
    pub(crate) replica: String,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) storage: StorageKind,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) pool: Pool,
    pub(crate) chain: Arc<Chain>,
    pub(crate) ollama: Option<OllamaProbe>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
    pub(crate) refused: Vec<Refused>,
}

impl VitalSigns {
    /// Watches for as long as it is polled.
    pub(crate) async fn keep(self) {
        let (started_at, mut minute) = (SystemClock.now(), LastMinute::new());
        let mut gauges = Gauges::new();
        let mut ticks = interval(BEAT);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        for beat in 0_u64.. {
            ticks.tick().await;
            let rates = minute.look(self.counts());
            let report = self.report(started_at, rates);
            gauges.show_replica(&report);
            let is_due = beat.is_multiple_of(BEATS_PER_PROBE);
            tokio::join!(self.look_at_store(report), self.look_at_ollama(is_due));
            if is_due && self.vitals.store() != StoreLink::Disconnected {
                let shown = gauges.show_installation(&*self.store, SystemClock.now()).await;
                // A store that is away is complained of elsewhere.
                let _ =
                    shown.inspect_err(|error| tracing::debug!(%error, "gauges stay as they are"));
            }
            self.look_at_models();
            self.look_at_providers();
        }
    }

    fn counts(&self) -> Counts {
        Counts { accepted: self.vitals.accepted_total(), answered: self.pool.answered_total() }
    }

    fn report(&self, started_at: Timestamp, rates: Rates) -> ReplicaReport {
        let counts = self.counts();
        ReplicaReport {
            id: self.replica.clone(),
            version: self.vitals.version().to_owned(),
            started_at,
            seen_at: SystemClock.now(),
            turns_in_flight: self.pool.in_flight() as u64,
            accepted_total: counts.accepted,
            answered_total: counts.answered,
            resident_bytes: resident::bytes(),
            skills_revision: self.knowledge.revision().to_string(),
            accepted_per_second: rates.accepted,
            answered_per_second: rates.answered,
            models: self.chain.health().into_iter().map(model_report).collect(),
        }
    }

    async fn look_at_store(&self, report: ReplicaReport) {
        let told = self.store.report(report).await;
        if self.storage == StorageKind::Process {
            return;
        }
        // A Redis that is out of memory is there, and says so to whatever would be written.
        let is_out_of_memory = matches!(told, Err(StoreError::Full));
        let before = self.vitals.store();
        let now = match &told {
            Ok(()) | Err(StoreError::Full) => StoreLink::Connected,
            Err(_) => StoreLink::Disconnected,
        };
        self.vitals.set_store(now);
        self.vitals.set_room(match self.store.is_full() || is_out_of_memory {
            true => Room::None,
            false => Room::Enough,
        });
        match (before, now, told) {
            (StoreLink::Connected, StoreLink::Disconnected, Err(error)) => {
                tracing::error!(%error, "nothing can be accepted until Redis takes it");
            }
            (StoreLink::Disconnected, StoreLink::Connected, _) => {
                tracing::info!("Redis takes messages again");
            }
            _ => {}
        }
    }

    async fn look_at_ollama(&self, is_due: bool) {
        let Some(probe) = self.ollama.as_ref().filter(|_| is_due) else {
            return;
        };
        let link = match probe.answers().await {
            true => OllamaLink::Connected,
            false => OllamaLink::Disconnected,
        };
        self.vitals.set_ollama(link);
    }

    fn look_at_models(&self) {
        let is_resting = |state| matches!(state, BreakerState::Open | BreakerState::HalfOpen);
        let troubled = self.chain.health().iter().any(|model| is_resting(model.state));
        self.vitals.set_models(if troubled { Models::Troubled } else { Models::Well });
    }

    fn look_at_providers(&self) {
        let is_refused = self.refused.iter().any(|refused| refused());
        self.vitals.set_providers(match is_refused {
            true => Providers::Refusing,
            false => Providers::Well,
        });
    }
}

fn model_report(health: ModelHealth) -> ModelReport {
    let state = match health.state {
        BreakerState::Closed => ModelState::Closed,
        BreakerState::HalfOpen => ModelState::HalfOpen,
        BreakerState::Open => ModelState::Open,
    };
    ModelReport { name: health.name, state, last_failure: health.last_failure.map(str::to_owned) }
}
