//! How many streams one replica keeps open: in all, of one conversation, and from one address.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use conversation::Digest;

use crate::figures;
use crate::refusal::{Holder, Refusal};

/// As many tabs and devices as one visitor may have. Each holds memory as long as it likes.
const OF_ONE: u16 = 16;

/// The places for streams.
#[derive(Clone)]
pub(crate) struct Places(Arc<Inner>);

struct Inner {
    most: usize,
    most_of_address: u16,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_conversation: HashMap<Digest, u16>,
    by_address: HashMap<Box<[u8]>, u16>,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    places: Places,
    conversation: Digest,
    address: Box<[u8]>,
}

impl Places {
    pub(crate) fn new(most: usize, most_of_address: u16) -> Self {
        Self(Arc::new(Inner { most, most_of_address, taken: Mutex::default() }))
    }

    /// Takes a place for a stream of this conversation, which is read at this address.
    pub(super) fn take(&self, conversation: Digest, address: &[u8]) -> Result<Place, Refusal> {
        let address: Box<[u8]> = address.into();
        let Inner { most, most_of_address, .. } = *self.0;
        let open = self.with(|taken| {
            if taken.all >= most {
                return Err(Refusal::TooManyStreams);
            }
            if count(&taken.by_conversation, &conversation) >= OF_ONE {
                return Err(Refusal::TooManyStreamsOf(Holder::Conversation, OF_ONE));
            }
            if count(&taken.by_address, &address) >= most_of_address {
                return Err(Refusal::TooManyStreamsOf(Holder::Address, most_of_address));
            }
            *taken.by_conversation.entry(conversation).or_default() += 1;
            *taken.by_address.entry(address.clone()).or_default() += 1;
            taken.all += 1;
            Ok(taken.all)
        })?;
        figures::streams(open);
        Ok(Place { places: self.clone(), conversation, address })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Taken) -> T) -> T {
        work(&mut self.0.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn count<K: Hash + Eq>(counts: &HashMap<K, u16>, of: &K) -> u16 {
    counts.get(of).copied().unwrap_or_default()
}

/// One less; nothing is kept of those who have none.
fn less<K: Hash + Eq>(counts: &mut HashMap<K, u16>, of: &K) {
    if let Some(own) = counts.get_mut(of) {
        *own = own.saturating_sub(1);
        if *own == 0 {
            counts.remove(of);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let open = self.places.with(|taken| {
            taken.all = taken.all.saturating_sub(1);
            less(&mut taken.by_conversation, &self.conversation);
            less(&mut taken.by_address, &self.address);
            taken.all
        });
        figures::streams(open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: [u8; 4] = [203, 0, 113, 7];
    const THERE: [u8; 4] = [203, 0, 113, 8];

    #[test]
    fn neither_one_visitor_nor_all_together_take_more_places_than_there_are() {
        let places = Places::new(18, 100);
        let (one, other, third) = (Digest([1; 16]), Digest([2; 16]), Digest([3; 16]));
        let mut held: Vec<_> = (0..OF_ONE).map(|_| places.take(one, &HERE).unwrap()).collect();
        let refused = places.take(one, &THERE).err();
        assert_eq!(refused, Some(Refusal::TooManyStreamsOf(Holder::Conversation, OF_ONE)));
        held.push(places.take(other, &HERE).unwrap());
        held.push(places.take(other, &HERE).unwrap());
        assert_eq!(places.take(third, &THERE).err(), Some(Refusal::TooManyStreams));
        drop(held);
        assert!(places.take(third, &THERE).is_ok());
        let nothing = |taken: &mut Taken| {
            taken.all == 0 && taken.by_conversation.is_empty() && taken.by_address.is_empty()
        };
        assert!(places.with(nothing));
    }

    #[test]
    fn one_address_takes_no_more_places_than_are_its_share() {
        let places = Places::new(10, 3);
        let held: Vec<_> =
            (0..3).map(|number| places.take(Digest([number; 16]), &HERE).unwrap()).collect();
        let refused = places.take(Digest([9; 16]), &HERE).err();
        assert_eq!(refused, Some(Refusal::TooManyStreamsOf(Holder::Address, 3)));
        assert!(places.take(Digest([9; 16]), &THERE).is_ok());
        drop(held);
        assert!(places.take(Digest([9; 16]), &HERE).is_ok());
    }
}
