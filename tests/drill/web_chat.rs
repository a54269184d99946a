//! Web Chat as a way in: what visitors see on their streams while gateways come and go, and what each
//! gateway tells whoever comes anew.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::api::Api;
use crate::ledger::{Entry, Ledger, Mark, Record};
use crate::sends::Uncertain;
use crate::verdict::Turn;
use crate::visitor::Visitor;
use crate::way_in::{Attempt, Manner, WayIn};

/// How long a client stays that goes away before it has the answer.
const STAYS: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(120)];

/// The visitors of a site.
pub struct WebChat {
    entrances: Vec<u16>,
    gateways: Vec<u16>,
    operators: Arc<Api>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    visitors: HashMap<u32, Arc<Visitor>>,
    /// Read along for each of them, until this is dropped.
    reading: JoinSet<()>,
}

impl WebChat {
    /// The chat at these ports.
    pub fn new(entrances: Vec<u16>, gateways: Vec<u16>, operators: Arc<Api>) -> Self {
        Self { entrances, gateways, operators, inside: Mutex::default() }
    }

    /// The customer's visitor, who comes in when first needed. None if nobody lets it in now.
    async fn visitor(&self, customer: u32) -> Option<Arc<Visitor>> {
        if let Some(visitor) = self.known(customer).await {
            return Some(visitor);
        }
        let visitor = Arc::new(Visitor::enter(customer, self.entrances.clone()).await?);
        let mut inside = self.inside.lock().await;
        if let Some(earlier) = inside.visitors.get(&customer) {
            return Some(Arc::clone(earlier));
        }
        inside.visitors.insert(customer, Arc::clone(&visitor));
        inside.reading.spawn(Arc::clone(&visitor).read_along());
        Some(visitor)
    }

    async fn known(&self, customer: u32) -> Option<Arc<Visitor>> {
        self.inside.lock().await.visitors.get(&customer).cloned()
    }

    async fn seen(&self, customer: u32) -> Vec<Turn> {
        let visitor = self.known(customer).await;
        visitor.map(|visitor| visitor.seen().turns().to_vec()).unwrap_or_default()
    }

    /// What visitors saw that was against the protocol, and how many streams they opened.
    pub async fn violations(&self) -> (Vec<String>, usize) {
        let inside = self.inside.lock().await;
        let seen: Vec<_> = inside.visitors.values().map(|visitor| visitor.seen()).collect();
        let streams = seen.iter().map(|seen| seen.streams).sum();
        (seen.into_iter().flat_map(|seen| seen.violations).collect(), streams)
    }
}

impl WayIn for WebChat {
    fn channel(&self, _: u32) -> &'static str {
        "Web Chat"
    }

    fn hand_in<'a>(
        &'a self,
        mark: Mark,
        manner: Manner,
        ledger: &'a Ledger,
    ) -> BoxFuture<'a, Attempt> {
        Box::pin(async move {
            let Some(visitor) = self.visitor(mark.customer).await else { return Attempt::Again };
            let stay = match manner {
                Manner::Wait | Manner::Acknowledge | Manner::Events => None,
                Manner::CutAfterSending => Some(STAYS[0]),
                Manner::CutBeforeReading => Some(STAYS[1]),
            };
            if let Some(stay) = stay {
                let _ = timeout(stay, visitor.post(mark)).await;
                return Attempt::Again;
            }
            let Some(id) = visitor.post(mark).await else { return Attempt::Again };
            ledger.acknowledged(mark, Some(id));
            Attempt::Acknowledged
        })
    }

    fn turns(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Turn>>> {
        Box::pin(async move { Some(self.seen(customer).await) })
    }

    fn histories(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Vec<Turn>>>> {
        Box::pin(async move {
            let mut histories = vec![self.seen(customer).await];
            if let Some(visitor) = self.known(customer).await {
                for &port in &self.gateways {
                    histories.push(visitor.ask_anew(port).await?);
                }
            }
            Some(histories)
        })
    }

    fn collect<'a>(&'a self, entries: Vec<Entry>, ledger: &'a Ledger) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for Entry { mark, .. } in entries {
                let turns = self.seen(mark.customer).await;
                let turn = turns.into_iter().find(|turn| turn.asked.contains(&mark));
                let record = turn.map_or(Record::Unanswered, |it| Record::Answered(it.reply));
                ledger.recorded(mark, record);
            }
        })
    }

    fn dead_letters(&self) -> BoxFuture<'_, Option<Vec<Mark>>> {
        self.operators.dead_letters()
    }

    /// It is read along, and sends nothing.
    fn uncertain(&self, _: &BTreeSet<Mark>) -> Vec<(&'static str, Uncertain)> {
        Vec::new()
    }
}
