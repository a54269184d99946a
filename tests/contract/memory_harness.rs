//! The store in memory, with a clock that stands still until it is moved.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::Store;
use conversation::{Clock as _, ManualClock, Timestamp};
use store_memory::{MemoryStore, Options};

use crate::harness::{AllPorts, DEDUPE, HISTORY_LIMIT, Harness, IDLE, LEASE, WAITING_LIMIT};

const START: Timestamp = Timestamp(1_700_000_000_000);

pub(crate) struct MemoryHarness {
    clock: ManualClock,
    store: MemoryStore,
}

impl MemoryHarness {
    pub(crate) async fn start() -> Self {
        let clock = ManualClock::new(START);
        let options = Options {
            replica: "nobody".to_owned(),
            lease: LEASE,
            idle: IDLE,
            waiting_limit: WAITING_LIMIT,
            history_limit: HISTORY_LIMIT,
            dedupe: DEDUPE,
            ..Options::default()
        };
        let store = MemoryStore::new(options, Arc::new(clock.clone()));
        Self { clock, store }
    }
}

#[async_trait]
impl Harness for MemoryHarness {
    async fn store(&self, owner: &str) -> Arc<dyn Store> {
        Arc::new(self.store.for_replica(owner))
    }

    async fn all_ports(&self, owner: &str) -> Arc<dyn AllPorts> {
        Arc::new(self.store.for_replica(owner))
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    fn elapsed(&self) -> Duration {
        self.clock.now().since(START)
    }

    fn glance(&self) -> Duration {
        Duration::ZERO
    }
}
