//! A store around whose verbs the process may die, and which may lack a protection.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{
    Accepted, Archive, Claim, DeadLetter, Event, Events, Inbox, Lease, MessageState, Opened,
    Overview, Pause, QueueFigures, ReplicaReport, StoreFigures, TurnResult, Turns,
};
use conversation::{ConversationId, DedupeKey, Exchange, Inbound, MessageId, StoreError, Watch};

use super::crash::{Crash, Point};
use super::protection::Protection;
use crate::storage::WholeStore;

/// How much later a message is stored than its caller is told so, where that is the fault.
const LATER: Duration = Duration::from_millis(500);

/// A store, where to die, and what is missing.
pub(super) struct Faulty {
    pub(super) inner: Arc<dyn WholeStore>,
    crash: Arc<Crash>,
    pub(super) missing: Option<Protection>,
}

impl Faulty {
    pub(super) fn new(
        inner: Arc<dyn WholeStore>,
        crash: Arc<Crash>,
        missing: Option<Protection>,
    ) -> Self {
        Self { inner, crash, missing }
    }

    /// Says that the batch is stored, and stores it a moment later.
    fn accept_later(&self, batch: Vec<Inbound>) -> Vec<Accepted> {
        let id = |inbound: &Inbound| MessageId {
            conversation: inbound.conversation.digest(),
            key: inbound.key.digest(),
            token: rand::random(),
        };
        let accepted = batch.iter().map(|inbound| Accepted::New(id(inbound))).collect();
        let store = Arc::clone(&self.inner);
        tokio::spawn(async move {
            tokio::time::sleep(LATER).await;
            store.accept(batch).await
        });
        accepted
    }
}

/// The same message under a key that nothing else has. It begins as the true one does, since channels
/// read in it which message it is.
fn never_the_same(inbound: Inbound) -> Inbound {
    let key = DedupeKey::new(format!("{}.{:016x}", inbound.key.as_str(), rand::random::<u64>()));
    Inbound { key: key.unwrap_or_else(|_| inbound.key.clone()), ..inbound }
}

#[async_trait]
impl Inbox for Faulty {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        self.crash.pass(Point::BeforeAccept);
        let accepted = match self.missing {
            Some(Protection::Persist) => Ok(self.accept_later(batch)),
            Some(Protection::Dedupe) => {
                self.inner.accept(batch.into_iter().map(never_the_same).collect()).await
            }
            Some(Protection::Fence | Protection::Receipts) | None => self.inner.accept(batch).await,
        };
        self.crash.pass(Point::AfterAccept);
        accepted
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        let state = self.inner.message(id).await?;
        // What isn't stored yet is said to be.
        let pretended =
            (self.missing == Some(Protection::Persist)).then_some(MessageState::Waiting);
        Ok(state.or(pretended))
    }
}

#[async_trait]
impl Turns for Faulty {
    async fn claim(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        let claims = self.inner.claim(capacity, patience).await?;
        if !claims.is_empty() {
            self.crash.pass(Point::AfterClaim);
        }
        Ok(claims)
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
        self.crash.pass(Point::BeforeCommit);
        self.inner.commit(claim, result).await?;
        self.crash.pass(Point::AfterCommit);
        Ok(())
    }

    async fn sending(&self, claim: &Claim, part: usize) -> Result<(), StoreError> {
        self.inner.sending(claim, part).await?;
        self.crash.pass(Point::BeforeSend);
        Ok(())
    }

    async fn delivered(
        &self,
        claim: &Claim,
        part: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError> {
        self.crash.pass(Point::AfterSend);
        self.inner.delivered(claim, part, receipt).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.crash.pass(Point::BeforeRelease);
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
        self.crash.pass(Point::BeforeRelease);
        self.inner.retry_at(claim, delay, pause).await
    }

    async fn park(
        &self,
        claim: &Claim,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.crash.pass(Point::BeforeRelease);
        self.inner.park(claim, messages, reason).await
    }

    async fn withdraw(&self, claim: &Claim, messages: NonZeroUsize) -> Result<(), StoreError> {
        self.crash.pass(Point::BeforeRelease);
        self.inner.withdraw(claim, messages).await
    }

    async fn forward(&self, claim: &Claim, to: &ConversationId) -> Result<(), StoreError> {
        self.inner.forward(claim, to).await
    }
}

#[async_trait]
impl Archive for Faulty {
    async fn history(&self, conversation: &ConversationId) -> Result<Vec<Exchange>, StoreError> {
        self.inner.history(conversation).await
    }

    async fn forget(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        self.inner.forget(conversation).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.inner.dead_letters(limit).await
    }

    async fn revive(&self, id: &str) -> Result<bool, StoreError> {
        self.inner.revive(id).await
    }
}

#[async_trait]
impl Events for Faulty {
    async fn watch(&self, conversation: &ConversationId) -> Result<Watch, StoreError> {
        self.inner.watch(conversation).await
    }

    fn watch_here(&self, conversation: &ConversationId) -> Watch {
        self.inner.watch_here(conversation)
    }

    fn announce(&self, conversation: &ConversationId, event: Event) {
        self.inner.announce(conversation, event);
    }
}

#[async_trait]
impl Overview for Faulty {
    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }

    async fn report(&self, report: ReplicaReport) -> Result<(), StoreError> {
        self.inner.report(report).await
    }

    async fn replicas(&self) -> Result<Vec<ReplicaReport>, StoreError> {
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
