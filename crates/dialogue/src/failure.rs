//! Why a turn has no answer, and what of that may be told.

use std::time::Duration;

use conversation::ports::ModelError;

/// Why a turn has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The model, or every model of the chain, failed.
    Model(ModelError),
    /// The answer had no words.
    Empty,
    /// The time for the whole turn ran out.
    TimedOut,
}

impl Failure {
    /// What happened, in words of ours only: what a provider says may name accounts or repeat
    /// what the customer wrote.
    pub(crate) fn kinds(&self) -> String {
        match self {
            Self::Model(ModelError::AllFailed(models)) => {
                let mut kinds: Vec<&str> = models.iter().map(|(_, error)| kind(error)).collect();
                kinds.sort_unstable();
                kinds.dedup();
                kinds.join(", ")
            }
            Self::Model(error) => kind(error).to_owned(),
            Self::Empty => "an empty answer".to_owned(),
            Self::TimedOut => "the turn took too long".to_owned(),
        }
    }

    /// When the model wants to be asked again, if it said. Of several models none speaks for
    /// the others.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Model(error) => error.retry_after(),
            Self::Empty | Self::TimedOut => None,
        }
    }
}

fn kind(error: &ModelError) -> &'static str {
    match error {
        ModelError::Connection(_) => "no connection",
        ModelError::Timeout(_) => "timeout",
        ModelError::RateLimited { .. } => "rate limited",
        ModelError::Overloaded { .. } => "overloaded",
        ModelError::Quota(_) => "quota",
        ModelError::Unauthorised(_) => "not authorised",
        ModelError::NoSuchModel(_) => "no such model",
        ModelError::Refused(_) => "refused",
        ModelError::Unintelligible(_) => "unintelligible",
        ModelError::Cut(_) => "cut off",
        ModelError::Resting => "resting",
        ModelError::AllFailed(_) => "every model failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_providers_words_are_not_repeated() {
        let failed = vec![
            ("a/b".to_owned(), ModelError::Quota("account 4711 of Ann".into())),
            ("c/d".to_owned(), ModelError::Cut("Dear Ann".into())),
            ("e/f".to_owned(), ModelError::Cut("Dear Ann".into())),
        ];
        let failure = Failure::Model(ModelError::AllFailed(failed));
        assert_eq!(failure.kinds(), "cut off, quota");
    }

    #[test]
    fn a_model_that_names_a_time_is_heard_unless_there_are_others() {
        let limited = ModelError::RateLimited { retry_after: Some(Duration::from_secs(9)) };
        let alone = Failure::Model(limited.clone());
        assert_eq!(alone.retry_after(), Some(Duration::from_secs(9)));
        let failed = vec![("a".to_owned(), limited), ("b".to_owned(), ModelError::Resting)];
        assert_eq!(Failure::Model(ModelError::AllFailed(failed)).retry_after(), None);
    }
}
