//! Updates that are posted several times, and those whose poster goes away too early.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::FakeTelegram;
use crate::fake_server::lock;

/// One of perhaps several times that an update is to be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    update: i64,
    time: usize,
}

/// How often each update was queued and taken, and whose poster goes away.
#[derive(Default)]
pub(super) struct Postings {
    queued: HashMap<i64, usize>,
    taken: HashMap<i64, usize>,
    cut: HashMap<i64, Duration>,
}

impl Postings {
    pub(super) fn was_taken(&mut self, update: i64) {
        *self.taken.entry(update).or_default() += 1;
    }

    /// How long the poster stays, if it is to go away before it has read the answer. It does so once.
    pub(super) fn stay(&mut self, update: i64) -> Option<Duration> {
        self.cut.remove(&update)
    }
}

impl FakeTelegram {
    /// Has an update to post just as it is, also if it was posted before.
    #[must_use]
    pub fn queue(&self, update: Value) -> Ticket {
        let id = update["update_id"].as_i64().unwrap_or_default();
        let time = {
            let mut postings = lock(&self.state.postings);
            let queued = postings.queued.entry(id).or_default();
            *queued += 1;
            *queued
        };
        self.raw_update(update);
        Ticket { update: id, time }
    }

    /// The next time that it posts this update it goes away so long after, without an answer, and
    /// posts it again.
    pub fn cut_next_post(&self, update: i64, stay: Duration) {
        lock(&self.state.postings).cut.insert(update, stay);
    }

    /// Waits until the update was taken as often as it was queued up to this ticket.
    pub async fn wait_until_taken_for(&self, ticket: Ticket) {
        let taken = || lock(&self.state.postings).taken.get(&ticket.update).copied();
        self.wait(|| taken().unwrap_or_default() >= ticket.time).await;
    }
}
