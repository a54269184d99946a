//! The load: customers who write in bursts, through a provider that repeats some messages, changes
//! the order of some, sometimes goes away before it has the answer, and sends again whatever isn't
//! acknowledged. What each customer does comes from the seed alone.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::Semaphore;
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
    /// The share that changes places with the next one.
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
        let mut order: Vec<u32> = (0..messages).collect();
        for at in 1..order.len() {
            if self.rng.random_bool(self.habits.reorders) {
                order.swap(at - 1, at);
            }
        }
        let mut repetitions = JoinSet::new();
        let mut left = order.as_slice();
        while !left.is_empty() {
            let length = self.rng.random_range(1..=BURST) as usize;
            let (burst, rest) = left.split_at(length.min(left.len()));
            left = rest;
            let _place = places.acquire().await.expect("places are never closed");
            for &number in burst {
                budget.acquire().await.expect("the budget is never closed").forget();
                self.bring(Mark { customer, number }, &mut repetitions).await;
            }
        }
        while repetitions.join_next().await.is_some() {}
    }

    /// Brings one message in, and perhaps once more.
    async fn bring(&mut self, mark: Mark, repetitions: &mut JoinSet<()>) {
        self.ledger.begin(mark);
        let repeated = self.rng.random_bool(self.habits.duplicates);
        let after = Duration::from_millis([0, 0, 300, 2500][self.rng.random_range(0..4)]);
        let (manner, retry) = (self.first_manner(), self.manner());
        if repeated {
            let (way, ledger) = (Arc::clone(&self.way), Arc::clone(&self.ledger));
            repetitions.spawn(async move {
                sleep(after).await;
                way.hand_in(mark, Manner::Acknowledge, &ledger).await;
            });
        }
        let mut pause = Duration::from_millis(100);
        for number in 0..MOST_TRIES {
            let manner = if number == 0 { manner } else { retry };
            let attempt = self.way.hand_in(mark, manner, &self.ledger).await;
            if number == 0 && !manner.is_cut() {
                self.ledger.first_try(mark, attempt == Attempt::Acknowledged);
            }
            match attempt {
                Attempt::Acknowledged => return,
                Attempt::Again => sleep(pause.mul_f64(self.rng.random_range(0.5..1.5))).await,
            }
            pause = LONGEST_PAUSE.min(pause * 2);
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
