//! How many requests a provider gets at once. A model server that has more than it can work on
//! lets the others wait in silence, or fails for all; waiting here is bounded and seen.

use std::sync::Arc;

use conversation::ports::{ModelError, Phase};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// The places of one provider. Clones share them.
#[derive(Clone, Debug)]
pub struct Places(Arc<Semaphore>);

/// A place that is taken until it is dropped.
pub(super) struct Place(#[expect(dead_code, reason = "it is held, not used")] OwnedSemaphorePermit);

impl Places {
    /// Room for `count` requests at once, at least one.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// Takes a place, waiting for one until `latest`.
    pub(super) async fn take(&self, latest: Instant) -> Result<Place, ModelError> {
        if let Ok(permit) = Arc::clone(&self.0).try_acquire_owned() {
            return Ok(Place(permit));
        }
        match timeout_at(latest, Arc::clone(&self.0).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Place(permit)),
            Ok(Err(_)) | Err(_) => Err(ModelError::Timeout(Phase::Queueing)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_in_time_is_told_so() {
        let places = Places::new(1);
        let place = places.take(Instant::now()).await.unwrap();
        let refused = places.take(Instant::now() + Duration::from_secs(1)).await.err();
        assert_eq!(refused, Some(ModelError::Timeout(Phase::Queueing)));
        drop(place);
        assert!(places.take(Instant::now()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_leaves_the_place_to_others() {
        let places = Places::new(1);
        let place = places.take(Instant::now()).await.unwrap();
        let later = Instant::now() + Duration::from_secs(60);
        {
            let waiting = places.take(later);
            let soon = Duration::from_secs(1);
            assert!(tokio::time::timeout(soon, waiting).await.is_err());
        }
        drop(place);
        assert!(places.take(Instant::now()).await.is_ok());
    }
}
