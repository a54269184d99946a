//! The gauges that show what `status` shows: of this replica, and of the whole installation as
//! each replica sees it.

use std::time::Duration;

use conversation::ports::{QueueFigures, ReplicaReport, Store, StoreFigures};
use conversation::{StoreError, Timestamp};
use metrics::{describe_gauge, gauge};

/// What of the gauges changes its name.
#[derive(Default)]
pub(crate) struct Gauges {
    revision: String,
}

impl Gauges {
    /// Describes them. The recorder must be in place.
    pub(crate) fn new() -> Self {
        describe();
        Self::default()
    }

    /// Shows this replica.
    pub(crate) fn show_replica(&mut self, report: &ReplicaReport) {
        gauge!("openclaw_start_time_seconds").set(seconds(report.started_at));
        gauge!("openclaw_resident_memory_bytes").set(report.resident_bytes as f64);
        gauge!("openclaw_build_info", "version" => report.version.clone()).set(1.0);
        if self.revision != report.skills_revision {
            if !self.revision.is_empty() {
                revision(&self.revision).set(0.0);
            }
            self.revision.clone_from(&report.skills_revision);
            revision(&self.revision).set(1.0);
        }
    }

    /// Shows the whole installation.
    pub(crate) async fn show_installation(
        &self,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (replicas, queue, holds) =
            tokio::try_join!(store.replicas(), store.queue(), store.holds())?;
        gauge!("openclaw_replicas").set(replicas.len() as f64);
        show_queue(&queue);
        show_store(&holds, now);
        Ok(())
    }
}

fn show_queue(queue: &QueueFigures) {
    let places = [("ready", queue.ready), ("claimed", queue.claimed), ("delayed", queue.delayed)];
    for (place, number) in places {
        gauge!("openclaw_queue_conversations", "place" => place).set(number as f64);
    }
    gauge!("openclaw_dead_letters").set(queue.dead as f64);
}

fn show_store(store: &StoreFigures, now: Timestamp) {
    let waited = store.oldest_waiting.map_or(Duration::ZERO, |since| now.since(since));
    gauge!("openclaw_oldest_waiting_seconds").set(waited.as_secs_f64());
    gauge!("openclaw_store_used_bytes").set(store.used_bytes as f64);
    // Zero says that there is no limit, as it does in Redis.
    gauge!("openclaw_store_limit_bytes").set(store.limit_bytes.unwrap_or(0) as f64);
}

fn revision(revision: &str) -> metrics::Gauge {
    gauge!("openclaw_skills_revision_info", "revision" => revision.to_owned())
}

fn seconds(time: Timestamp) -> f64 {
    time.0 as f64 / 1000.0
}

fn describe() {
    describe_gauge!("openclaw_start_time_seconds", "When this replica started, in Unix time.");
    describe_gauge!("openclaw_resident_memory_bytes", "Resident memory of this replica.");
    describe_gauge!("openclaw_build_info", "The version of this replica, as a label.");
    describe_gauge!("openclaw_skills_revision_info", "1 for the skills that it answers with.");
    describe_gauge!("openclaw_replicas", "Replicas that are alive.");
    describe_gauge!("openclaw_queue_conversations", "Conversations with work, by their place.");
    describe_gauge!("openclaw_dead_letters", "Dead letters that wait for an operator.");
    describe_gauge!("openclaw_oldest_waiting_seconds", "How long the oldest message has waited.");
    describe_gauge!("openclaw_store_used_bytes", "The memory that the store takes.");
    describe_gauge!("openclaw_store_limit_bytes", "How much it may take; 0 without a limit.");
}
