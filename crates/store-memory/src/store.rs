//! The store itself: shared data behind one lock, and the name under which this owner claims.

use std::sync::{Arc, Mutex, PoisonError};

use conversation::{Clock, EventHub, Timestamp};
use tokio::sync::Notify;

use crate::Options;
use crate::state::State;

/// A store in the memory of this process. Clones are the same owner on the same data.
#[derive(Clone)]
pub struct MemoryStore {
    pub(crate) shared: Arc<Shared>,
    pub(crate) replica: Arc<str>,
}

/// What all owners share.
pub(crate) struct Shared {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    /// Rung when there may be work for one of those who wait in `claim`.
    pub(crate) bell: Notify,
    pub(crate) hub: EventHub,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(options: Options, clock: Arc<dyn Clock>) -> Self {
        let replica = options.replica.as_str().into();
        let shared = Shared {
            state: Mutex::new(State::new(options)),
            clock,
            bell: Notify::new(),
            hub: EventHub::default(),
        };
        Self { shared: Arc::new(shared), replica }
    }

    /// Another owner on the same data.
    #[must_use]
    pub fn for_replica(&self, replica: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), replica: replica.into() }
    }

    /// Does one step on the data, and then wakes one claimer if there is something for it.
    pub(crate) fn step<T>(&self, step: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = step(&mut state, self.shared.clock.now());
        let has_news = state.queue.take_news();
        drop(state);
        if has_news {
            self.shared.bell.notify_one();
        }
        result
    }
}
