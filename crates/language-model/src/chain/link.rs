//! One model of a chain, with what guards it.

use std::sync::{Arc, Mutex, PoisonError};

use conversation::ports::{LanguageModel, ModelError};

use super::meters::{Meters, outcome};
use super::{Breaker, BreakerState, Limits, ModelHealth, Places};

/// A model and what stands before it.
pub struct Link {
    pub(super) model: Arc<dyn LanguageModel>,
    pub(super) guard: Option<Guard>,
    pub(super) meters: Arc<Meters>,
    last_failure: Mutex<Option<&'static str>>,
}

/// What a model that can fail needs.
pub struct Guard {
    /// How long it may take.
    pub limits: Limits,
    /// How many requests it gets at once, perhaps shared with other models.
    pub places: Places,
    /// Gives it a rest when it keeps failing.
    pub breaker: Arc<Breaker>,
}

impl Link {
    /// A model that may be slow, overrun or down.
    #[must_use]
    pub fn guarded(model: Arc<dyn LanguageModel>, guard: Guard) -> Self {
        Self::new(model, Some(guard))
    }

    /// A model that answers from memory, as a last resort. It is always asked, even when the
    /// turn's time is up.
    #[must_use]
    pub fn unguarded(model: Arc<dyn LanguageModel>) -> Self {
        Self::new(model, None)
    }

    fn new(model: Arc<dyn LanguageModel>, guard: Option<Guard>) -> Self {
        let meters = Meters::new(model.name());
        Self { model, guard, meters, last_failure: Mutex::new(None) }
    }

    /// `provider/model`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// Whether the model looks at pictures.
    pub(super) fn sees(&self) -> bool {
        self.model.sees()
    }

    /// How the model fares.
    #[must_use]
    pub fn health(&self) -> ModelHealth {
        let guard = self.guard.as_ref();
        let state = guard.map_or(BreakerState::Closed, |guard| guard.breaker.state());
        let last_failure = *self.last_failure();
        ModelHealth { name: self.name().to_owned(), state, last_failure }
    }

    /// Notes that the model has answered. Where its breaker stays open, since the answer was begun
    /// before the failures that opened it, the last of those remains the reason.
    pub(super) fn note_success(&self) {
        let is_closed = |guard: &Guard| guard.breaker.state() == BreakerState::Closed;
        if self.guard.as_ref().is_none_or(is_closed) {
            *self.last_failure() = None;
        }
    }

    /// Notes why the model has not answered. This is where its failures are logged.
    pub(super) fn note_failure(&self, error: &ModelError) {
        tracing::warn!(model = self.name(), outcome = outcome(error), %error, "no answer");
        *self.last_failure() = Some(outcome(error));
    }

    /// Notes that the model was not asked.
    pub(super) fn pass_over(&self, error: &ModelError) {
        self.meters.passed_over(error);
        tracing::debug!(model = self.name(), outcome = outcome(error), "not asked");
    }

    fn last_failure(&self) -> std::sync::MutexGuard<'_, Option<&'static str>> {
        self.last_failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
