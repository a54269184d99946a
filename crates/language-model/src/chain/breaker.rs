//! Stops asking a model that keeps failing. Without it every turn would first wait for the
//! failure of a model that is down, and a model that is struggling would never get a rest.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use conversation::ports::{ModelError, Phase};
use tokio::time::Instant;

use super::{BreakerState, Jitter, meters};

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BreakerOptions {
    /// How many failures in a row open it.
    pub failures: u32,
    /// How long it stays open at first. Every failed probe doubles it.
    pub rest: Duration,
    /// The longest it stays open.
    pub longest_rest: Duration,
    /// How long it stays open when asking again is hopeless, as without a valid key.
    pub hopeless_rest: Duration,
}

impl Default for BreakerOptions {
    fn default() -> Self {
        Self {
            failures: 5,
            rest: Duration::from_secs(10),
            longest_rest: Duration::from_secs(60),
            hopeless_rest: Duration::from_secs(60),
        }
    }
}

/// The circuit breaker of one model.
pub struct Breaker {
    name: Arc<str>,
    options: BreakerOptions,
    jitter: Jitter,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        /// In a row.
        failures: u32,
    },
    Open {
        until: Instant,
        /// For how long it opens next time.
        next_rest: Duration,
    },
    /// One request is finding out whether the model is back.
    Probing { next_rest: Duration },
}

/// What an error says about the model.
enum Verdict {
    /// It is there, and answered in its way.
    Alive,
    /// Something is wrong with it.
    Unwell(Trouble),
    /// Nothing: it was not asked.
    Silent,
}

/// What is wrong with a model.
#[derive(Clone, Copy)]
enum Trouble {
    /// It may be struggling.
    Passing,
    /// It doesn't want to be asked for a while.
    Later(Duration),
    /// It won't answer until somebody changes something.
    Hopeless,
}

/// Leave to ask the model once. How that went is to be reported; dropping it reports that
/// nothing was found out.
pub(super) struct Admission {
    breaker: Arc<Breaker>,
    /// None once it has reported.
    kind: Option<Kind>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// While closed.
    Usual,
    /// The one request that finds out.
    Probe,
    /// Although it is open, since no other model is left.
    Anyway,
}

impl Breaker {
    /// A closed breaker for the model `name`.
    #[must_use]
    pub fn new(name: &str, options: BreakerOptions, jitter: Jitter) -> Arc<Self> {
        let state = Mutex::new(State::Closed { failures: 0 });
        Arc::new(Self { name: name.into(), options, jitter, state })
    }

