//! A language model, as a turn sees it: one prompt in, a stream of deltas out.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::Stream;

use crate::Prompt;

/// One step of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// The answer goes on with these words.
    Text(String),
    /// What came before is void, and the answer begins anew: another model took over.
    Restart,
    /// The answer is complete. Nothing follows; a stream that ends without it was cut.
    Done {
        /// Which model answered, as `provider/model`.
        model: String,
    },
}

/// An answer in the making. Dropping it ends the request.
pub type DeltaStream = Pin<Box<dyn Stream<Item = Result<Delta, ModelError>> + Send>>;

/// What a model was doing when its time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Waiting for one of the places that its concurrency limit allows.
    Queueing,
    /// Connecting.
    Connecting,
    /// Waiting for the first words.
    FirstToken,
    /// Answering.
    Answering,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Queueing => "waiting for a place",
            Self::Connecting => "connecting",
            Self::FirstToken => "waiting for the first words",
            Self::Answering => "answering",
        })
    }
}

/// Why a model gave no answer, by what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The connection could not be made, or broke before the answer began.
    #[error("no connection: {0}")]
    Connection(String),
    /// Its time ran out.
    #[error("timed out while {0}")]
    Timeout(Phase),
    /// It asks for fewer requests.
    #[error("rate limited")]
    RateLimited {
        /// When it wants to be asked again, if it said.
        retry_after: Option<Duration>,
    },
    /// It has too much to do, or failed inside (HTTP 5xx).
    #[error("overloaded or failing: {why}")]
    Overloaded {
        /// What it said.
        why: String,
        /// When it wants to be asked again, if it said.
        retry_after: Option<Duration>,
    },
    /// The account has no money or no quota left. Asking again doesn't help.
    #[error("quota or billing: {0}")]
    Quota(String),
    /// The key is wrong or may not do this. Asking again doesn't help.
    #[error("not authorised: {0}")]
    Unauthorised(String),
    /// It doesn't have the model. Asking again doesn't help.
    #[error("no such model: {0}")]
    NoSuchModel(String),
    /// It refuses this request. Asking again doesn't help.
    #[error("refused: {0}")]
    Refused(String),
    /// What it sent can't be understood.
    #[error("unintelligible: {0}")]
    Unintelligible(String),
    /// The answer stopped in the middle.
    #[error("cut off: {0}")]
    Cut(String),
    /// The circuit breaker is open: it failed too often lately.
    #[error("not asked, since it failed too often lately")]
    Resting,
    /// Every model of a chain failed.
    #[error("every model failed: {}", .0.iter().map(|(model, why)| format!("{model}: {why}")).collect::<Vec<_>>().join("; "))]
    AllFailed(Vec<(String, ModelError)>),
}

impl ModelError {
    /// Whether the same model may answer the same prompt if it is asked again soon.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Connection(_)
            | Self::RateLimited { .. }
            | Self::Overloaded { .. }
            | Self::Unintelligible(_)
            | Self::Cut(_) => true,
            Self::Timeout(_)
            | Self::Quota(_)
            | Self::Unauthorised(_)
            | Self::NoSuchModel(_)
            | Self::Refused(_)
            | Self::Resting
            | Self::AllFailed(_) => false,
        }
    }

    /// When the model wants to be asked again, if it said.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after, .. } => {
                *retry_after
            }
            Self::Connection(_)
            | Self::Timeout(_)
            | Self::Quota(_)
            | Self::Unauthorised(_)
            | Self::NoSuchModel(_)
            | Self::Refused(_)
            | Self::Unintelligible(_)
            | Self::Cut(_)
            | Self::Resting
            | Self::AllFailed(_) => None,
        }
    }
}

/// Something that answers prompts: a provider's model, a chain of them, or the offline answerer.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// `provider/model`, for logs, metrics and replies.
    fn name(&self) -> &str;

    /// Whether it looks at the pictures in a prompt; for a chain, whether any of its models does.
    /// If not, fetching them is in vain. A model that can't see leaves them out.
    fn sees(&self) -> bool {
        false
    }

    /// Begins to answer. The stream yields text, and ends with [`Delta::Done`] or an error.
    ///
    /// # Errors
    /// [`ModelError`] if the answer could not even begin.
    async fn answer(&self, prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError>;
}
