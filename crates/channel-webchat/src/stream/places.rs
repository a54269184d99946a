//! How many streams one replica keeps open, in all and of one conversation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use conversation::Digest;

use crate::figures;
use crate::refusal::Refusal;

/// As many tabs and devices as one visitor may have. Each holds memory as long as it likes.
const OF_ONE: u16 = 16;

/// The places for streams.
#[derive(Clone)]
pub(crate) struct Places(Arc<Inner>);

struct Inner {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<Digest, u16>,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    places: Places,
    conversation: Digest,
}

impl Places {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Inner { most, taken: Mutex::default() }))
    }

    /// Takes a place for a stream of this conversation.
    pub(super) fn take(&self, conversation: Digest) -> Result<Place, Refusal> {
        let open = self.with(|taken| {
            if taken.all >= self.0.most {
                return Err(Refusal::TooManyStreams);
            }
            let own = taken.by.entry(conversation).or_default();
            if *own >= OF_ONE {
                return Err(Refusal::TooOften(10));
            }
            *own += 1;
            taken.all += 1;
            Ok(taken.all)
        })?;
        figures::streams(open);
        Ok(Place { places: self.clone(), conversation })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Taken) -> T) -> T {
        work(&mut self.0.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let open = self.places.with(|taken| {
            taken.all = taken.all.saturating_sub(1);
            if let Some(own) = taken.by.get_mut(&self.conversation) {
                *own = own.saturating_sub(1);
                if *own == 0 {
                    taken.by.remove(&self.conversation);
                }
            }
            taken.all
        });
        figures::streams(open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_one_visitor_nor_all_together_take_more_places_than_there_are() {
        let places = Places::new(18);
        let (one, other, third) = (Digest([1; 16]), Digest([2; 16]), Digest([3; 16]));
        let mut held: Vec<_> = (0..OF_ONE).map(|_| places.take(one).unwrap()).collect();
        assert!(matches!(places.take(one), Err(Refusal::TooOften(_))));
        held.push(places.take(other).unwrap());
        held.push(places.take(other).unwrap());
        assert!(matches!(places.take(third), Err(Refusal::TooManyStreams)));
        drop(held);
        assert!(places.take(third).is_ok());
        assert!(places.with(|taken| taken.by.is_empty() && taken.all == 0));
    }
}
