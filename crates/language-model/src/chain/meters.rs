//! What is counted and timed about models. Labels are names of models and kinds of outcomes,
//! of which there are few; never anything that a customer or a vendor said.

use std::sync::{Arc, OnceLock};

use conversation::ports::{ModelError, Phase};
use metrics::{Counter, Histogram, counter, gauge, histogram};
use tokio::time::Instant;

use super::BreakerState;

const REQUESTS: &str = "openclaw_model_requests_total";
const FIRST_TOKEN: &str = "openclaw_model_first_token_seconds";
const DURATION: &str = "openclaw_model_duration_seconds";
const BREAKER: &str = "openclaw_model_breaker_state";

/// The meters of one model. Those that every answer needs are looked up once, at the first
/// request: by then whoever collects metrics is in place.
pub(super) struct Meters {
    name: Arc<str>,
    usual: OnceLock<Usual>,
}

struct Usual {
    answered: Counter,
    first_token: Histogram,
    duration: Histogram,
}

/// The times of one attempt. Dropped without an outcome it counts as cancelled.
pub(super) struct Tally {
    meters: Arc<Meters>,
    start: Instant,
    counted: bool,
}

impl Meters {
    pub(super) fn new(name: &str) -> Arc<Self> {
        Arc::new(Self { name: name.into(), usual: OnceLock::new() })
    }

    /// Begins to time an attempt.
    pub(super) fn begin(self: &Arc<Self>) -> Tally {
        self.usual();
        Tally { meters: Arc::clone(self), start: Instant::now(), counted: false }
    }

    fn usual(&self) -> &Usual {
        self.usual.get_or_init(|| {
            describe();
            let name = || Arc::clone(&self.name);
            breaker(&self.name, BreakerState::Closed);
            Usual {
                answered: counter!(REQUESTS, "model" => name(), "outcome" => "answered"),
                first_token: histogram!(FIRST_TOKEN, "model" => name()),
                duration: histogram!(DURATION, "model" => name()),
            }
        })
    }

    /// Counts a request that was not even made.
    pub(super) fn passed_over(&self, error: &ModelError) {
        self.count(outcome(error));
    }

    fn count(&self, outcome: &'static str) {
        counter!(REQUESTS, "model" => Arc::clone(&self.name), "outcome" => outcome).increment(1);
    }
}

impl Tally {
    /// The first words are there.
    pub(super) fn first_token(&self) {
        self.meters.usual().first_token.record(self.start.elapsed());
    }

    /// The answer is complete.
    pub(super) fn answered(mut self) {
        self.counted = true;
        let usual = self.meters.usual();
        usual.answered.increment(1);
        usual.duration.record(self.start.elapsed());
    }

    /// There is none.
    pub(super) fn failed(mut self, error: &ModelError) {
        self.counted = true;
        self.meters.count(outcome(error));
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        if !self.counted {
            self.meters.count("cancelled");
        }
    }
}

/// Shows the state of a model's breaker.
pub(super) fn breaker(name: &Arc<str>, state: BreakerState) {
    gauge!(BREAKER, "model" => Arc::clone(name)).set(state.level());
}

/// The kind of an error, as a label of metrics and logs.
pub(super) fn outcome(error: &ModelError) -> &'static str {
    match error {
        ModelError::Connection(_) => "connection",
        ModelError::Timeout(Phase::Queueing) => "not_asked",
        ModelError::Timeout(Phase::Connecting | Phase::FirstToken | Phase::Answering) => "timeout",
        ModelError::RateLimited { .. } => "rate_limited",
        ModelError::Overloaded { .. } => "overloaded",
        ModelError::Quota(_) => "quota",
        ModelError::Unauthorised(_) => "unauthorised",
        ModelError::NoSuchModel(_) => "no_such_model",
        ModelError::Refused(_) => "refused",
        ModelError::Unintelligible(_) => "unintelligible",
        ModelError::Cut(_) => "cut",
        ModelError::Resting => "resting",
        ModelError::AllFailed(_) => "all_failed",
    }
}

fn describe() {
    metrics::describe_counter!(REQUESTS, "Requests to language models, by outcome.");
    metrics::describe_histogram!(FIRST_TOKEN, "Seconds from a request to its first words.");
    metrics::describe_histogram!(DURATION, "Seconds from a request to its complete answer.");
    metrics::describe_gauge!(BREAKER, "Circuit breaker: 0 closed, 1 half open, 2 open.");
}
