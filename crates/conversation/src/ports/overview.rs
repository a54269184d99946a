//! The state of the whole installation, as the store knows it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{StoreError, Timestamp};

/// What a replica says of itself with every heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicaReport {
    /// The replica's name, the same as in its claims' fences.
    pub id: String,
    /// The gateway's version.
    pub version: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it last said so; the store sets it.
    #[serde(default)]
    pub seen_at: Timestamp,
    /// Turns at work.
    #[serde(default)]
    pub turns_in_flight: u64,
    /// Messages accepted since the start.
    #[serde(default)]
    pub accepted_total: u64,
    /// Messages answered since the start.
    #[serde(default)]
    pub answered_total: u64,
    /// Resident memory in bytes.
    #[serde(default)]
    pub resident_bytes: u64,
    /// The revision of the skills it answers with.
    #[serde(default)]
    pub skills_revision: String,
    /// Messages accepted per second, over the last minute.
    #[serde(default)]
    pub accepted_per_second: f64,
    /// Messages answered per second, over the last minute.
    #[serde(default)]
    pub answered_per_second: f64,
    /// The language models it asks, in their order.
    #[serde(default)]
    pub models: Vec<ModelReport>,
}

/// How a language model fares, as a replica sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelReport {
    /// `provider/model`.
    pub name: String,
    /// Whether it is asked.
    #[serde(default)]
    pub state: ModelState,
    /// The kind of its last failure, such as `timeout`, if it hasn't answered since.
    #[serde(default)]
    pub last_failure: Option<String>,
}

/// What the circuit breaker of a model does with requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// The model is asked.
    Closed,
    /// One request finds out whether the model is back.
    HalfOpen,
    /// The model is passed over.
    Open,
    /// A gateway of another version says something else.
    #[default]
    #[serde(other)]
    Unknown,
}

/// How much work waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueFigures {
    /// Conversations that are ready and not claimed.
    pub ready: u64,
    /// Conversations that are claimed.
    pub claimed: u64,
    /// Conversations put off to a later time.
    pub delayed: u64,
    /// Dead letters.
    pub dead: u64,
    /// How long the oldest ready conversation has waited, in milliseconds.
    pub oldest_ready_ms: u64,
}

/// How much the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreFigures {
    /// The memory it takes, in bytes.
    pub used_bytes: u64,
    /// How much it may take, if it is bounded.
    pub limit_bytes: Option<u64>,
    /// When the oldest message that isn't answered yet was accepted, if there is one. A store
    /// may look at those conversations only that have stood in the queue longest.
    pub oldest_waiting: Option<Timestamp>,
}

/// A look at the whole installation.
#[async_trait]
pub trait Overview: Send + Sync {
    /// Checks that the store answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn ping(&self) -> Result<(), StoreError>;

    /// Stores what this replica says of itself; it counts as alive for ten seconds from now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn report(&self, report: ReplicaReport) -> Result<(), StoreError>;

    /// The replicas that are alive, by name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError>;

    /// How much work waits.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn queue(&self) -> Result<QueueFigures, StoreError>;

    /// How much the store holds. It costs more than the other looks, and is for operators.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn holds(&self) -> Result<StoreFigures, StoreError>;

    /// Whether new messages are refused now for want of room, in all of the store or in a part of
    /// it. It asks nobody: it is what this replica knows.
    fn is_full(&self) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_an_older_and_of_a_later_gateway_can_be_read() {
        let older = r#"{"id":"a","version":"0.1.0","started_at":1,"accepted_total":2}"#;
        let read: ReplicaReport = serde_json::from_str(older).unwrap();
        assert_eq!((read.accepted_total, read.accepted_per_second), (2, 0.0));
        assert_eq!(read.models, Vec::new());

        let later = r#"{"id":"a","version":"9.0.0","started_at":1,"mood":"good",
            "models":[{"name":"v/m","state":"resting","weight":3},{"name":"v/n"}]}"#;
        let read: ReplicaReport = serde_json::from_str(later).unwrap();
        let states: Vec<ModelState> = read.models.iter().map(|model| model.state).collect();
        assert_eq!(states, [ModelState::Unknown, ModelState::Unknown]);
    }
}
