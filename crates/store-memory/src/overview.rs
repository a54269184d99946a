//! Events, heartbeats and figures.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Event, Events, Overview, QueueFigures, ReplicaReport, StoreFigures};
use conversation::{ConversationId, StoreError, Watch};

use crate::MemoryStore;

/// How long a replica counts as alive after it last said so.
const ALIVE: Duration = Duration::from_secs(10);

#[async_trait]
impl Events for MemoryStore {
    async fn watch(&self, conversation: &ConversationId) -> Result<Watch, StoreError> {
        Ok(self.watch_here(conversation))
    }

    fn watch_here(&self, conversation: &ConversationId) -> Watch {
        self.shared.hub.watch(conversation.digest())
    }

    fn announce(&self, conversation: &ConversationId, event: Event) {
        self.shared.hub.announce(conversation.digest(), &Arc::new(event));
    }
}

#[async_trait]
impl Overview for MemoryStore {
    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn report(&self, report: ReplicaReport) -> Result<(), StoreError> {
        self.step(|state, now| {
            // Heartbeats go on when nothing else does, so they see to it that what has expired
            // goes away.
            state.clear_expired(now);
            state.replicas.retain(|_, other| now.since(other.seen_at) < ALIVE);
            let id = report.id.clone();
            state.replicas.insert(id, ReplicaReport { seen_at: now, ..report });
        });
        Ok(())
    }

    async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError> {
        Ok(self.step(|state, now| {
            let alive = |report: &&ReplicaReport| now.since(report.seen_at) < ALIVE;
            state.replicas.values().filter(alive).cloned().collect()
        }))
    }

    async fn queue(&self) -> Result<QueueFigures, StoreError> {
        Ok(self.step(|state, now| {
            let dead = state.dead.len() as u64;
            QueueFigures { dead, ..state.queue.figures(now) }
        }))
    }

    async fn holds(&self) -> Result<StoreFigures, StoreError> {
        Ok(self.step(|state, _now| StoreFigures {
            used_bytes: state.total_weight() as u64,
            limit_bytes: Some(state.options.memory_limit as u64),
            oldest_waiting: state.oldest_waiting(),
        }))
    }

    fn is_full(&self) -> bool {
        false
    }
}
