//! The load: customers who write in bursts, through a provider that repeats some messages, changes
//! the order of some, sometimes goes away before it has the answer, and sends again whatever isn't
//! acknowledged. What each customer does comes from the seed alone.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::ledger::{Ledger, Mark};
use crate::way_in::{Attempt, Manner, WayIn};

/// How often a message is handed in until the provider gives up.
const MOST_TRIES: u32 = 80;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The most messages that a customer sends at a stretch.
const BURST: u32 = 5;

/// How providers and clients behave.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// The share of messages that come in once more, at the same time or later.
    pub duplicates: f64,
    /// The share that is in flight together with the next one, which comes in first.
    pub reorders: f64,
    /// The share whose first request the client cuts.
    pub cuts: f64,
    /// The share whose client waits for the answer, half of them for events; the others only
    /// want to know that the message is stored.
    pub waits: f64,
}

/// As the providers' contracts have it, and a bad network.
pub const USUAL: Habits = Habits { duplicates: 0.05, reorders: 0.02, cuts: 0.05, waits: 0.3 };

/// How much comes in, and how.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub seed: u64,
    pub customers: u32,
    /// How many messages each customer sends.
    pub messages: u32,
    /// How many customers write at the same time.
    pub at_once: usize,
    pub habits: Habits,
}

impl Load {
    /// All messages.
    pub fn total(&self) -> usize {
        (self.customers * self.messages) as usize
    }

    /// Hands everything in, as far as the `budget` allows, until all of it is acknowledged or
    /// given up.
    pub async fn run(self, way: Arc<dyn WayIn>, ledger: Arc<Ledger>, budget: Arc<Semaphore>) {
        let places = Arc::new(Semaphore::new(self.at_once));
        let mut customers = JoinSet::new();
        for customer in 0..self.customers {
            let provider = Provider {
                way: Arc::clone(&way),
                ledger: Arc::clone(&ledger),
                habits: self.habits,
                rng: StdRng::seed_from_u64(self.seed ^ (u64::from(customer) << 32)),
            };
            let (budget, places) = (Arc::clone(&budget), Arc::clone(&places));
            customers.spawn(provider.serve(customer, self.messages, budget, places));
        }
        while let Some(done) = customers.join_next().await {
            done.expect("no customer panics");
        }
    }
}

/// Brings one customer's messages in.
struct Provider {
    way: Arc<dyn WayIn>,
    ledger: Arc<Ledger>,
    habits: Habits,
    rng: StdRng,
}

impl Provider {
    async fn serve(
        mut self,
        customer: u32,
        messages: u32,
        budget: Arc<Semaphore>,
        places: Arc<Semaphore>,
    ) {
        let mut repetitions = JoinSet::new();
        let mut number = 0;
        while number < messages {
            let end = messages.min(number + self.rng.random_range(1..=BURST));
            let _place = places.acquire().await.expect("places are never closed");
            while number < end {
                let mark = Mark { customer, number };
                let is_swapped =
                    number + 1 < messages && self.rng.random_bool(self.habits.reorders);
                let count = if is_swapped { 2 } else { 1 };
                budget.acquire_many(count).await.expect("the budget is never closed").forget();
                if is_swapped {
                    let next = Mark { number: number + 1, ..mark };
                    self.bring_swapped(mark, next, &mut repetitions).await;
                } else {
                    self.errand(mark, &mut repetitions).run().await;
                }
                number += count;
            }
        }
        while let Some(done) = repetitions.join_next().await {
            done.expect("no repetition panics");
        }
    }

    /// Brings two messages in without waiting for the first one's acknowledgement, the later one
    /// first.
    async fn bring_swapped(&mut self, mark: Mark, next: Mark, repetitions: &mut JoinSet<()>) {
        let behind = Duration::from_millis([0, 2, 20][self.rng.random_range(0..3)]);
        let first = self.errand(next, repetitions);
        let second = self.errand(mark, repetitions);
        let late = async {
            sleep(behind).await;
            second.run().await;
        };
        tokio::join!(biased; first.run(), late);
    }

    /// What it takes to bring this message in, and perhaps once more.
    fn errand(&mut self, mark: Mark, repetitions: &mut JoinSet<()>) -> Errand {
        let (begun, has_begun) = oneshot::channel();
        let (first, retry) = (self.first_manner(), self.manner());
        let errand = self.plain_errand(mark, first, retry);
        let after = Duration::from_millis([0, 0, 300, 2500][self.rng.random_range(0..4)]);
        if self.rng.random_bool(self.habits.duplicates) {
            let again = self.plain_errand(mark, Manner::Acknowledge, Manner::Acknowledge);
            repetitions.spawn(async move {
                has_begun.await.expect("every errand begins");
                sleep(after).await;
                again.run_once_more().await;
            });
        }
        Errand { begun: Some(begun), ..errand }
    }

    fn plain_errand(&mut self, mark: Mark, first: Manner, retry: Manner) -> Errand {
        Errand {
            way: Arc::clone(&self.way),
            ledger: Arc::clone(&self.ledger),
            mark,
            first,
            retry,
            rng: StdRng::seed_from_u64(self.rng.random()),
            begun: None,
        }
    }

    fn first_manner(&mut self) -> Manner {
        if self.rng.random_bool(self.habits.cuts) {
            [Manner::CutAfterSending, Manner::CutBeforeReading][self.rng.random_range(0..2)]
        } else {
            self.manner()
        }
    }

    fn manner(&mut self) -> Manner {
        if !self.rng.random_bool(self.habits.waits) {
            return Manner::Acknowledge;
        }
        [Manner::Wait, Manner::Events][self.rng.random_range(0..2)]
    }
}

/// Brings one message in: again and again, until it is acknowledged or given up.
struct Errand {
    way: Arc<dyn WayIn>,
    ledger: Arc<Ledger>,
    mark: Mark,
    first: Manner,
    retry: Manner,
    rng: StdRng,
    /// Lets the repetition go, if there is one: nothing comes in before the ledger knows of it.
    begun: Option<oneshot::Sender<()>>,
}

impl Errand {
    /// Brings it in for the first time.
    async fn run(mut self) {
        self.ledger.begin(self.mark);
        if let Some(begun) = self.begun.take() {
            // Nobody waits for it where there is no repetition.
            let _ = begun.send(());
        }
        let attempt = self.way.hand_in(self.mark, self.first, &self.ledger).await;
        if !self.first.is_cut() {
            self.ledger.first_try(self.mark, attempt == Attempt::Acknowledged);
        }
        self.insist(attempt).await;
    }

    /// Brings in once more what was brought in already or just is.
    async fn run_once_more(mut self) {
        self.ledger.repeats(self.mark);
        let attempt = self.way.hand_in(self.mark, self.first, &self.ledger).await;
        if self.insist(attempt).await == Attempt::Acknowledged {
            self.ledger.repeated(self.mark);
        }
    }

    /// Goes on from the first attempt.
    async fn insist(&mut self, mut attempt: Attempt) -> Attempt {
        let mut pause = Duration::from_millis(100);
        for _ in 1..MOST_TRIES {
            match attempt {
                Attempt::Acknowledged => return attempt,
                Attempt::Again => sleep(pause.mul_f64(self.rng.random_range(0.5..1.5))).await,
            }
            pause = LONGEST_PAUSE.min(pause * 2);
            attempt = self.way.hand_in(self.mark, self.retry, &self.ledger).await;
        }
        attempt
    }
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
