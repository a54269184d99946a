//! The oracle's ledger: what was handed in, what was acknowledged, and which replies anybody saw.
//! It lives outside of the gateways, and believes only what came over the wire.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Names one message, also inside of its text and of the replies that answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// Whose message it is.
    pub customer: u32,
    /// Which one of that customer.
    pub number: u32,
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#c{:04}m{:03}", self.customer, self.number)
    }
}

impl Mark {
    const LENGTH: usize = "#c0000m000".len();

    /// All marks in a text, in their order.
    pub fn all_in(text: &str) -> Vec<Self> {
        let starts = text.match_indices("#c").map(|(at, _)| at);
        starts.filter_map(|at| Self::parse(text.get(at..at + Self::LENGTH)?)).collect()
    }

    fn parse(mark: &str) -> Option<Self> {
        let (customer, number) = mark.strip_prefix("#c")?.split_once('m')?;
        Some(Self { customer: customer.parse().ok()?, number: number.parse().ok()? })
    }
}

/// What is known of one message.
#[derive(Clone, Debug)]
pub struct Entry {
    pub mark: Mark,
    /// The gateway's name for it, once it was told.
    pub id: Option<String>,
    /// Whether anybody was told that it is stored.
    pub acknowledged: bool,
    /// Whether its first request was answered with a 2xx, unless the client itself cut it.
    pub first_try: Option<bool>,
    /// All different replies to it that anybody saw.
    pub replies: BTreeSet<String>,
}

/// The ledger of one run.
pub struct Ledger {
    entries: Mutex<Vec<Vec<Entry>>>,
    acknowledged: watch::Sender<usize>,
}

impl Ledger {
    /// An empty ledger for so many customers.
    pub fn new(customers: u32) -> Self {
        let entries = (0..customers).map(|_| Vec::new()).collect();
        Self { entries: Mutex::new(entries), acknowledged: watch::Sender::new(0) }
    }

    /// A message is about to be handed in for the first time. A customer's messages stand in the
    /// order of these calls: each is acknowledged before the next one begins.
    pub fn begin(&self, mark: Mark) {
        let entry = Entry {
            mark,
            id: None,
            acknowledged: false,
            first_try: None,
            replies: BTreeSet::new(),
        };
        self.lock()[mark.customer as usize].push(entry);
    }

    /// How the first request went.
    pub fn first_try(&self, mark: Mark, succeeded: bool) {
        self.with(mark, |entry| entry.first_try = Some(succeeded));
    }

    /// Somebody was told that the message is stored.
    pub fn acknowledged(&self, mark: Mark, id: Option<String>) {
        let is_first = self.with(mark, |entry| {
            entry.id = entry.id.take().or(id);
            !std::mem::replace(&mut entry.acknowledged, true)
        });
        if is_first == Some(true) {
            self.acknowledged.send_modify(|count| *count += 1);
        }
    }

    /// Somebody saw this reply to the message.
    pub fn replied(&self, mark: Mark, reply: &str) {
        self.with(mark, |entry| entry.replies.insert(reply.to_owned()));
    }

    /// How many messages are acknowledged, now and later.
    pub fn progress(&self) -> watch::Receiver<usize> {
        self.acknowledged.subscribe()
    }

    /// Everything, by customer.
    pub fn entries(&self) -> Vec<Vec<Entry>> {
        self.lock().clone()
    }

    fn with<T>(&self, mark: Mark, work: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let mut entries = self.lock();
        let of_customer = entries.get_mut(mark.customer as usize)?;
        of_customer.iter_mut().find(|entry| entry.mark == mark).map(work)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