    /// What it does with requests now.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.with(|state| match *state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { until, .. } if Instant::now() < until => BreakerState::Open,
            State::Open { .. } | State::Probing { .. } => BreakerState::HalfOpen,
        })
    }

    /// Whether asking would be refused now.
    pub(super) fn is_resting(&self) -> bool {
        self.with(|state| match *state {
            State::Closed { .. } => false,
            State::Open { until, .. } => Instant::now() < until,
            State::Probing { .. } => true,
        })
    }

    /// Leave to ask, unless it is open or being probed.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Admission> {
        let kind = self.with(|state| match *state {
            State::Closed { .. } => Some(Kind::Usual),
            State::Open { until, next_rest } if Instant::now() >= until => {
                *state = State::Probing { next_rest };
                Some(Kind::Probe)
            }
            State::Open { .. } | State::Probing { .. } => None,
        })?;
        Some(Admission { breaker: Arc::clone(self), kind: Some(kind) })
    }

    /// Leave to ask in any case.
    pub(super) fn admit_anyway(self: &Arc<Self>) -> Admission {
        let leave = || Admission { breaker: Arc::clone(self), kind: Some(Kind::Anyway) };
        self.admit().unwrap_or_else(leave)
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = level(&state);
        let result = work(&mut state);
        let after = level(&state);
        drop(state);
        if before != after {
            tracing::info!(model = &*self.name, state = ?after, "breaker");
            meters::breaker(&self.name, after);
        }
        result
    }

    fn succeeded(&self, kind: Kind) {
        self.with(|state| match (*state, kind) {
            // A late success from before it opened says nothing about now.
            (State::Open { .. } | State::Probing { .. }, Kind::Usual) => {}
            (State::Closed { .. }, _) | (_, Kind::Probe | Kind::Anyway) => {
                *state = State::Closed { failures: 0 };
            }
        });
    }

    fn failed(&self, kind: Kind, trouble: Trouble) {
        let BreakerOptions { failures: most, rest, longest_rest, hopeless_rest } = self.options;
        self.with(|state| {
            let (failures, next_rest) = match (*state, kind) {
                (State::Closed { failures }, _) => (failures.saturating_add(1), rest),
                (State::Probing { next_rest }, Kind::Probe) => (most, next_rest),
                // It is open already; a late failure, or one that was risked, changes nothing.
                (State::Open { .. } | State::Probing { .. }, _) => return,
            };
            *state = match trouble {
                Trouble::Hopeless => self.open(hopeless_rest, next_rest),
                Trouble::Later(wait) => State::Open { until: Instant::now() + wait, next_rest },
                Trouble::Passing if failures < most => State::Closed { failures },
                Trouble::Passing => {
                    self.open(next_rest, next_rest.saturating_mul(2).min(longest_rest))
                }
            };
        });
    }

    fn open(&self, rest: Duration, next_rest: Duration) -> State {
        State::Open { until: Instant::now() + self.jitter.stretch(rest), next_rest }
    }

    fn gave_up(&self) {
        self.with(|state| {
            if let State::Probing { next_rest } = *state {
                *state = State::Open { until: Instant::now(), next_rest };
            }
        });
    }
}

impl Admission {
    /// The model has answered.
    pub(super) fn succeeded(mut self) {
        if let Some(kind) = self.kind.take() {
            self.breaker.succeeded(kind);
        }
    }

    /// The model has failed.
    pub(super) fn failed(mut self, error: &ModelError) {
        match (verdict(error), self.kind) {
            (Verdict::Silent, _) | (_, None) => return,
            (Verdict::Alive, Some(kind)) => self.breaker.succeeded(kind),
            (Verdict::Unwell(trouble), Some(kind)) => self.breaker.failed(kind, trouble),
        }
        self.kind = None;
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if self.kind == Some(Kind::Probe) {
            self.breaker.gave_up();
        }
    }
}

fn level(state: &State) -> BreakerState {
    match state {
        State::Closed { .. } => BreakerState::Closed,
        State::Open { .. } => BreakerState::Open,
        State::Probing { .. } => BreakerState::HalfOpen,
    }
}

fn verdict(error: &ModelError) -> Verdict {
    match error {
        ModelError::RateLimited { retry_after: Some(wait) }
        | ModelError::Overloaded { retry_after: Some(wait), .. }
            if !wait.is_zero() =>
        {
            Verdict::Unwell(Trouble::Later(*wait))
        }
        ModelError::Quota(_) | ModelError::Unauthorised(_) | ModelError::NoSuchModel(_) => {
            Verdict::Unwell(Trouble::Hopeless)
        }
        ModelError::Refused(_) => Verdict::Alive,
        ModelError::Timeout(Phase::Queueing) | ModelError::Resting => Verdict::Silent,
        ModelError::Connection(_)
        | ModelError::Timeout(Phase::Connecting | Phase::FirstToken | Phase::Answering)
        | ModelError::RateLimited { .. }
        | ModelError::Overloaded { .. }
        | ModelError::Unintelligible(_)
        | ModelError::Cut(_)
        | ModelError::AllFailed(_) => Verdict::Unwell(Trouble::Passing),
    }
}

#[cfg(test)]
#[path = "breaker_tests.rs"]
mod tests;
