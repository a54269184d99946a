//! Customers who are reached under another number or id: what was said follows them.
//!
//! A conversation is named by the id that WhatsApp keeps of a person for this business, which comes
//! with every message. Who was known by the number alone, as by older webhooks, has the
//! conversation carried over when both are named together.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use conversation::ports::Notes;
use conversation::{ConversationId, DedupeKey, Digest, StoreError};
use futures::stream::{self, TryStreamExt as _};

use crate::inbound::{Moved, Sender};

/// How many are carried over at the same time: a webhook may bring a thousand customers.
const AT_ONCE: usize = 256;

/// How many pairs of names are remembered.
const MOST: usize = 100_000;

/// One conversation that goes on as another.
pub(super) struct Move {
    from: ConversationId,
    to: ConversationId,
    key: DedupeKey,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Two names of one person were told together. It is so for good.
    SamePerson,
    /// WhatsApp told of a change, which has its place among the others.
    Told,
}

impl Move {
    /// From the number to the id, if both of this person are known.
    pub(super) fn between_names(sender: &Sender) -> Option<Self> {
        let from = sender.formerly()?;
        let to = sender.address()?.conversation().ok()?;
        let key = DedupeKey::new(format!("known as {}", from.digest())).ok()?;
        Some(Self { from, to, key, kind: Kind::SamePerson })
    }

    /// As WhatsApp told.
    pub(super) fn told(Moved { from, to, key, .. }: Moved) -> Self {
        Self { from, to, key, kind: Kind::Told }
    }

    fn pair(&self) -> (Digest, Digest) {
        (self.from.digest(), self.to.digest())
    }
}

/// The pairs of names that this process knows to be carried over, so that most messages cost no
/// call of the store.
#[derive(Default)]
pub(super) struct Carried(Mutex<HashSet<(Digest, Digest)>>);

impl Carried {
    /// Carries over what isn't yet. Where a change was told, all go one after the other, since who
    /// moves on may have moved in just before.
    pub(super) async fn carry(
        &self,
        notes: &dyn Notes,
        moves: Vec<Move>,
    ) -> Result<(), StoreError> {
        let is_orderly = moves.iter().any(|each| each.kind == Kind::Told);
        let moves = self.unknown(moves);
        let at_once = if is_orderly { 1 } else { AT_ONCE };
        let carrying = moves.into_iter().map(Ok);
        stream::iter(carrying)
            .try_for_each_concurrent(at_once, |each| async move {
                notes.carry_over(&each.from, &each.to, &each.key).await?;
                self.remember(&each);
                Ok(())
            })
            .await
    }

    /// Those that aren't known to be done, each once.
    fn unknown(&self, mut moves: Vec<Move>) -> Vec<Move> {
        if moves.is_empty() {
            return moves;
        }
        let mut seen = HashSet::new();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        moves.retain(|each| match each.kind {
            Kind::Told => true,
            Kind::SamePerson => !known.contains(&each.pair()) && seen.insert(each.pair()),
        });
        moves
    }

    fn remember(&self, done: &Move) {
        if done.kind == Kind::Told {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(done.pair());
    }
}
