//! A store that writes down what its owners hand in.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Claim, Lease, Opened, Pause, TurnResult, Turns};
use conversation::{ConversationId, StoreError};
use store_memory::MemoryStore;

/// The store.
pub(crate) struct Overseen {
    inner: MemoryStore,
    committed: Mutex<Vec<TurnResult>>,
    paused: Mutex<Vec<(Duration, Pause)>>,
    drafted: Mutex<Vec<String>>,
}

impl Overseen {
    pub(crate) fn new(inner: MemoryStore) -> Self {
        Self {
            inner,
            committed: Mutex::default(),
            paused: Mutex::default(),
            drafted: Mutex::default(),
        }
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
        self.inner.renew(claims).await
    }

    async fn open(&self, claim: &Claim, limit: NonZeroUsize) -> Result<Opened, StoreError> {
        self.inner.open(claim, limit).await
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

    async fn withdraw(&self, claim: &Claim, messages: NonZeroUsize) -> Result<(), StoreError> {
        self.inner.withdraw(claim, messages).await
    }

    async fn forward(&self, claim: &Claim, to: &ConversationId) -> Result<(), StoreError> {
        self.inner.forward(claim, to).await
    }
}
