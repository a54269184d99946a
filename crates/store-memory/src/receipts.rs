//! What a provider says of sent parts, after it took them.

use async_trait::async_trait;
use conversation::StoreError;
use conversation::Timestamp;
use conversation::ports::{Receipt, Receipts, Received};

use crate::MemoryStore;
use crate::dead::Dead;
use crate::sent::Meaning;
use crate::state::State;

#[async_trait]
impl Receipts for MemoryStore {
    async fn receive(&self, receipts: Vec<Receipt>) -> Result<Vec<Received>, StoreError> {
        Ok(self.step(|state, now| {
            state.clear_expired(now);
            receipts.iter().map(|receipt| state.receive(receipt, now)).collect()
        }))
    }
}

impl State {
    fn receive(&mut self, receipt: &Receipt, now: Timestamp) -> Received {
        let meaning = self.edit(receipt.conversation, |found| found.hear(receipt, now));
        match meaning {
            None => Received::Unknown,
            Some(Meaning::Nothing(received)) => received,
            Some(Meaning::Taken) => {
                self.take_as_sent(receipt, now);
                Received::Recorded
            }
            Some(Meaning::Undelivered(dead)) => {
                self.stop(receipt, dead, now);
                Received::Undelivered
            }
        }
    }

    /// What the conversation was put off for is settled by that.
    fn take_as_sent(&mut self, receipt: &Receipt, now: Timestamp) {
        let digest = receipt.conversation;
        let is_new = self.edit(digest, |found| found.taken(receipt)) == Some(true);
        if is_new && self.queue.is_delayed(digest) {
            self.queue.make_ready(digest, now);
        }
    }

    /// Makes a dead letter of a reply. If it is still going out, the claim of whoever is about to
    /// send the rest ends.
    fn stop(&mut self, receipt: &Receipt, dead: Dead, now: Timestamp) {
        let (digest, number) = (receipt.conversation, self.next_dead);
        self.next_dead += 1;
        self.dead.insert(number, digest);
        let was_out = self.edit(digest, |found| {
            found.dead.insert(number, dead);
            found.stop_sending(&receipt.turn)
        });
        if was_out == Some(true) && self.queue.is_held(digest) {
            self.end_claim(digest, now);
        }
    }
}
