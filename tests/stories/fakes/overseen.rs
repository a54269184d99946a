//! A store that writes down what it is handed, and tells an owner what a test wants it to hear
//! besides what is stored.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use conversation::StoreError;
use conversation::ports::{Claim, Lease, Opened, Pause, TurnResult, Turns};
use store_memory::MemoryStore;

type Amend = Box<dyn Fn(&mut Opened) + Send + Sync>;

/// The store.
pub(crate) struct Overseen {
    inner: MemoryStore,
    amend: Amend,
    interrupts: AtomicBool,
    confirms: Mutex<Option<usize>>,
    committed: Mutex<Vec<TurnResult>>,
    paused: Mutex<Vec<(Duration, Pause)>>,
    drafted: Mutex<Vec<String>>,
}

impl Overseen {
    pub(crate) fn new(inner: MemoryStore) -> Self {
        Self::amending(inner, |_| ())
    }

    /// A store whose owners find conversations as `amend` leaves them.
    pub(crate) fn amending(
        inner: MemoryStore,
        amend: impl Fn(&mut Opened) + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            amend: Box::new(amend),
            interrupts: AtomicBool::new(false),
            confirms: Mutex::default(),
            committed: Mutex::default(),
            paused: Mutex::default(),
            drafted: Mutex::default(),
        }
    }

    /// Asks whoever answers to stop, at every heartbeat from now on.
    pub(crate) fn interrupt(&self) {
        self.interrupts.store(true, Ordering::SeqCst);
    }

    /// Lets the provider say, before the conversation is opened the next time, that this part of its
    /// outbox went out.
    pub(crate) fn confirm(&self, part: usize) {
        *self.confirms.lock().unwrap() = Some(part);
    }

    /// The turns that were committed.
    pub(crate) fn committed(&self) -> Vec<TurnResult> {
        self.committed.lock().unwrap().clone()
    }

    /// For how long and why conversations were put off.
    pub(crate) fn paused(&self) -> Vec<(Duration, Pause)> {
        self.paused.lock().unwrap().clone()
    }

    /// The drafts that were written down.
    pub(crate) fn drafted(&self) -> Vec<String> {
        self.drafted.lock().unwrap().clone()
    }
}

#[async_trait]
impl Turns for Overseen {
    async fn claim(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        self.inner.claim(capacity, patience).await
    }

    fn lease(&self) -> Duration {
        self.inner.lease()
    }

    async fn renew(&self, claims: &[Claim]) -> Result<Vec<Lease>, StoreError> {
        let mut leases = self.inner.renew(claims).await?;
        if self.interrupts.load(Ordering::SeqCst) {
            let held = leases.iter_mut().filter(|lease| **lease == Lease::Held);
            held.for_each(|lease| *lease = Lease::Interrupted);
        }
        Ok(leases)
    }

    async fn open(&self, claim: &Claim, limit: NonZeroUsize) -> Result<Opened, StoreError> {
        let confirmed = self.confirms.lock().unwrap().take();
        if let Some(part) = confirmed {
            self.inner.delivered(claim, part, Some("confirmed".to_owned())).await?;
        }
        let mut opened = self.inner.open(claim, limit).await?;
        (self.amend)(&mut opened);
        Ok(opened)
    }

    async fn commit(&self, claim: &Claim, result: TurnResult) -> Result<(), StoreError> {
        self.inner.commit(claim, result.clone()).await?;
        self.committed.lock().unwrap().push(result);
        Ok(())
    }

    async fn sending(&self, claim: &Claim, part: usize) -> Result<(), StoreError> {
        self.inner.sending(claim, part).await
    }

    async fn delivered(
        &self,
        claim: &Claim,
        part: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError> {
        self.inner.delivered(claim, part, receipt).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.inner.release(claim).await
    }

    async fn drafted(&self, claim: &Claim, receipt: &str) -> Result<(), StoreError> {
        self.inner.drafted(claim, receipt).await?;
        self.drafted.lock().unwrap().push(receipt.to_owned());
        Ok(())
    }

    async fn retry_at(
        &self,
        claim: &Claim,
        delay: Duration,
        pause: Pause,
    ) -> Result<(), StoreError> {
        self.inner.retry_at(claim, delay, pause).await?;
        self.paused.lock().unwrap().push((delay, pause));
        Ok(())
    }

    async fn park(
        &self,
        claim: &Claim,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.inner.park(claim, messages, reason).await
    }
}
