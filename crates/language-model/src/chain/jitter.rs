//! Randomness for pauses. Replicas and turns that failed together must not come back together.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A source of numbers from 0 to 1.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// Draws at random.
    #[must_use]
    pub fn random() -> Self {
        Self(Arc::new(rand::random::<f64>))
    }

    /// Always draws `number`, for tests.
    #[must_use]
    pub fn fixed(number: f64) -> Self {
        Self(Arc::new(move || number))
    }

    /// `pause`, longer by up to a half.
    pub(super) fn stretch(&self, pause: Duration) -> Duration {
        pause.mul_f64(1.0 + self.0().clamp(0.0, 1.0) / 2.0)
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Jitter")
    }
}
