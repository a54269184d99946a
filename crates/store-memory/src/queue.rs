//! Whose turn it is: which conversations are ready, which are held and until when, and which are
//! put off. A conversation stands here once or not at all.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Fence, Lease, QueueFigures};
use conversation::{Digest, Timestamp};

/// How many conversations that are due become ready in one call.
const PROMOTED_AT_ONCE: usize = 256;

/// Tells a claim from all others: the entry, and how often it was handed out.
pub(crate) type ClaimNumber = (u64, u64);

/// Where a conversation stands.
enum Place {
    Ready {
        entry: u64,
        since: Timestamp,
    },
    Held {
        entry: u64,
        owner: Arc<str>,
        deliveries: u64,
        until: Timestamp,
        is_opened: bool,
        is_interrupted: bool,
    },
    Delayed {
        entry: u64,
        until: Timestamp,
    },
}

/// The places of all conversations with work. Entries are numbers that are never given twice.
#[derive(Default)]
pub(crate) struct Queue {
    places: HashMap<Digest, Place>,
    ready: BTreeMap<u64, Digest>,
    held: BTreeMap<(Timestamp, u64), Digest>,
    delayed: BTreeMap<(Timestamp, u64), Digest>,
    next_entry: u64,
    has_news: bool,
}

impl Queue {
    /// Queues a conversation, at the end, unless it stands somewhere already.
    pub(crate) fn ensure(&mut self, conversation: Digest, now: Timestamp) {
        if !self.places.contains_key(&conversation) {
            self.make_ready(conversation, now);
        }
    }

    /// Hands up to `capacity` conversations to `owner`: first those whose lease has run out,
    /// then the ready ones in their order.
    pub(crate) fn claim(
        &mut self,
        owner: &Arc<str>,
        capacity: NonZeroUsize,
        now: Timestamp,
        lease: Duration,
    ) -> Vec<(Digest, Fence)> {
        self.promote_due(now);
        let capacity = capacity.get();
        let mut taken: Vec<Digest> =
            self.held.range(..=(now, u64::MAX)).take(capacity).map(|(_, &digest)| digest).collect();
        taken.extend(self.ready.values().take(capacity - taken.len()));
        let until = now.plus(lease);
        taken.into_iter().filter_map(|c| Some((c, self.hand_out(c, owner, until)?))).collect()
    }

    /// Lets the lease run anew, if the fence still holds.
    pub(crate) fn renew(&mut self, conversation: Digest, fence: &Fence, until: Timestamp) -> Lease {
        if !self.holds(conversation, fence) {
            return Lease::Lost;
        }
        match self.places.get_mut(&conversation) {
            Some(Place::Held { entry, until: old, is_interrupted, .. }) => {
                self.held.remove(&(*old, *entry));
                self.held.insert((until, *entry), conversation);
                *old = until;
                if *is_interrupted { Lease::Interrupted } else { Lease::Held }
            }
            Some(Place::Ready { .. } | Place::Delayed { .. }) | None => Lease::Lost,
        }
    }

    /// Marks the claim on a conversation as interrupted. Says whether there is one.
    pub(crate) fn interrupt(&mut self, conversation: Digest) -> bool {
        match self.places.get_mut(&conversation) {
            Some(Place::Held { is_interrupted, .. }) => {
                *is_interrupted = true;
                true
            }
            Some(Place::Ready { .. } | Place::Delayed { .. }) | None => false,
        }
    }

    /// Whether the claim with this fence is held.
    pub(crate) fn holds(&self, conversation: Digest, fence: &Fence) -> bool {
        match self.places.get(&conversation) {
            Some(Place::Held { entry, owner, deliveries, .. }) => {
                *deliveries == fence.deliveries
                    && **owner == *fence.owner
                    && fence.entry.parse() == Ok(*entry)
            }
            Some(Place::Ready { .. } | Place::Delayed { .. }) | None => false,
        }
    }

    /// The claim on the conversation, if anybody has one.
    pub(crate) fn claim_on(&self, conversation: Digest) -> Option<ClaimNumber> {
        match self.places.get(&conversation) {
            Some(Place::Held { entry, deliveries, .. }) => Some((*entry, *deliveries)),
            Some(Place::Ready { .. } | Place::Delayed { .. }) | None => None,
        }
    }

