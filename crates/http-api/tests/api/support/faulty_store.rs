//! A store that fails when a test says so, and whose events can be lost.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{
    Accepted, Archive, Claim, DeadLetter, Event, Events, Inbox, Lease, MessageState, Opened,
    Overview, Pause, QueueFigures, ReplicaReport, StoreFigures, TurnResult, Turns,
};
use conversation::{ConversationId, EventHub, Exchange, Inbound, MessageId, StoreError, Watch};
use store_memory::MemoryStore;

/// A store in memory, and what is wrong with it.
pub(crate) struct FaultyStore {
    pub(super) inner: MemoryStore,
    fault: Mutex<Option<StoreError>>,
    silent: AtomicBool,
    deaf: AtomicBool,
    silence: EventHub,
}

impl FaultyStore {
    pub(crate) fn new(inner: MemoryStore) -> Self {
        Self {
            inner,
            fault: Mutex::default(),
            silent: AtomicBool::new(false),
            deaf: AtomicBool::new(false),
            silence: EventHub::default(),
        }
    }

    /// From now on every question of the API is answered with this error, or with none.
    pub(crate) fn fail(&self, fault: Option<StoreError>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// From now on messages are stored without an answer that says so, or with one again.
    pub(crate) fn store_in_silence(&self, silence: bool) {
        self.silent.store(silence, Ordering::SeqCst);
    }

    /// From now on whoever starts to watch hears nothing.
    pub(crate) fn lose_events(&self) {
        self.deaf.store(true, Ordering::SeqCst);
    }

    /// Tells those who hear nothing that they have missed something.
    pub(crate) fn admit_the_loss(&self) {
        self.silence.announce_missed();
    }

    /// What comes back of what was stored.
    pub(super) fn answer<T>(&self, stored: Result<T, StoreError>) -> Result<T, StoreError> {
        if self.silent.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("no answer in time".into()));
        }
        stored
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
        match &*self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(fault) => Err(fault.clone()),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Inbox for FaultyStore {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        self.check()?;
        self.answer(self.inner.accept(batch).await)
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        self.check()?;
        self.inner.message(id).await
    }
}

#[async_trait]
impl Archive for FaultyStore {
    async fn history(&self, conversation: &ConversationId) -> Result<Vec<Exchange>, StoreError> {
        self.check()?;
        self.inner.history(conversation).await
    }

    async fn forget(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        self.check()?;
        self.inner.forget(conversation).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.check()?;
        self.inner.dead_letters(limit).await
    }

    async fn revive(&self, id: &str) -> Result<bool, StoreError> {
        self.check()?;
        self.inner.revive(id).await
    }
}

#[async_trait]
impl Events for FaultyStore {
    async fn watch(&self, conversation: &ConversationId) -> Result<Watch, StoreError> {
        self.check()?;
        if self.deaf.load(Ordering::SeqCst) {
            return Ok(self.silence.watch(conversation.digest()));
        }
        self.inner.watch(conversation).await
    }

    fn watch_here(&self, conversation: &ConversationId) -> Watch {
        if self.deaf.load(Ordering::SeqCst) {
            return self.silence.watch(conversation.digest());
        }
        self.inner.watch_here(conversation)
    }

    fn announce(&self, conversation: &ConversationId, event: Event) {
        self.inner.announce(conversation, event);
    }
}

/// The answerer's side never fails.
#[async_trait]
impl Turns for FaultyStore {
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
        self.inner.commit(claim, result).await
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
        self.inner.drafted(claim, receipt).await
    }

    async fn retry_at(
        &self,
        claim: &Claim,
        delay: Duration,
        pause: Pause,
    ) -> Result<(), StoreError> {
        self.inner.retry_at(claim, delay, pause).await
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

#[async_trait]
impl Overview for FaultyStore {
    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }

    async fn report(&self, report: ReplicaReport) -> Result<(), StoreError> {
        self.inner.report(report).await
    }

    async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError> {
        self.check()?;
        self.inner.replicas().await
    }

    async fn queue(&self) -> Result<QueueFigures, StoreError> {
        self.inner.queue().await
    }

    async fn holds(&self) -> Result<StoreFigures, StoreError> {
        self.inner.holds().await
    }

    fn is_full(&self) -> bool {
        self.inner.is_full()
    }
}
