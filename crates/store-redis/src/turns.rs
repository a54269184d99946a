//! The fenced verbs: each is one script, which checks the fence before anything else.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Claim, Event, Lease, Memory, Opened, Pause, TurnResult, Turns};
use conversation::{ConversationId, Digest, MessageId, StoreError};
use deadpool_redis::redis::Pipeline;

use crate::keys::Keys;
use crate::link::GROUP;
use crate::{Inner, RedisStore, millis, remarks, stored};

#[async_trait]
impl Turns for RedisStore {
    async fn claim(
        &self,
        capacity: NonZeroUsize,
        patience: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        self.reader.claim(capacity, patience).await
    }

    fn lease(&self) -> Duration {
        self.inner.options.lease
    }

    async fn renew(&self, claims: &[Claim]) -> Result<Vec<Lease>, StoreError> {
        self.inner.renew(claims).await
    }

    async fn open(&self, claim: &Claim, limit: NonZeroUsize) -> Result<Opened, StoreError> {
        let inner = &self.inner;
        let digest = claim.conversation.digest();
        inner.telegraph.listeners.opening(digest);
        let keys = [
            Keys::inbox,
            Keys::history,
            Keys::outbox,
            Keys::watchers,
            Keys::revived,
            Keys::remarks,
            Keys::records,
        ];
        let call = inner
            .fenced(&inner.scripts.open, claim, &keys)
            .arg(limit.get() - 1)
            .arg(millis(inner.options.idle))
            .arg(millis(inner.options.dedupe))
            .arg(inner.keys.events())
            .arg(digest.to_string());
        let (
            inbox,
            history,
            outbox,
            watchers,
            attempts,
            draft,
            remarks,
            sending_for,
            moved_to,
            left,
        ): OpenAnswer = call.run().await?;
        if left {
            inner.hub.announce(digest, &Arc::new(Event::Missed));
        }
        let callers = inbox.iter().filter_map(|envelope| stored::listener(envelope));
        for listener in callers.chain(watchers.iter().map(String::as_str)) {
            inner.telegraph.listeners.add(digest, listener);
        }
        let (remarks, remarks_kept_at) = remarks::read_all(&remarks).into_iter().unzip();
        Ok(Opened {
            messages: inbox.iter().map(|e| stored::waiting(digest, e)).collect::<Result<_, _>>()?,
            history: stored::history(&history),
            outbox: stored::outbox(outbox.iter().map(|(f, v)| (f.as_str(), v.as_str())))?,
            attempts,
            draft: (!draft.is_empty()).then_some(draft),
            remarks,
            remarks_kept_at,
            sending_for: sending_for.parse().ok().map(Duration::from_millis),
            moved_to: ConversationId::try_from(moved_to).ok(),
        })
    }

    async fn commit(&self, claim: &Claim, result: TurnResult) -> Result<(), StoreError> {
        let inner = &self.inner;
        let digest = claim.conversation.digest();
        let TurnResult { turn, answered, reply, parts, memory, known_until, kept_for } = result;
        let outbox = match parts.as_slice() {
            [] => String::new(),
            parts => stored::outbox_body(&turn, &reply, parts)?,
        };
        let keys = [
            Keys::inbox,
            Keys::history,
            Keys::outbox,
            Keys::records,
            Keys::watchers,
            Keys::remarks,
            Keys::sent,
            Keys::transcript,
        ];
        let memory = match memory {
            Memory::Continues => "continues",
            Memory::Restarts => "restarts",
        };
        let kept_for = kept_for.map(|kept_for| millis(kept_for).to_string());
        let call = inner
            .fenced(&inner.scripts.commit, claim, &keys)
            .arg(inner.keys.events())
            .arg(digest.to_string())
            .arg(answered.get())
            .arg(stored::reply(&reply)?)
            .arg(outbox)
            .arg(millis(inner.options.idle))
            .arg(inner.options.history_limit.max(1))
            .arg(parts.len())
            .arg(&turn)
            .arg(memory)
            .arg(kept_for.unwrap_or_default())
            .arg(millis(inner.options.transcript))
            .arg(known_until.map(|known| known.0.to_string()).unwrap_or_default());
        let (refs, is_read_along): (String, bool) = call.run().await?;
        inner.tell_here(digest, &refs, |messages| Event::Committed { messages, reply });
        if is_read_along {
            inner.tell_of_entry(digest);
        }
        if parts.is_empty() {
            inner.telegraph.listeners.over(digest);
        }
        Ok(())
    }

    async fn sending(&self, claim: &Claim, part: usize) -> Result<(), StoreError> {
        let verb = &self.inner.scripts.sending;
        self.inner.fenced(verb, claim, &[Keys::outbox]).arg(part).run().await
    }

