//! Repeating a verb of the store that failed, for as long as that makes sense: while the error
//! may pass, the claim is certainly ours, and not for ever.

use std::time::Duration;

use conversation::StoreError;
use tokio::time::sleep;

use crate::Schedule;
use crate::holding::Holding;

const SCHEDULE: Schedule = Schedule::new(Duration::from_millis(50), Duration::from_secs(1));

/// With the schedule above this makes about twelve seconds.
const MOST_TRIES: u32 = 16;

/// The tries of one verb.
pub(crate) struct Insistence<'a> {
    holding: &'a Holding,
    tries: u32,
    unknown: bool,
}

impl<'a> Insistence<'a> {
    pub(crate) fn new(holding: &'a Holding) -> Self {
        Self { holding, tries: 0, unknown: false }
    }

    /// Waits before the next try, or gives the error back if there is to be none.
    pub(crate) async fn after(&mut self, error: StoreError) -> Result<(), StoreError> {
        self.unknown |= matches!(error, StoreError::Unavailable(_) | StoreError::Refused(_));
        self.tries += 1;
        if !error.is_retryable() || self.tries == MOST_TRIES || !self.holding.is_ours() {
            return Err(error);
        }
        sleep(SCHEDULE.delay(self.tries - 1, rand::random())).await;
        Ok(())
    }

    /// Whether an earlier try may have taken effect, though its answer never came.
    pub(crate) fn outcome_is_unknown(&self) -> bool {
        self.unknown
    }
}

/// Calls a verb that may be repeated, until it succeeds or there is no point.
pub(crate) async fn insist<T, F>(
    holding: &Holding,
    mut verb: impl FnMut() -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut insistence = Insistence::new(holding);
    loop {
        match verb().await {
            Ok(done) => return Ok(done),
            Err(error) => insistence.after(error).await?,
        }
    }
}

/// Calls a verb that ends the claim, until it succeeds or there is no point. A claim that is
/// gone after a try of unknown outcome was ended by that try.
pub(crate) async fn insist_on_ending<F>(
    holding: &Holding,
    mut verb: impl FnMut() -> F,
) -> Result<(), StoreError>
where
    F: Future<Output = Result<(), StoreError>>,
{
    holding.end();
    let mut insistence = Insistence::new(holding);
    loop {
        match verb().await {
            Ok(()) => return Ok(()),
            Err(StoreError::Stale) if insistence.outcome_is_unknown() => return Ok(()),
            Err(error) => insistence.after(error).await?,
        }
    }
}
