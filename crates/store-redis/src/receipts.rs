//! What a provider says of sent parts: one script call for each, all of a batch in one round trip.

use async_trait::async_trait;
use conversation::StoreError;
use conversation::ports::{Passage, Receipt, Receipts, Received};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::errors::unreadable;
use crate::letters::letter_id;
use crate::link::GROUP;
use crate::{Inner, RedisStore, stored};

/// How many receipts travel in one round trip, so that no batch holds up everything else.
const CHUNK: usize = 250;

#[async_trait]
impl Receipts for RedisStore {
    async fn receive(&self, receipts: Vec<Receipt>) -> Result<Vec<Received>, StoreError> {
        let mut received = Vec::with_capacity(receipts.len());
        for chunk in receipts.chunks(CHUNK) {
            self.inner.receive_chunk(chunk, &mut received).await?;
        }
        Ok(received)
    }
}

impl Inner {
    async fn receive_chunk(
        &self,
        chunk: &[Receipt],
        received: &mut Vec<Received>,
    ) -> Result<(), StoreError> {
        let mut calls = Pipeline::with_capacity(chunk.len());
        for receipt in chunk {
            calls.add_command(self.receive_call(receipt)?);
        }
        // By itself each would be synced to the disk before the next one is read.
        if chunk.len() > 1 && self.link.topology().spans_partitions() {
            calls.atomic();
        }
        let answers: Vec<String> = self.link.call_all(&self.scripts.receive, &calls).await?;
        for answer in answers {
            received.push(match answer.as_str() {
                "recorded" => Received::Recorded,
                "undelivered" => Received::Undelivered,
                "duplicate" => Received::Duplicate,
                "unknown" => Received::Unknown,
                _ => return Err(unreadable("the answer to receive", &answer)),
            });
        }
        Ok(())
    }

    fn receive_call(&self, receipt: &Receipt) -> Result<Cmd, StoreError> {
        let (keys, digest) = (&self.keys, receipt.conversation);
        let (passage, why) = match &receipt.passage {
            Passage::Sent => ("1", ""),
            Passage::Delivered => ("2", ""),
            Passage::Read => ("3", ""),
            Passage::Failed { why } => ("f", why.as_str()),
        };
        let mut call = self.scripts.receive.call();
        call.arg(keys.ready(keys.partition(digest)))
            .arg(keys.conversation(digest))
            .arg(keys.inbox(digest))
            .arg(keys.outbox(digest))
            .arg(keys.records(digest))
            .arg(keys.sent(digest))
            .arg(keys.dead_of(digest))
            .arg(keys.letters(digest))
            .arg(keys.revived(digest))
            .arg(keys.delayed_of(digest))
            .arg(GROUP)
            .arg(&receipt.turn)
            .arg(receipt.part)
            .arg(passage)
            .arg(&receipt.receipt)
            .arg(receipt.at.0)
            .arg(letter_id(digest))
            .arg(why)
            .arg(stored::to_json("a reason", &format!("undelivered: {why}"))?);
        Ok(call)
    }
}