    /// Takes note that whoever holds the conversation has opened it. Says whether that is the
    /// first time under this claim.
    pub(crate) fn open(&mut self, conversation: Digest) -> bool {
        match self.places.get_mut(&conversation) {
            Some(Place::Held { is_opened, .. }) => !std::mem::replace(is_opened, true),
            Some(Place::Ready { .. } | Place::Delayed { .. }) | None => false,
        }
    }

    /// Whether anybody holds the conversation.
    pub(crate) fn is_held(&self, conversation: Digest) -> bool {
        match self.places.get(&conversation) {
            Some(Place::Held { .. }) => true,
            Some(Place::Ready { .. } | Place::Delayed { .. }) | None => false,
        }
    }

    /// Whether the conversation is put off.
    pub(crate) fn is_delayed(&self, conversation: Digest) -> bool {
        match self.places.get(&conversation) {
            Some(Place::Delayed { .. }) => true,
            Some(Place::Ready { .. } | Place::Held { .. }) | None => false,
        }
    }

    /// Ends whatever place the conversation has, and queues it anew, at the end.
    pub(crate) fn make_ready(&mut self, conversation: Digest, now: Timestamp) {
        self.remove(conversation);
        let entry = self.fresh_entry();
        self.places.insert(conversation, Place::Ready { entry, since: now });
        self.ready.insert(entry, conversation);
        self.has_news = true;
    }

    /// Ends whatever place the conversation has, and puts it off.
    pub(crate) fn delay(&mut self, conversation: Digest, until: Timestamp) {
        self.remove(conversation);
        let entry = self.fresh_entry();
        self.places.insert(conversation, Place::Delayed { entry, until });
        self.delayed.insert((until, entry), conversation);
        self.has_news = true;
    }

    /// Ends whatever place the conversation has.
    pub(crate) fn remove(&mut self, conversation: Digest) {
        match self.places.remove(&conversation) {
            Some(Place::Ready { entry, .. }) => self.ready.remove(&entry),
            Some(Place::Held { entry, until, .. }) => self.held.remove(&(until, entry)),
            Some(Place::Delayed { entry, until }) => self.delayed.remove(&(until, entry)),
            None => None,
        };
    }

    /// Whether the conversation stands anywhere.
    pub(crate) fn contains(&self, conversation: Digest) -> bool {
        self.places.contains_key(&conversation)
    }

    /// The next moment at which a conversation can be claimed that can't be now.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let held = self.held.keys().next();
        let delayed = self.delayed.keys().next();
        held.into_iter().chain(delayed).map(|(until, _)| *until).min()
    }

    /// Whether since the last call something became ready or was put off, so that whoever waits
    /// for work has to look again.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }

    /// How many conversations stand where; dead letters are not known here.
    pub(crate) fn figures(&mut self, now: Timestamp) -> QueueFigures {
        self.promote_due(now);
        let oldest = self.ready.values().next().and_then(|first| self.places.get(first));
        let waited = match oldest {
            Some(Place::Ready { since, .. }) => now.since(*since),
            Some(Place::Held { .. } | Place::Delayed { .. }) | None => Duration::ZERO,
        };
        QueueFigures {
            ready: self.ready.len() as u64,
            claimed: self.held.len() as u64,
            delayed: self.delayed.len() as u64,
            dead: 0,
            oldest_ready_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn hand_out(
        &mut self,
        conversation: Digest,
        owner: &Arc<str>,
        until: Timestamp,
    ) -> Option<Fence> {
        let (entry, deliveries) = match self.places.get(&conversation)? {
            Place::Ready { entry, .. } => (*entry, 1),
            Place::Held { entry, deliveries, .. } => (*entry, deliveries + 1),
            Place::Delayed { .. } => return None,
        };
        self.remove(conversation);
        let owner_name = Arc::clone(owner);
        let place = Place::Held {
            entry,
            owner: owner_name,
            deliveries,
            until,
            is_opened: false,
            is_interrupted: false,
        };
        self.places.insert(conversation, place);
        self.held.insert((until, entry), conversation);
        Some(Fence { entry: entry.to_string(), owner: owner.to_string(), deliveries })
    }

    fn promote_due(&mut self, now: Timestamp) {
        for _ in 0..PROMOTED_AT_ONCE {
            match self.delayed.first_key_value() {
                Some((&(until, _), &conversation)) if until <= now => {
                    self.make_ready(conversation, now);
                }
                Some(_) | None => break,
            }
        }
    }

    fn fresh_entry(&mut self) -> u64 {
        self.next_entry += 1;
        self.next_entry
    }
}
