//! The pool: claims as many conversations as it has places for, and gives each a task.

use std::sync::Arc;
use std::time::Duration;

use conversation::ConversationId;
use conversation::ports::{Channel, Claim};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::figures::Figures;
use crate::holding::{Holding, Holdings, Stop, claimed};
use crate::outage::Outage;
use crate::pictures::Room;
use crate::prompt::Prompter;
use crate::unread::Unread;
use crate::{Options, Parts, heartbeat, shift};

/// How long one claim waits for work. It bounds how long an idle pool takes to drain.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers conversations, as many at a time as it has places.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

/// What the turns of one pool share.
pub(crate) struct Inner {
    pub(crate) parts: Parts,
    pub(crate) options: Options,
    pub(crate) prompter: Prompter,
    pub(crate) figures: Figures,
    pub(crate) unread: Unread,
    pub(crate) pictures: Room,
    holdings: Arc<Holdings>,
    places: Arc<Semaphore>,
}

impl Pool {
    /// A pool that does nothing until it is [run](Self::run).
    #[must_use]
    pub fn new(parts: Parts, options: Options) -> Self {
        let places = options.max_concurrent.get().min(Semaphore::MAX_PERMITS);
        let inner = Inner {
            prompter: Prompter::new(&options),
            figures: Figures::new(parts.channels.iter().map(|channel| channel.name())),
            unread: Unread::default(),
            pictures: Room::default(),
            holdings: Arc::default(),
            places: Arc::new(Semaphore::new(places)),
            parts,
            options,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Claims and answers. Once `drain` is cancelled nothing more is claimed, and the future ends
    /// when what is in flight is done; an idle pool needs up to a second. Once `abort` is
    /// cancelled the turns stop where they are, and their conversations are handed over to other
    /// replicas at once.
    ///
    /// Dropping the future is like killing the process: the turns stop, and their conversations
    /// are taken over when their leases have run out. It has to run on a Tokio runtime.
    pub fn run(
        &self,
        drain: CancellationToken,
        abort: CancellationToken,
    ) -> impl Future<Output = ()> + Send + 'static {
        let inner = Arc::clone(&self.inner);
        async move {
            let _stop = StopOnDrop(Arc::clone(&inner.holdings));
            let beat = heartbeat::beat(Arc::clone(&inner.parts.store), Arc::clone(&inner.holdings));
            let _heart = AbortOnDropHandle::new(tokio::spawn(beat));
            let turns = TaskTracker::new();
            claim_until(&inner, &turns, &drain, &abort).await;
            turns.close();
            tokio::select! {
                biased;
                () = turns.wait() => {}
                () = abort.cancelled() => {
                    inner.holdings.stop_all(Stop::Aborted);
                    turns.wait().await;
                }
            }
        }
    }

    /// How many conversations are at work.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.inner.holdings.count()
    }

    /// How many messages this pool has answered.
    #[must_use]
    pub fn answered_total(&self) -> u64 {
        self.inner.figures.answered_total()
    }
}

impl Inner {
    /// The channel that sends to this conversation, if one does.
    pub(crate) fn channel(&self, conversation: &ConversationId) -> Option<&dyn Channel> {
        let name = conversation.channel();
        self.parts.channels.iter().map(|channel| &**channel).find(|channel| channel.name() == name)
    }

    /// Waits for a free place, and takes all that are free. Nobody else takes places.
    async fn free_places(&self) -> Option<OwnedSemaphorePermit> {
        let mut places = Arc::clone(&self.places).acquire_owned().await.ok()?;
        let more = u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX);
        if let Ok(more) = Arc::clone(&self.places).try_acquire_many_owned(more) {
            places.merge(more);
        }
        Some(places)
    }
}

/// Claims until there is no more to be claimed, and starts a turn for every claim.
async fn claim_until(
    pool: &Arc<Inner>,
    turns: &TaskTracker,
    drain: &CancellationToken,
    abort: &CancellationToken,
) {
    let mut outage = Outage::none("Claiming conversations");
    while let Some(places) = unless_stopped(pool.free_places(), drain, abort).await.flatten() {
        let Some(capacity) = std::num::NonZeroUsize::new(places.num_permits()) else { return };
        // A draining pool waits for its last claim, since one that is dropped may have claimed
        // something that nobody would hear of until the lease is over.
        let asked = Instant::now();
        let claims = tokio::select! {
            biased;
            () = abort.cancelled() => return,
            claims = pool.parts.store.claim(capacity, PATIENCE) => claims,
        };
        match claims {
            Ok(claims) if drain.is_cancelled() => hand_back(pool, turns, claims),
            Ok(claims) => {
                outage.over();
                hand_out(pool, turns, claims, asked, places);
            }
            Err(error) => {
                let wait = outage.failed(&error);
                drop(places);
                unless_stopped(sleep(wait), drain, abort).await;
            }
        }
    }
}

/// What `work` comes to, or nothing if the pool is to stop first.
async fn unless_stopped<T>(
    work: impl Future<Output = T>,
    drain: &CancellationToken,
    abort: &CancellationToken,
) -> Option<T> {
    tokio::select! {
        biased;
        () = drain.cancelled() => None,
        () = abort.cancelled() => None,
        done = work => Some(done),
    }
}

fn hand_out(
    pool: &Arc<Inner>,
    turns: &TaskTracker,
    claims: Vec<Claim>,
    asked: Instant,
    mut places: OwnedSemaphorePermit,
) {
    let (lease, claimed) = (pool.parts.store.lease(), claimed(asked, Instant::now()));
    let mut claims = claims.into_iter();
    for claim in claims.by_ref().take(places.num_permits()) {
        let Some(place) = places.split(1) else { break };
        let kept = pool.holdings.keep(Holding::new(claim, lease, claimed));
        turns.spawn(shift::work(Arc::clone(pool), place, kept));
    }
    hand_back(pool, turns, claims);
}

/// Releases claims for which there is no place or no time.
fn hand_back(pool: &Arc<Inner>, turns: &TaskTracker, claims: impl IntoIterator<Item = Claim>) {
    for claim in claims {
        let holding = Holding::new(claim, pool.parts.store.lease(), Instant::now());
        let pool = Arc::clone(pool);
        turns.spawn(async move { shift::hand_over(&pool, &holding).await });
    }
}

struct StopOnDrop(Arc<Holdings>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop_all(Stop::Lost);
    }
}
