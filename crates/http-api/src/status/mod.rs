//! One look at the whole installation, in the form that `GET /status` and `status --json` share.
//! The form is stable: fields may be added, and none changes its meaning.

mod concerns;
mod models;

use conversation::ports::{
    ModelReport, ModelState, QueueFigures, ReplicaReport, Store, StoreFigures,
};
use conversation::{StoreError, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::rfc3339;

/// What was found, before it is put into its form.
#[derive(Clone, Debug)]
pub struct Figures {
    /// When.
    pub at: Timestamp,
    /// Where the store is.
    pub kind: StoreKind,
    /// What the replicas that are alive say of themselves.
    pub replicas: Vec<ReplicaReport>,
    /// How much work waits.
    pub queue: QueueFigures,
    /// How much the store holds.
    pub store: StoreFigures,
}

/// Where the store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// In Redis, for all replicas.
    Redis,
    /// In the process of the one gateway there is.
    Process,
}

/// The whole installation at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// When it was looked, in RFC 3339 form.
    #[schema(format = DateTime, example = "2026-01-31T12:00:00.000Z")]
    pub at: String,
    /// The sum of it.
    pub status: Verdict,
    /// What somebody should look at, each in a sentence; empty if the status is `ok`.
    pub concerns: Vec<String>,
    /// What the replicas do together.
    pub totals: Totals,
    /// The replicas that are alive, by name.
    pub replicas: Vec<Replica>,
    /// The work that waits.
    pub queue: Queue,
    /// The store.
    pub store: Storage,
    /// The language models, in the order in which they are asked.
    pub models: Vec<Model>,
}

/// The sum of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing needs a person.
    Ok,
    /// It works, and something needs a person.
    Degraded,
    /// No replica is alive.
    Down,
}

/// What the replicas do together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// How many replicas are alive.
    pub replicas: u64,
    /// Messages accepted per second, over the last minute.
    pub accepted_per_second: f64,
    /// Messages answered per second, over the last minute.
    pub answered_per_second: f64,
    /// Turns at work.
    pub turns_in_flight: u64,
}

/// One replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Replica {
    /// Its name, another one after every start.
    pub id: String,
    /// The gateway's version.
    pub version: String,
    /// Seconds since its start.
    pub uptime_seconds: u64,
    /// Seconds since it was last heard of.
    pub seen_seconds_ago: u64,
    /// The revision of the skills it answers with.
    pub skills_revision: String,
    /// Messages accepted per second, over the last minute.
    pub accepted_per_second: f64,
    /// Messages answered per second, over the last minute.
    pub answered_per_second: f64,
    /// Messages accepted since its start.
    pub accepted_total: u64,
    /// Messages answered since its start.
    pub answered_total: u64,
    /// Turns at work.
    pub turns_in_flight: u64,
    /// Resident memory.
    pub memory_bytes: u64,
}

/// The work that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    /// Conversations that are ready and not claimed.
    pub ready: u64,
    /// Conversations that are being answered.
    pub claimed: u64,
    /// Conversations put off to a later time, after a failure.
    pub delayed: u64,
    /// For how many seconds the oldest message has waited for its answer; nothing if none waits.
    pub oldest_waiting_seconds: Option<f64>,
    /// Dead letters: what was given up, until somebody retries or erases it.
    pub dead_letters: u64,
}

/// The store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Storage {
    /// Where it is.
    pub kind: StoreKind,
    /// The memory it takes.
    pub used_bytes: u64,
    /// How much it may take; nothing if it is unbounded.
    pub limit_bytes: Option<u64>,
}

/// One language model, as all replicas see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// `provider/model`.
    pub name: String,
    /// What the replicas do with it; where they differ, the worst.
    pub state: ModelHealth,
    /// How many replicas have it in their chain.
    pub replicas: u64,
    /// How many of them do not ask it now, since it failed too often.
    pub passed_over_by: u64,
    /// The kind of its last failure, such as `timeout`, if it hasn't answered since.
    pub last_failure: Option<String>,
}

/// What replicas do with a language model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelHealth {
    /// A replica of another version says something that is not known here.
    Unknown,
    /// It is asked.
    Closed,
    /// One request finds out whether it is back.
    HalfOpen,
    /// It is passed over.
    Open,
}

impl Status {
    /// The form of what was found.
    #[must_use]
    pub fn new(figures: &Figures) -> Self {
        let Figures { at, kind, replicas, queue, store } = figures;
        let models = models::seen_by(replicas);
        let sum = |rate: fn(&ReplicaReport) -> f64| {
            rounded(replicas.iter().map(rate).fold(0.0, |sum, one| sum + one))
        };
        let mut status = Self {
            at: rfc3339(*at),
            status: Verdict::Ok,
            concerns: Vec::new(),
            totals: Totals {
                replicas: replicas.len() as u64,
                accepted_per_second: sum(|replica| replica.accepted_per_second),
                answered_per_second: sum(|replica| replica.answered_per_second),
                turns_in_flight: replicas.iter().map(|replica| replica.turns_in_flight).sum(),
            },
            replicas: replicas.iter().map(|report| Replica::new(report, *at)).collect(),
            queue: Queue {
                ready: queue.ready,
                claimed: queue.claimed,
                delayed: queue.delayed,
                oldest_waiting_seconds: store
                    .oldest_waiting
                    .map(|since| rounded(at.since(since).as_secs_f64())),
                dead_letters: queue.dead,
            },
            store: Storage {
                kind: *kind,
                used_bytes: store.used_bytes,
                limit_bytes: store.limit_bytes,
            },
            models,
        };
        status.concerns = concerns::of(&status);
        status.status = match (status.replicas.is_empty(), status.concerns.is_empty()) {
            (true, _) => Verdict::Down,
            (false, false) => Verdict::Degraded,
            (false, true) => Verdict::Ok,
        };
        status
    }

    /// Looks by way of a store.
    pub(crate) async fn look(
        store: &dyn Store,
        kind: StoreKind,
        at: Timestamp,
    ) -> Result<Self, StoreError> {
        let (replicas, queue, holds) =
            tokio::try_join!(store.replicas(), store.queue(), store.holds())?;
        Ok(Self::new(&Figures { at, kind, replicas, queue, store: holds }))
    }
}

impl Replica {
    fn new(report: &ReplicaReport, at: Timestamp) -> Self {
        Self {
            id: report.id.clone(),
            version: report.version.clone(),
            uptime_seconds: at.since(report.started_at).as_secs(),
            seen_seconds_ago: at.since(report.seen_at).as_secs(),
            skills_revision: report.skills_revision.clone(),
            accepted_per_second: rounded(report.accepted_per_second),
            answered_per_second: rounded(report.answered_per_second),
            accepted_total: report.accepted_total,
            answered_total: report.answered_total,
            turns_in_flight: report.turns_in_flight,
            memory_bytes: report.resident_bytes,
        }
    }
}

/// To hundredths: more digits would only be noise.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
