//! The fenced verbs: each is one script, which checks the fence before anything else.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Claim, Event, Lease, Opened, TurnResult, Turns};
use conversation::{Digest, MessageId, StoreError};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::link::GROUP;
use crate::script::Verb;
use crate::{Inner, RedisStore, millis, stored};

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
        let verb = &inner.scripts.open;
        let digest = claim.conversation.digest();
        let mut call = inner.fenced(
            verb,
            claim,
            digest,
            &[
                inner.keys.inbox(digest),
                inner.keys.history(digest),
                inner.keys.outbox(digest),
                inner.keys.watchers(digest),
            ],
        );
        call.arg(limit.get() - 1);
        let (inbox, history, outbox, watchers, attempts): OpenAnswer =
            inner.link.call(verb, &call).await?;
        let callers = inbox.iter().filter_map(|envelope| stored::listener(envelope));
        let listeners = callers.map(str::to_owned).chain(watchers);
        inner.telegraph.listeners_of(digest, listeners);
        Ok(Opened {
            messages: inbox.iter().map(|e| stored::waiting(digest, e)).collect::<Result<_, _>>()?,
            history: stored::history(&history),
            outbox: stored::outbox(outbox.iter().map(|(f, v)| (f.as_str(), v.as_str())))?,
            attempts,
        })
    }

    async fn commit(&self, claim: &Claim, result: TurnResult) -> Result<(), StoreError> {
        let inner = &self.inner;
        let verb = &inner.scripts.commit;
        let digest = claim.conversation.digest();
        let TurnResult { turn, answered, reply, parts } = result;
        let outbox = match parts.as_slice() {
            [] => String::new(),
            parts => stored::outbox_body(&turn, &reply, parts)?,
        };
        let mut call = inner.fenced(
            verb,
            claim,
            digest,
            &[
                inner.keys.inbox(digest),
                inner.keys.history(digest),
                inner.keys.outbox(digest),
                inner.keys.records(digest),
                inner.keys.watchers(digest),
            ],
        );
        call.arg(inner.keys.events())
            .arg(digest.to_string())
            .arg(answered.get())
            .arg(stored::reply(&reply)?)
            .arg(outbox)
            .arg(millis(inner.options.idle))
            .arg(inner.options.history_limit.max(1))
            .arg(parts.len())
            .arg(&turn);
        let refs: String = inner.link.call(verb, &call).await?;
        inner.tell_here(digest, &refs, |messages| Event::Committed { messages, reply });
        if parts.is_empty() {
            inner.telegraph.turn_over(digest);
        }
        Ok(())
    }

    async fn sending(&self, claim: &Claim, part: usize) -> Result<(), StoreError> {
        let inner = &self.inner;
        let verb = &inner.scripts.sending;
        let digest = claim.conversation.digest();
        let mut call = inner.fenced(verb, claim, digest, &[inner.keys.outbox(digest)]);
        call.arg(part);
        inner.link.call(verb, &call).await
    }

    async fn delivered(
        &self,
        claim: &Claim,
        part: usize,
        receipt: Option<String>,
    ) -> Result<(), StoreError> {
        let inner = &self.inner;
        let verb = &inner.scripts.delivered;
        let digest = claim.conversation.digest();
        let mut call = inner.fenced(verb, claim, digest, &[inner.keys.outbox(digest)]);
        call.arg(part).arg(receipt.unwrap_or_default());
        inner.link.call(verb, &call).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.inner.release(claim).await
    }

    async fn retry_at(&self, claim: &Claim, delay: Duration) -> Result<(), StoreError> {
        let inner = &self.inner;
        let verb = &inner.scripts.retry_at;
        let digest = claim.conversation.digest();
        let mut call = inner.fenced(
            verb,
            claim,
            digest,
            &[
                inner.keys.inbox(digest),
                inner.keys.outbox(digest),
                inner.keys.delayed(inner.keys.partition(digest)),
            ],
        );
        call.arg(millis(delay));
        inner.link.call::<()>(verb, &call).await?;
        inner.telegraph.turn_over(digest);
        Ok(())
    }

    async fn park(
        &self,
        claim: &Claim,
        messages: NonZeroUsize,
        reason: &str,
    ) -> Result<(), StoreError> {
        let inner = &self.inner;
        let verb = &inner.scripts.park;
        let digest = claim.conversation.digest();
        let mut call = inner.fenced(
            verb,
            claim,
            digest,
            &[
                inner.keys.inbox(digest),
                inner.keys.outbox(digest),
                inner.keys.records(digest),
                inner.keys.dead(inner.keys.partition(digest)),
                inner.keys.letters(digest),
                inner.keys.watchers(digest),
            ],
        );
        call.arg(inner.keys.events())
            .arg(digest.to_string())
            .arg(messages.get())
            .arg(stored::to_json("a reason", &reason)?)
            .arg(crate::letters::letter_id(digest))
            .arg(reason);
        let refs: String = inner.link.call(verb, &call).await?;
        let reason = reason.to_owned();
        inner.tell_here(digest, &refs, |messages| Event::Parked { messages, reason });
        inner.telegraph.turn_over(digest);
        Ok(())
    }
}

impl Inner {
    /// The call of a fenced script with what they all begin with.
    fn fenced(&self, verb: &Verb, claim: &Claim, digest: Digest, keys: &[String]) -> Cmd {
        let mut call = verb.call();
        call.arg(self.keys.ready(self.keys.partition(digest)))
            .arg(self.keys.conversation(digest))
            .arg(keys)
            .arg(GROUP)
            .arg(&claim.fence.entry)
            .arg(&claim.fence.owner)
            .arg(claim.fence.deliveries)
            .arg(claim.conversation.as_str());
        call
    }

    pub(crate) async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        let verb = &self.scripts.release;
        let digest = claim.conversation.digest();
        let call = self.fenced(verb, claim, digest, &[self.keys.inbox(digest)]);
        self.link.call::<()>(verb, &call).await?;
        self.telegraph.turn_over(digest);
        Ok(())
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
        for (stream, indices) in self.keys.all_ready().iter().zip(by_partition) {
            if indices.is_empty() {
                continue;
            }
            let mut call = verb.call();
            call.arg(stream).arg(GROUP).arg(&self.options.replica);
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
                *lease = if held == 1 { Lease::Held } else { Lease::Lost };
            }
        }
        let lost = claims.iter().zip(&leases).filter(|(_, lease)| **lease == Lease::Lost);
        lost.for_each(|(claim, _)| self.telegraph.turn_over(claim.conversation.digest()));
        Ok(leases)
    }

    /// Announces to the watchers in this process what a script has told the other replicas.
    fn tell_here(&self, digest: Digest, refs: &str, event: impl FnOnce(Vec<MessageId>) -> Event) {
        if self.hub.is_watched(digest) {
            let messages = crate::telegraph::message_ids(digest, refs);
            self.hub.announce(digest, &std::sync::Arc::new(event(messages)));
        }
    }
}

/// Fields and values of a hash.
type Fields = Vec<(String, String)>;
/// What `open` answers: inbox, history, outbox, watching replicas, attempts.
type OpenAnswer = (Vec<String>, Vec<String>, Fields, Vec<String>, u32);
