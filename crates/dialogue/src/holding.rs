//! The claims that this process holds, and for how long each is certainly its own.
//!
//! A lease that was renewed counts from the moment at which the renewal was asked for, so it ends
//! here no later than in the store. The first one counts from [`claimed`]: a store waits for work
//! before it hands any out, so when it did is known only by [`ON_ITS_WAY`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use conversation::ports::{Claim, Lease};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The longest time that a claim takes from the store to here, as far as a lease is concerned. A
/// claim that takes longer, until its first renewal, is only protected by the store's fence.
const ON_ITS_WAY: Duration = Duration::from_millis(500);

/// From when a claim's first lease counts: from before it was on its way, but not from before it
/// was asked for.
pub(crate) fn claimed(asked: Instant, returned: Instant) -> Instant {
    returned.checked_sub(ON_ITS_WAY).map_or(asked, |handed_out| handed_out.max(asked))
}

/// Why a turn has to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The claim is lost, or may be: touch nothing.
    Lost,
    /// The pool has no more time: hand the conversation over.
    Aborted,
}

/// A claim that a turn works under.
pub(crate) struct Holding {
    pub(crate) claim: Claim,
    lease: Duration,
    renewed: Mutex<Instant>,
    stop: OnceLock<Stop>,
    wake: Notify,
    ending: AtomicBool,
    interrupt: CancellationToken,
}

impl Holding {
    pub(crate) fn new(claim: Claim, lease: Duration, claimed: Instant) -> Self {
        Self {
            claim,
            lease,
            renewed: Mutex::new(claimed),
            stop: OnceLock::new(),
            wake: Notify::new(),
            ending: AtomicBool::new(false),
            interrupt: CancellationToken::new(),
        }
    }

    /// Whether the lease certainly runs still. If not, the claim may be someone else's.
    pub(crate) fn is_ours(&self) -> bool {
        let renewed = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed.elapsed() < self.lease
    }

    /// Takes note of what a heartbeat that was sent at `asked` found.
    pub(crate) fn note(&self, lease: Lease, asked: Instant) {
        match lease {
            Lease::Held => self.runs_since(asked),
            Lease::Interrupted => {
                self.runs_since(asked);
                self.interrupt.cancel();
            }
            Lease::Lost => self.stop_as_lost(),
        }
    }

    /// Waits until a reader asks to leave the answer at what was said so far.
    pub(crate) async fn interrupted(&self) {
        self.interrupt.cancelled().await;
    }

    /// Stops the turn if its lease has run out.
    pub(crate) fn check(&self) {
        if !self.is_ours() {
            self.stop_as_lost();
        }
    }

    /// Says that the turn is giving the claim up by a verb of the store. From here on a claim
    /// that is found lost may just be given up, and the verb itself tells which.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// Makes the turn stop. The first reason counts.
    pub(crate) fn stop(&self, why: Stop) {
        let _ = self.stop.set(why);
        self.wake.notify_one();
    }

    /// Waits until the turn has to stop.
    pub(crate) async fn stopped(&self) -> Stop {
        loop {
            if let Some(&why) = self.stop.get() {
                return why;
            }
            self.wake.notified().await;
        }
    }

    fn runs_since(&self, asked: Instant) {
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        *renewed = asked.max(*renewed);
    }

    fn stop_as_lost(&self) {
        if !self.ending.load(Ordering::Acquire) {
            self.stop(Stop::Lost);
        }
    }
}

/// Everything that one pool holds.
#[derive(Default)]
pub(crate) struct Holdings {
    held: Mutex<HashMap<u64, Arc<Holding>>>,
    next: AtomicU64,
}

/// Keeps a claim among the holdings until it is dropped.
pub(crate) struct Kept {
    holdings: Arc<Holdings>,
    number: u64,
    pub(crate) holding: Arc<Holding>,
}

impl Holdings {
    /// Adds a claim, so that its lease is renewed.
    pub(crate) fn keep(self: &Arc<Self>, holding: Holding) -> Kept {
        let holding = Arc::new(holding);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.with(|held| held.insert(number, Arc::clone(&holding)));
        Kept { holdings: Arc::clone(self), number, holding }
    }

    /// How many claims are held.
    pub(crate) fn count(&self) -> usize {
        self.with(|held| held.len())
    }

    /// The claims that are held now.
    pub(crate) fn all(&self) -> Vec<Arc<Holding>> {
        self.with(|held| held.values().cloned().collect())
    }

    /// Makes every turn stop.
    pub(crate) fn stop_all(&self, why: Stop) {
        self.all().iter().for_each(|holding| holding.stop(why));
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<u64, Arc<Holding>>) -> T) -> T {
        work(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.holdings.with(|held| held.remove(&self.number));
    }
}

#[cfg(test)]
mod tests {
    use conversation::ConversationId;
    use conversation::ports::Fence;
    use tokio::time::advance;

    use super::*;

    const LEASE: Duration = Duration::from_secs(3);

    fn holding() -> Holding {
        let fence = Fence { entry: "1".into(), owner: "me".into(), deliveries: 1 };
        let conversation = ConversationId::new("api", "ann").unwrap();
        Holding::new(Claim { conversation, fence }, LEASE, Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_counts_from_when_its_renewal_was_asked_for() {
        let holding = holding();
        let asked = Instant::now();
        advance(Duration::from_secs(2)).await;
        holding.note(Lease::Held, asked);
        assert!(holding.is_ours());
        advance(Duration::from_secs(1)).await;
        assert!(!holding.is_ours());
        holding.note(Lease::Held, Instant::now());
        assert!(holding.is_ours());
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_lease_counts_from_before_the_claim_was_on_its_way() {
        let asked = Instant::now();
        let at = |millis| asked + Duration::from_millis(millis);
        assert_eq!(claimed(asked, at(2)), asked);
        assert_eq!(claimed(asked, at(900)), at(400));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_stops_when_its_lease_is_lost_or_has_run_out() {
        let told = holding();
        told.note(Lease::Lost, Instant::now());
        assert_eq!(told.stopped().await, Stop::Lost);

        let silent = holding();
        silent.check();
        assert!(silent.stop.get().is_none());
        advance(LEASE).await;
        silent.check();
        silent.stop(Stop::Aborted);
        assert_eq!(silent.stopped().await, Stop::Lost);
    }

    #[tokio::test(start_paused = true)]
    async fn a_claim_that_is_being_given_up_is_not_found_lost() {
        let holding = holding();
        holding.end();
        holding.note(Lease::Lost, Instant::now());
        assert!(holding.stop.get().is_none());
        holding.stop(Stop::Aborted);
        assert_eq!(holding.stopped().await, Stop::Aborted);
    }

    #[tokio::test(start_paused = true)]
    async fn an_interrupted_claim_is_held_still() {
        let holding = holding();
        advance(Duration::from_secs(2)).await;
        holding.note(Lease::Interrupted, Instant::now());
        advance(Duration::from_secs(2)).await;
        holding.interrupted().await;
        assert!(holding.is_ours());
        holding.check();
        assert!(holding.stop.get().is_none());
    }

    #[tokio::test]
    async fn what_is_kept_is_held_until_it_is_dropped() {
        let holdings = Arc::new(Holdings::default());
        let kept = holdings.keep(holding());
        let other = holdings.keep(holding());
        assert_eq!(holdings.count(), 2);
        holdings.stop_all(Stop::Aborted);
        assert_eq!(kept.holding.stopped().await, Stop::Aborted);
        drop(kept);
        drop(other);
        assert_eq!(holdings.count(), 0);
    }
}
