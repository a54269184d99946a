//! Claims ready conversations, and looks after the partitions.
//!
//! One task owns the connections that wait, since their reads must run to their end; claims that
//! nobody waits for any more go straight back into the queue.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Claim, Fence};
use conversation::{ConversationId, StoreError};
use deadpool_redis::redis::Pipeline;
use futures::future::join_all;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::lines::{BLOCK, Lines};
use crate::link::GROUP;
use crate::together::Together;
use crate::{Inner, millis};

/// A read that takes what is there and doesn't wait.
const NO_TIME: Duration = Duration::ZERO;
/// How often consumers of dead replicas are dropped, and how long they must have been unseen.
const TIDY: Duration = Duration::from_secs(60);
const UNSEEN: Duration = Duration::from_secs(600);

/// Hands requests for claims to the task that reads.
#[derive(Clone)]
pub(crate) struct Reader {
    requests: mpsc::Sender<Request>,
}

struct Request {
    capacity: NonZeroUsize,
    until: Instant,
    answer: oneshot::Sender<Result<Vec<Claim>, StoreError>>,
}

impl Reader {
    pub(crate) async fn claim(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        let gone = || StoreError::Unavailable("the store is closed".to_owned());
        let (answer, claims) = oneshot::channel();
        let request = Request { capacity, until: Instant::now() + patience, answer };
        self.requests.send(request).await.map_err(|_| gone())?;
        claims.await.map_err(|_| gone())?
    }
}

/// Starts the reading task.
pub(crate) fn start(inner: &Arc<Inner>, stop: &CancellationToken) -> Reader {
    let (requests, incoming) = mpsc::channel(8);
    let desk = Desk {
        inner: Arc::clone(inner),
        lines: Lines::default(),
        first: 0,
        upkeep_due: Instant::now(),
        tidy_due: Instant::now() + TIDY,
    };
    tokio::spawn(stop.clone().run_until_cancelled_owned(desk.serve(incoming)));
    Reader { requests }
}

struct Desk {
    inner: Arc<Inner>,
    lines: Lines,
    /// The partition that is read first next time, so that none is always last.
    first: usize,
    upkeep_due: Instant,
    tidy_due: Instant,
}

