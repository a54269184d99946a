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
}
