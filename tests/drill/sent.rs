//! A way in whose answers are sent through a provider: what its fake took is what customers saw.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::api::Api;
use crate::ledger::{Entry, Ledger, Mark, Record};
use crate::sends::{Sends, Uncertain};
use crate::verdict::Turn;
use crate::way_in::{Attempt, Manner, WayIn};

/// How a provider hands messages in.
pub trait Provider: Send + Sync {
    /// What its channel is called.
    const CHANNEL: &'static str;

    /// Posts a message once, and says whether the provider knows that it was acknowledged.
    fn post(&self, mark: Mark, manner: Manner) -> impl Future<Output = bool> + Send;
}

/// The conversations that one provider carries.
pub struct Sent<P> {
    provider: P,
    sends: Arc<Sends>,
    operators: Arc<Api>,
}

impl<P: Provider> Sent<P> {
    /// What this provider carries, by the book of what was sent. The operators' routes tell of dead
    /// letters.
    pub fn new(provider: P, sends: Arc<Sends>, operators: Arc<Api>) -> Self {
        Self { provider, sends, operators }
    }
}

impl<P: Provider> WayIn for Sent<P> {
    fn channel(&self, _: u32) -> &'static str {
        P::CHANNEL
    }

    fn hand_in<'a>(
        &'a self,
        mark: Mark,
        manner: Manner,
        ledger: &'a Ledger,
    ) -> BoxFuture<'a, Attempt> {
        Box::pin(async move {
            if !self.provider.post(mark, manner).await {
                return Attempt::Again;
            }
            ledger.acknowledged(mark, None);
            Attempt::Acknowledged
        })
    }

    fn turns(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Turn>>> {
        Box::pin(async move { Some(self.sends.turns(customer)) })
    }

    fn histories(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Vec<Turn>>>> {
        Box::pin(async move { Some(vec![self.sends.turns(customer)]) })
    }

    /// Where replies are sent, the record of a message is what its customer saw.
    fn collect<'a>(&'a self, entries: Vec<Entry>, ledger: &'a Ledger) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for of_one in entries.chunk_by(|one, other| one.mark.customer == other.mark.customer) {
                let turns = of_one.first().map(|entry| self.sends.turns(entry.mark.customer));
                for entry in of_one {
                    let asked = |turn: &&Turn| turn.asked.contains(&entry.mark);
                    let record =
                        turns.iter().flatten().find(asked).map_or(Record::Unanswered, |turn| {
                            Record::Answered(turn.reply.clone())
                        });
                    ledger.recorded(entry.mark, record);
                }
            }
        })
    }

    fn dead_letters(&self) -> BoxFuture<'_, Option<Vec<Mark>>> {
        self.operators.dead_letters()
    }

    fn uncertain(&self, dead: &BTreeSet<Mark>) -> Vec<(&'static str, Uncertain)> {
        vec![(P::CHANNEL, self.sends.uncertain(dead))]
    }
}