impl Desk {
    async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(Request { capacity, until, answer }) = requests.recv().await {
            let claims = self.claims(capacity.get(), until, &answer).await;
            if let Err(unwanted) = answer.send(claims) {
                self.give_back(unwanted.unwrap_or_default()).await;
            }
        }
    }

    async fn claims(
        &mut self,
        capacity: usize,
        until: Instant,
        answer: &oneshot::Sender<Result<Vec<Claim>, StoreError>>,
    ) -> Result<Vec<Claim>, StoreError> {
        loop {
            let now = Instant::now();
            if now >= self.upkeep_due {
                let claims = self.upkeep(capacity).await?;
                self.upkeep_due = Instant::now() + self.inner.options.upkeep;
                if !claims.is_empty() {
                    return Ok(claims);
                }
            }
            let block = until.min(self.upkeep_due).saturating_duration_since(now).min(BLOCK);
            let claims = self.read(capacity, block).await?;
            if !claims.is_empty() || Instant::now() >= until || answer.is_closed() {
                return Ok(claims);
            }
        }
    }

    /// The partitions in the order in which they are asked now, so that none is always last.
    fn rotation(&mut self) -> Vec<usize> {
        let all = self.inner.keys.all_ready().len();
        self.first = (self.first + 1) % all;
        (0..all).map(|step| (self.first + step) % all).collect()
    }

    /// Claims what is ready, and otherwise waits up to `block` for something to become so. Redis
    /// itself may take a tenth of a second longer to notice that the time is up.
    async fn read(&mut self, capacity: usize, block: Duration) -> Result<Vec<Claim>, StoreError> {
        let partitions = self.rotation();
        let share = capacity / partitions.len();
        if share > 0 {
            if !self.inner.link.topology().spans_partitions() {
                // Waiting on many lines costs more than asking on them, so it is asked first.
                let found = self.read_from(&partitions, share, NO_TIME).await?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            return self.read_from(&partitions, share, block).await;
        }
        // With less room than partitions they are asked one by one, until there is no more room.
        let mut claims = Vec::new();
        for partition in &partitions {
            let room = capacity - claims.len();
            let found = self.read_from(std::slice::from_ref(partition), room, NO_TIME).await;
            match found {
                // What was claimed before must not be lost over this.
                Err(_) if !claims.is_empty() => return Ok(claims),
                found => claims.extend(found?),
            }
            if claims.len() >= capacity {
                break;
            }
        }
        if claims.is_empty() {
            claims = self.read_from(&partitions, 1, block).await?;
            let too_many = claims.split_off(capacity.min(claims.len()));
            self.give_back(too_many).await;
        }
        Ok(claims)
    }

    async fn read_from(
        &mut self,
        partitions: &[usize],
        count: usize,
        block: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        let entries = self.lines.read(&self.inner, partitions, count, block).await?;
        Ok(entries.into_iter().filter_map(|(id, fields)| self.first_claim(id, &fields)).collect())
    }

    fn first_claim(&self, entry: String, fields: &[String]) -> Option<Claim> {
        match fields {
            [_, name, ..] => self.claim(entry, name, 1),
            // An entry that was deleted before it was read has no fields.
            _ => None,
        }
    }

    fn claim(&self, entry: String, name: &str, deliveries: u64) -> Option<Claim> {
        let conversation = ConversationId::try_from(name.to_owned())
            .inspect_err(|error| tracing::error!(%error, "an entry names no conversation"))
            .ok()?;
        let owner = self.inner.options.replica.clone();
        Some(Claim { conversation, fence: Fence { entry, owner, deliveries } })
    }

    /// Takes over what dead owners held, and queues what is due.
    async fn upkeep(&mut self, capacity: usize) -> Result<Vec<Claim>, StoreError> {
        let partitions = self.rotation();
        let mut claims = Together::default();
        let share = capacity / partitions.len();
        if share > 0 {
            // In a Cluster each on its own, so that one whose node is away holds up no other.
            let groups = match self.inner.link.topology().spans_partitions() {
                true => partitions.chunks(partitions.len()),
                false => partitions.chunks(1),
            };
            let looks = groups.map(|group| self.look_after(group, share));
            join_all(looks).await.into_iter().for_each(|found| claims.add(found));
        } else {
            // With less room than partitions they are looked after one by one, until there is
            // no more room; every partition is, if nothing is found.
            for partition in partitions {
                let room = capacity - claims.found.len();
                if room == 0 || claims.has_failed() {
                    break;
                }
                claims.add(self.look_after(&[partition], room).await);
            }
        }
        self.tidy().await;
        claims.into_result()
    }

    /// Looks after some partitions in one round trip, taking over up to `count` claims of each.
    async fn look_after(
        &self,
        partitions: &[usize],
        count: usize,
    ) -> Result<Vec<Claim>, StoreError> {
        let inner = &self.inner;
        let verb = &inner.scripts.upkeep;
        let mut calls = Pipeline::with_capacity(partitions.len());
        for &partition in partitions {
            let partition = u16::try_from(partition).unwrap_or(0);
            let mut call = verb.call();
            call.arg(inner.keys.ready(partition))
                .arg(inner.keys.delayed(partition))
                .arg(GROUP)
                .arg(&inner.options.replica)
                .arg(millis(inner.options.lease))
                .arg(count);
            calls.add_command(call);
        }
        let found: Vec<Found> = match inner.link.call_all(verb, &calls).await {
            Err(StoreError::Stale) => {
                inner.ensure_groups().await?;
                return Ok(Vec::new());
            }
            found => found?,
        };
        let (mut claims, mut due) = (Vec::new(), Vec::new());
        for (taken, names) in found {
            claims.extend(
                taken.into_iter().filter_map(|(entry, name, n)| self.claim(entry, &name, n)),
            );
            due.extend(names);
        }
        if let Err(error) = self.promote(&due).await {
            // The claims are taken already, and must not be lost over this; what is due stays so.
            tracing::warn!(%error, "conversations that are due could not be queued");
        }
        Ok(claims)
    }

    async fn promote(&self, due: &[String]) -> Result<(), StoreError> {
        if due.is_empty() {
            return Ok(());
        }
        let (keys, verb) = (&self.inner.keys, &self.inner.scripts.promote);
        let mut calls = Pipeline::with_capacity(due.len());
        for name in due {
            let Ok(id) = ConversationId::try_from(name.clone()) else { continue };
            let digest = id.digest();
            let partition = keys.partition(digest);
            let mut call = verb.call();
            call.arg(keys.ready(partition))
                .arg(keys.conversation(digest))
                .arg(keys.delayed(partition))
                .arg(name);
            calls.add_command(call);
        }
        self.inner.link.call_all::<Vec<u8>>(verb, &calls).await.map(|_counts| ())
    }

    async fn tidy(&mut self) {
        if Instant::now() < self.tidy_due {
            return;
        }
        self.tidy_due = Instant::now() + TIDY;
        let verb = &self.inner.scripts.tidy;
        let mut calls = Pipeline::new();
        for stream in self.inner.keys.all_ready() {
            let mut call = verb.call();
            call.arg(stream).arg(GROUP).arg(millis(UNSEEN));
            calls.add_command(call);
        }
        if let Err(error) = self.inner.link.call_all::<Vec<u64>>(verb, &calls).await {
            tracing::debug!(%error, "old consumers could not be dropped");
        }
    }

    async fn give_back(&self, unwanted: Vec<Claim>) {
        for claim in unwanted {
            if let Err(error) = self.inner.release(&claim).await {
                tracing::debug!(%error, "a claim that nobody waited for was left to its lease");
            }
        }
    }
}

/// What the upkeep of one partition found: claims taken over, and names of conversations due.
type Found = (Vec<(String, String, u64)>, Vec<String>);
