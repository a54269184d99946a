//! Whether and when a model that failed is asked once more. There is a reason to retry at all:
//! most failures of a model are over within a second, and another model answers differently.
//! There is a reason to do it so little: the customer is waiting, and another model is there.

use std::time::Duration;

use conversation::ports::ModelError;

use super::Jitter;

/// When a model is asked again that has failed.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// How often at most, for one prompt.
    pub retries: u32,
    /// The pause before it, stretched by jitter, if the model did not ask for one itself.
    pub pause: Duration,
    /// The longest pause that a model may ask for. One that asks for more is not asked again.
    pub patience: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { retries: 1, pause: Duration::from_millis(200), patience: Duration::from_secs(5) }
    }
}

/// What is left of a schedule for one model and one prompt.
pub(super) struct Retries {
    schedule: Schedule,
    used: u32,
}

impl Retries {
    pub(super) fn new(schedule: Schedule) -> Self {
        Self { schedule, used: 0 }
    }

    /// No retries at all.
    pub(super) fn none() -> Self {
        Self::new(Schedule { retries: 0, ..Schedule::default() })
    }

    /// The pause before the next attempt after `error`, if there is to be one while `left` is
    /// left of the turn.
    pub(super) fn pause_after(
        &mut self,
        error: &ModelError,
        left: Duration,
        jitter: &Jitter,
    ) -> Option<Duration> {
        if self.used == self.schedule.retries || !error.is_retryable() {
            return None;
        }
        let pause = match error.retry_after() {
            Some(asked) if asked > self.schedule.patience => return None,
            Some(asked) => asked,
            None => jitter.stretch(self.schedule.pause),
        };
        if pause >= left {
            return None;
        }
        self.used += 1;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Duration = Duration::from_secs(60);

    fn pause(error: &ModelError, left: Duration) -> Option<Duration> {
        Retries::new(Schedule::default()).pause_after(error, left, &Jitter::fixed(1.0))
    }

    fn limited(seconds: u64) -> ModelError {
        ModelError::RateLimited { retry_after: Some(Duration::from_secs(seconds)) }
    }

    #[test]
    fn a_passing_failure_is_retried_once_after_a_stretched_pause() {
        let mut retries = Retries::new(Schedule::default());
        let error = ModelError::Cut(String::new());
        let jitter = Jitter::fixed(0.5);
        let first = retries.pause_after(&error, LEFT, &jitter);
        assert_eq!(first, Some(Duration::from_millis(250)));
        assert_eq!(retries.pause_after(&error, LEFT, &jitter), None);
    }

    #[test]
    fn what_retrying_cannot_help_is_not_retried() {
        for error in [
            ModelError::Quota(String::new()),
            ModelError::Unauthorised(String::new()),
            ModelError::NoSuchModel(String::new()),
            ModelError::Refused(String::new()),
        ] {
            assert_eq!(pause(&error, LEFT), None, "{error:?}");
        }
    }

    #[test]
    fn the_pause_is_the_one_that_the_model_asks_for() {
        assert_eq!(pause(&limited(5), LEFT), Some(Duration::from_secs(5)));
        assert_eq!(pause(&limited(0), LEFT), Some(Duration::ZERO));
    }

    #[test]
    fn a_model_that_asks_for_too_long_a_pause_is_left_alone() {
        assert_eq!(pause(&limited(6), LEFT), None);
        assert_eq!(pause(&limited(5), Duration::from_secs(5)), None, "no time is left after it");
    }
}
