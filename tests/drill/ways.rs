//! Several ways in at once: each customer has one.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::{BoxFuture, join_all};

use crate::ledger::{Entry, Ledger, Mark};
use crate::sends::Uncertain;
use crate::verdict::Turn;
use crate::way_in::{Attempt, Manner, WayIn};

/// Ways in among which customers are dealt out evenly.
pub struct Ways(Vec<Arc<dyn WayIn>>);

impl Ways {
    /// These, of which there is one at least.
    pub fn new(ways: Vec<Arc<dyn WayIn>>) -> Self {
        assert!(!ways.is_empty(), "nobody could come in");
        Self(ways)
    }

    fn of(&self, customer: u32) -> &dyn WayIn {
        &*self.0[customer as usize % self.0.len()]
    }
}

impl WayIn for Ways {
    fn channel(&self, customer: u32) -> &'static str {
        self.of(customer).channel(customer)
    }

    fn hand_in<'a>(
        &'a self,
        mark: Mark,
        manner: Manner,
        ledger: &'a Ledger,
    ) -> BoxFuture<'a, Attempt> {
        self.of(mark.customer).hand_in(mark, manner, ledger)
    }

    fn turns(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Turn>>> {
        self.of(customer).turns(customer)
    }

    fn histories(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Vec<Turn>>>> {
        self.of(customer).histories(customer)
    }

    fn collect<'a>(&'a self, entries: Vec<Entry>, ledger: &'a Ledger) -> BoxFuture<'a, ()> {
        let mut of_each = vec![Vec::new(); self.0.len()];
        for entry in entries {
            of_each[entry.mark.customer as usize % self.0.len()].push(entry);
        }
        let collecting: Vec<_> =
            self.0.iter().zip(of_each).map(|(way, entries)| way.collect(entries, ledger)).collect();
        Box::pin(async move {
            join_all(collecting).await;
        })
    }

    /// Any of them is told of all.
    fn dead_letters(&self) -> BoxFuture<'_, Option<Vec<Mark>>> {
        self.0[0].dead_letters()
    }

    fn uncertain(&self, dead: &BTreeSet<Mark>) -> Vec<(&'static str, Uncertain)> {
        self.0.iter().flat_map(|way| way.uncertain(dead)).collect()
    }
}
