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

    /// The same where a `#` isn't allowed.
    pub fn name(self) -> String {
        format!("c{:04}m{:03}", self.customer, self.number)
    }

    /// Reads [`Self::name`] back.
    pub fn named(name: &str) -> Option<Self> {
        Self::parse(&format!("#{name}"))
    }

    /// What the customer writes.
    pub fn question(self) -> String {
        format!("Where is my parcel? {self}")
    }

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

/// What the gateways say of a message when they are asked for it by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// It is answered, with this reply.
    Answered(String),
    /// It is known, and there is no reply to it.
    Unanswered,
    /// They don't know it.
    Unknown,
}

/// What is known of one message. Moments are those of the ledger's own clock, which has no two
/// things at once.
#[derive(Clone, Debug)]
pub struct Entry {
    pub mark: Mark,
    /// When it was about to be handed in for the first time.
    pub begun: u64,
    /// When anybody was first told that it is stored.
    pub acknowledged: Option<u64>,
    /// The gateway's names for it: one, since however often it comes in it is the same message.
    pub ids: BTreeSet<String>,
    /// Whether its first request was answered with a 2xx, unless the client itself cut it.
    pub first_try: Option<bool>,
    /// How often it was brought in once more, and how many of these times it was acknowledged.
    pub repetitions: usize,
    pub repetitions_acknowledged: usize,
    /// All different replies to it that callers saw.
    pub replies: BTreeSet<String>,
    /// What came of asking for it by each of its ids, in the end.
    pub records: Vec<Record>,
}

impl Entry {
    /// A message that was handed in at this moment.
    pub fn begun(mark: Mark, begun: u64) -> Self {
        Self {
            mark,
            begun,
            acknowledged: None,
            ids: BTreeSet::new(),
            first_try: None,
            repetitions: 0,
            repetitions_acknowledged: 0,
            replies: BTreeSet::new(),
            records: Vec::new(),
        }
    }

    /// Whether this one was acknowledged before the other was handed in for the first time. Of
    /// any other two the gateways may accept either first.
    pub fn precedes(&self, other: &Self) -> bool {
        self.acknowledged.is_some_and(|acknowledged| acknowledged < other.begun)
    }
}

/// The ledger of one run.
pub struct Ledger {
    book: Mutex<Book>,
    acknowledged: watch::Sender<usize>,
}

struct Book {
    entries: Vec<Vec<Entry>>,
    clock: u64,
}

impl Book {
    fn now(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn find(&mut self, mark: Mark) -> Option<&mut Entry> {
        let of_customer = self.entries.get_mut(mark.customer as usize)?;
        of_customer.iter_mut().find(|entry| entry.mark == mark)
    }
}

impl Ledger {
    /// An empty ledger for so many customers.
    pub fn new(customers: u32) -> Self {
        let entries = (0..customers).map(|_| Vec::new()).collect();
        Self { book: Mutex::new(Book { entries, clock: 0 }), acknowledged: watch::Sender::new(0) }
    }

    /// A message is about to be handed in for the first time.
    pub fn begin(&self, mark: Mark) {
        let mut book = self.lock();
        let entry = Entry::begun(mark, book.now());
        book.entries[mark.customer as usize].push(entry);
    }

    /// How the first request went.
    pub fn first_try(&self, mark: Mark, succeeded: bool) {
        self.with(mark, |entry| entry.first_try = Some(succeeded));
    }

    /// The message is about to be brought in once more.
    pub fn repeats(&self, mark: Mark) {
        self.with(mark, |entry| entry.repetitions += 1);
    }

    /// The repetition was acknowledged.
    pub fn repeated(&self, mark: Mark) {
        self.with(mark, |entry| entry.repetitions_acknowledged += 1);
    }

    /// Somebody was told that the message is stored.
    pub fn acknowledged(&self, mark: Mark, id: Option<String>) {
        let mut book = self.lock();
        let now = book.now();
        let Some(entry) = book.find(mark) else { return };
        entry.ids.extend(id);
        if entry.acknowledged.is_none() {
            entry.acknowledged = Some(now);
            drop(book);
            self.acknowledged.send_modify(|count| *count += 1);
        }
    }

    /// Somebody saw this reply to the message.
    pub fn replied(&self, mark: Mark, reply: &str) {
        self.with(mark, |entry| entry.replies.insert(reply.to_owned()));
    }

    /// What the gateways said when they were asked for the message by one of its ids.
    pub fn recorded(&self, mark: Mark, record: Record) {
        self.with(mark, |entry| entry.records.push(record));
    }

    /// How many messages are acknowledged, now and later.
    pub fn progress(&self) -> watch::Receiver<usize> {
        self.acknowledged.subscribe()
    }

    /// Everything, by customer, in the order in which it was handed in.
    pub fn entries(&self) -> Vec<Vec<Entry>> {
        self.lock().entries.clone()
    }

    fn with<T>(&self, mark: Mark, work: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        self.lock().find(mark).map(work)
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
