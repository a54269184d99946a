//! A store that fails before or after a verb, as a network does, or stops there for good, as the
//! process before it does. It is stricter than a store has to be: a commit or a delivery that took
//! effect must not be handed in again under the same claim.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Claim, Lease, Opened, Pause, TurnResult, Turns};
use conversation::{ConversationId, StoreError};
use store_memory::MemoryStore;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// A verb of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Claim,
    Renew,
    Open,
    Commit,
    Sending,
    Delivered,
    Drafted,
    Release,
    RetryAt,
    Park,
    Withdraw,
    Forward,
}

/// Whether the verb has taken effect when the fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Before,
    After,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The caller is told that the store is away.
    Fail,
    /// The caller is told that the store is full.
    Full,
    /// The caller is told that what is stored can't be read.
    Garble,
    /// The caller is told that the store is away, and so is every other caller for this long.
    Outage(Duration),
    /// The caller never hears anything.
    Freeze,
    /// The caller hears of it this much later.
    Slow(Duration),
}

/// A fault to happen `times` times, after the verb went well `skip` times.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) verb: Verb,
    pub(crate) when: When,
    pub(crate) effect: Effect,
    pub(crate) skip: usize,
    pub(crate) times: usize,
}

impl Fault {
    /// A fault that happens once, at the first opportunity.
    pub(crate) fn once(verb: Verb, when: When, effect: Effect) -> Self {
        Self { verb, when, effect, skip: 0, times: 1 }
    }

    /// A fault that happens every time.
    pub(crate) fn always(verb: Verb, when: When, effect: Effect) -> Self {
        Self { verb, when, effect, skip: 0, times: usize::MAX }
    }
}

/// The store.
pub(crate) struct Faulty {
    inner: MemoryStore,
    faults: Mutex<Vec<Fault>>,
    away_until: Mutex<Option<Instant>>,
    met: Mutex<usize>,
    frozen: Notify,
    done: Mutex<HashSet<String>>,
}

impl Faulty {
    pub(crate) fn new(inner: MemoryStore, faults: impl Into<Vec<Fault>>) -> Self {
        Self {
            inner,
            faults: Mutex::new(faults.into()),
            away_until: Mutex::new(None),
            met: Mutex::new(0),
            frozen: Notify::new(),
            done: Mutex::default(),
        }
    }

    /// How many faults have happened.
    pub(crate) fn met(&self) -> usize {
        *self.met.lock().unwrap()
    }

    /// Waits until a verb is frozen.
    pub(crate) async fn frozen(&self) {
        self.frozen.notified().await;
    }

    async fn pass<T>(
        &self,
        verb: Verb,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.meet(verb, When::Before).await?;
        let done = call.await;
        self.meet(verb, When::After).await?;
        done
    }

    async fn meet(&self, verb: Verb, when: When) -> Result<(), StoreError> {
        match self.next(verb, when) {
            None if self.is_away() => Err(away()),
            None => Ok(()),
            Some(Effect::Fail) => Err(away()),
            Some(Effect::Full) => Err(StoreError::Full),
            Some(Effect::Garble) => {
                let why = "a fault of the test".to_owned();
                Err(StoreError::Unreadable { what: "a conversation", why })
            }
            Some(Effect::Outage(length)) => {
                *self.away_until.lock().unwrap() = Some(Instant::now() + length);
                Err(away())
            }
            Some(Effect::Freeze) => {
                self.frozen.notify_one();
                std::future::pending().await
            }
            Some(Effect::Slow(by)) => {
                sleep(by).await;
                Ok(())
            }
        }
    }

    /// Does the `call`, which under one claim may take effect only once.
    async fn once<T>(
        &self,
        what: String,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        assert!(!self.done.lock().unwrap().contains(&what), "done already: {what}");
        let result = call.await;
        if result.is_ok() {
            self.done.lock().unwrap().insert(what);
        }
        result
    }

    fn next(&self, verb: Verb, when: When) -> Option<Effect> {
        let mut faults = self.faults.lock().unwrap();
        let fault = faults.iter_mut().find(|f| f.verb == verb && f.when == when && f.times > 0)?;
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        fault.times -= 1;
        *self.met.lock().unwrap() += 1;
        Some(fault.effect)
    }

    fn is_away(&self) -> bool {
        self.away_until.lock().unwrap().is_some_and(|until| Instant::now() < until)
    }
}

fn away() -> StoreError {
    StoreError::Unavailable("a fault of the test".to_owned())
}

#[async_trait]
impl Turns for Faulty {
    async fn claim(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        self.pass(Verb::Claim, self.inner.claim(capacity, patience)).await
    }

    fn lease(&self) -> Duration {
        self.inner.lease()
    }

    async fn renew(&self, claims: &[Claim]) -> Result<Vec<Lease>, StoreError> {
        self.pass(Verb::Renew, self.inner.renew(claims)).await
    }

    async fn open(&self, claim: &Claim, limit: NonZeroUsize) -> Result<Opened, StoreError> {
        self.pass(Verb::Open, self.inner.open(claim, limit)).await
    }

    async fn commit(&self, claim: &Claim, result: TurnResult) -> Result<(), StoreError> {
        if result.parts.is_empty() {
            return self.pass(Verb::Commit, self.inner.commit(claim, result)).await;
        }
        let what = format!("{:?} commit {}", claim.fence, result.turn);
        self.pass(Verb::Commit, self.once(what, self.inner.commit(claim, result))).await
    }

    async fn sending(&self, claim: &Claim, part: usize) -> Result<(), StoreError> {
        self.pass(Verb::Sending, self.inner.sending(claim, part)).await
    }

    async fn delivered(
        &self,
        claim: &Claim,
        part: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError> {
        let what = format!("{:?} delivered {receipt:?}", claim.fence);
        let call = self.once(what, self.inner.delivered(claim, part, receipt));
        self.pass(Verb::Delivered, call).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.pass(Verb::Release, self.inner.release(claim)).await
    }

    async fn drafted(&self, claim: &Claim, receipt: &str) -> Result<(), StoreError> {
        self.pass(Verb::Drafted, self.inner.drafted(claim, receipt)).await
    }

    async fn retry_at(
        &self,
        claim: &Claim,
        delay: Duration,
        pause: Pause,
    ) -> Result<(), StoreError> {
        self.pass(Verb::RetryAt, self.inner.retry_at(claim, delay, pause)).await
    }

    async fn park(
        &self,
        claim: &Claim,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.pass(Verb::Park, self.inner.park(claim, messages, reason)).await
    }

    async fn withdraw(&self, claim: &Claim, messages: NonZeroUsize) -> Result<(), StoreError> {
        self.pass(Verb::Withdraw, self.inner.withdraw(claim, messages)).await
    }

    async fn forward(&self, claim: &Claim, to: &ConversationId) -> Result<(), StoreError> {
        self.pass(Verb::Forward, self.inner.forward(claim, to)).await
    }
}
