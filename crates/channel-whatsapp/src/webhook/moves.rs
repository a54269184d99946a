//! Customers who are reached under another number or id: what was said follows them.
//!
//! A conversation is named by the id that WhatsApp keeps of a person for this business, which comes
//! with every message. Who was known by the number alone, as by older webhooks, has the
//! conversation carried over when both are named together.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use conversation::ports::{Move, Notes};
use conversation::{DedupeKey, Digest, StoreError};

use crate::inbound::{Moved, Sender};

/// How many pairs of names are remembered.
const MOST: usize = 100_000;

/// One conversation that goes on as another, and how that is known.
pub(super) struct Known {
    made: Move,
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Two names of one person were told together. It is so for good.
    SamePerson,
    /// WhatsApp told of a change, which has its place among the others.
    Told,
}

impl Known {
    /// From the number to the id, if both of this person are known.
    pub(super) fn between_names(sender: &Sender) -> Option<Self> {
        let from = sender.formerly()?;
        let to = sender.address()?.conversation().ok()?;
        let key = DedupeKey::new(format!("known as {}", from.digest())).ok()?;
        Some(Self { made: Move { from, to, key }, by: By::SamePerson })
    }

    /// As WhatsApp told.
    pub(super) fn told(Moved { from, to, key, .. }: Moved) -> Self {
        Self { made: Move { from, to, key }, by: By::Told }
    }

    /// The pair of names, if nothing changes it any more.
    fn pair(&self) -> Option<(Digest, Digest)> {
        match self.by {
            By::SamePerson => Some((self.made.from.digest(), self.made.to.digest())),
            By::Told => None,
        }
    }
}

/// The pairs of names that this process knows to be carried over, so that most messages cost no
/// call of the store.
#[derive(Default)]
pub(super) struct Carried(Mutex<HashSet<(Digest, Digest)>>);

impl Carried {
    /// Carries over what isn't yet, in this order, since who moves on may have moved in just before.
    pub(super) async fn carry(
        &self,
        notes: &dyn Notes,
        moves: Vec<Known>,
    ) -> Result<(), StoreError> {
        let moves = self.unknown(moves);
        if moves.is_empty() {
            return Ok(());
        }
        let pairs: Vec<_> = moves.iter().filter_map(Known::pair).collect();
        notes.carry_over(moves.into_iter().map(|each| each.made).collect()).await?;
        self.remember(pairs);
        Ok(())
    }

    /// Those that aren't known to be done, each once.
    fn unknown(&self, mut moves: Vec<Known>) -> Vec<Known> {
        if moves.is_empty() {
            return moves;
        }
        let mut seen = HashSet::new();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        moves.retain(|each| {
            each.pair().is_none_or(|pair| !known.contains(&pair) && seen.insert(pair))
        });
        moves
    }

    fn remember(&self, pairs: Vec<(Digest, Digest)>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + pairs.len() > MOST {
            known.clear();
        }
        known.extend(pairs);
    }
}
