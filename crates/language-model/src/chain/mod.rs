//! The fallback chain: models in order, each behind its guard, under one deadline.

mod attempt;
mod breaker;
mod concurrency;
mod deadline;
mod health;
mod jitter;
mod link;
mod meters;
mod retry;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conversation::Prompt;
use conversation::ports::{DeltaStream, LanguageModel, ModelError};
use futures::{StreamExt, stream};

pub use breaker::{Breaker, BreakerOptions};
pub use concurrency::Places;
pub use deadline::Limits;
pub use health::{BreakerState, ModelHealth};
pub use jitter::Jitter;
pub use link::{Guard, Link};
pub use retry::Schedule;

use deadline::Deadline;
use turn::Turn;

/// Models that stand in for one another. It answers as long as one of them does.
///
/// The links are asked in their order, each at most twice. Words of a model that failed in the
/// middle are replaced ([`Delta::Restart`](conversation::ports::Delta::Restart)), never
/// continued by another. Models whose breaker is open are passed over; if no other model has
/// answered, they are asked after all.
pub struct Chain {
    links: Arc<[Arc<Link>]>,
    options: ChainOptions,
}

/// How a chain spends the time of a turn.
#[derive(Clone, Debug)]
pub struct ChainOptions {
    /// How long the answer to one prompt may take, all models and retries together.
    pub turn_total: Duration,
    /// When a model is asked again that has failed.
    pub schedule: Schedule,
    /// Spreads the pauses before retries.
    pub jitter: Jitter,
}

impl ChainOptions {
    /// The usual schedule within `turn_total`.
    #[must_use]
    pub fn new(turn_total: Duration) -> Self {
        Self { turn_total, schedule: Schedule::default(), jitter: Jitter::random() }
    }
}

impl Chain {
    /// A chain of `links`, the first of which is preferred.
    #[must_use]
    pub fn new(links: Vec<Arc<Link>>, options: ChainOptions) -> Self {
        Self { links: links.into(), options }
    }

    /// How its models fare, in their order.
    #[must_use]
    pub fn health(&self) -> Vec<ModelHealth> {
        self.links.iter().map(|link| link.health()).collect()
    }
}

#[async_trait]
impl LanguageModel for Chain {
    fn name(&self) -> &str {
        "chain"
    }

    fn sees(&self) -> bool {
        self.links.iter().any(|link| link.sees())
    }

    /// Begins at once: that no model answers shows in the stream, as
    /// [`ModelError::AllFailed`] with each model's reason.
    async fn answer(&self, prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
        let deadline = Deadline::after(self.options.turn_total);
        let turn = Turn::new(Arc::clone(&self.links), self.options.clone(), prompt, deadline);
        let steps = stream::unfold(turn, |mut turn| async {
            let step = turn.next().await?;
            Some((step, turn))
        });
        Ok(Box::pin(steps.fuse()))
    }
}
