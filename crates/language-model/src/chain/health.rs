//! How a model fares, for the pages that operators look at.

/// One model of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelHealth {
    /// `provider/model`.
    pub name: String,
    /// Whether it is being asked.
    pub state: BreakerState,
    /// The kind of its last failure as metrics have it, if it hasn't answered since. What a vendor
    /// said of it may quote a customer, and stays in the log.
    pub last_failure: Option<&'static str>,
}

/// What the breaker of a model does with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// The model is asked.
    Closed,
    /// One request finds out whether the model is back.
    HalfOpen,
    /// The model is passed over.
    Open,
}

impl BreakerState {
    /// The value of the state as a metric: 0 closed, 1 half open, 2 open.
    pub(super) fn level(self) -> f64 {
        match self {
            Self::Closed => 0.0,
            Self::HalfOpen => 1.0,
            Self::Open => 2.0,
        }
    }
}