    async fn delivered(
        &self,
        claim: &Claim,
        part: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError> {
        let call = self.inner.fenced(&self.inner.scripts.delivered, claim, &[Keys::outbox]);
        call.arg(part).arg(receipt.unwrap_or_default()).run().await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.inner.release(claim).await
    }

    async fn drafted(&self, claim: &Claim, receipt: &str) -> Result<(), StoreError> {
        self.inner.fenced(&self.inner.scripts.drafted, claim, &[]).arg(receipt).run().await
    }

    async fn retry_at(
        &self,
        claim: &Claim,
        delay: Duration,
        pause: Pause,
    ) -> Result<(), StoreError> {
        let inner = &self.inner;
        inner.telegraph.listeners.over(claim.conversation.digest());
        let keys = [Keys::inbox, Keys::outbox, Keys::delayed_of];
        let pause = match pause {
            Pause::Failure => "failure",
            Pause::Pace => "pace",
            Pause::Receipt => "receipt",
        };
        let call = inner.fenced(&inner.scripts.retry_at, claim, &keys);
        call.arg(millis(delay)).arg(pause).run().await
    }

    async fn park(
        &self,
        claim: &Claim,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<(), StoreError> {
        let inner = &self.inner;
        let digest = claim.conversation.digest();
        inner.telegraph.listeners.over(digest);
        let keys = [
            Keys::inbox,
            Keys::outbox,
            Keys::records,
            Keys::dead_of,
            Keys::letters,
            Keys::watchers,
            Keys::transcript,
            Keys::sent,
        ];
        let call = inner
            .fenced(&inner.scripts.park, claim, &keys)
            .arg(inner.keys.events())
            .arg(digest.to_string())
            .arg(messages.get())
            .arg(stored::to_json("a reason", &reason)?)
            .arg(crate::letters::letter_id(digest))
            .arg(reason)
            .arg(millis(inner.options.transcript));
        let (refs, is_read_along): (String, bool) = call.run().await?;
        let reason = reason.to_owned();
        inner.tell_here(digest, &refs, |messages| Event::Parked { messages, reason });
        if is_read_along {
            inner.tell_of_entry(digest);
        }
        Ok(())
    }

    async fn withdraw(&self, claim: &Claim, messages: NonZeroUsize) -> Result<(), StoreError> {
        let inner = &self.inner;
        inner.telegraph.listeners.over(claim.conversation.digest());
        let call = inner.fenced(&inner.scripts.withdraw, claim, &[Keys::inbox, Keys::records]);
        call.arg(messages.get()).run().await
    }

    async fn forward(&self, claim: &Claim, to: &ConversationId) -> Result<(), StoreError> {
        self.let_go_on(claim, to).await
    }
}

impl Inner {
    pub(crate) async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.telegraph.listeners.over(claim.conversation.digest());
        self.fenced(&self.scripts.release, claim, &[Keys::inbox]).run().await
    }

    async fn renew(&self, claims: &[Claim]) -> Result<Vec<Lease>, StoreError> {
        let mut by_partition: Vec<Vec<usize>> = vec![Vec::new(); self.keys.all_ready().len()];
        for (index, claim) in claims.iter().enumerate() {
            let partition = self.keys.partition(claim.conversation.digest());
            if let Some(list) = by_partition.get_mut(usize::from(partition)) {
                list.push(index);
            }
        }
        let verb = &self.scripts.renew;
        let mut calls = Pipeline::new();
        let mut order = Vec::with_capacity(claims.len());
        for ((partition, stream), indices) in (0..).zip(self.keys.all_ready()).zip(by_partition) {
            if indices.is_empty() {
                continue;
            }
            let mut call = verb.call();
            call.arg(stream)
                .arg(self.keys.interrupted(partition))
                .arg(GROUP)
                .arg(&self.options.replica)
                .arg(millis(self.mark()));
            for claim in indices.iter().filter_map(|&index| claims.get(index)) {
                call.arg(&claim.fence.entry).arg(claim.fence.deliveries);
            }
            calls.add_command(call);
            order.extend(indices);
        }
        let mut leases = vec![Lease::Lost; claims.len()];
        if order.is_empty() {
            return Ok(leases);
        }
        let answers: Vec<Vec<u8>> = match self.link.call_all(verb, &calls).await {
            // Redis came back without its data, and every claim with it.
            Err(StoreError::Stale) => return Ok(leases),
            answers => answers?,
        };
        for (index, held) in order.into_iter().zip(answers.into_iter().flatten()) {
            if let Some(lease) = leases.get_mut(index) {
                *lease = match held {
                    0 => Lease::Lost,
                    1 => Lease::Held,
                    _ => Lease::Interrupted,
                };
            }
        }
        let lost = claims.iter().zip(&leases).filter(|(_, lease)| **lease == Lease::Lost);
        lost.for_each(|(claim, _)| self.telegraph.listeners.over(claim.conversation.digest()));
        Ok(leases)
    }

    /// Announces to the watchers in this process what a script has told the other replicas.
    fn tell_here(&self, digest: Digest, refs: &str, event: impl FnOnce(Vec<MessageId>) -> Event) {
        if self.hub.is_watched(digest) {
            let messages = crate::telegraph::message_ids(digest, refs);
            self.hub.announce(digest, &Arc::new(event(messages)));
        }
    }
}

/// Fields and values of a hash.
type Fields = Vec<(String, String)>;
/// What `open` answers: inbox, history, outbox, watching replicas, attempts,
/// the message that shows the answer in the making, remarks, for how many milliseconds a part has been
/// going out, where the customer went, and whether messages were left to a person just now.
type OpenAnswer =
    (Vec<String>, Vec<String>, Fields, Vec<String>, u32, String, Vec<String>, String, String, bool);
