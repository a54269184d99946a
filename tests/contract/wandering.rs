//! Random courses of customers who move about while several owners answer them, die, and go on with
//! claims that they have lost: in the end every message has been answered, and none twice, and what
//! waits is at any time in the order in which it was accepted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use conversation::ConversationId;
use conversation::ports::{Claim, Opened, Pause};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use tokio::sync::Mutex;

use crate::carrying::moved;
use crate::harness::{AllPorts, Harness};
use crate::interleavings::{cases, check, runtime};
use crate::memory_harness::MemoryHarness;
use crate::redis_harness::RedisHarness;
use crate::steps::{PAST_LEASE, accept_new, texts};
use crate::words::{MANY, ONE, by_channel, customer, turn_in_parts};

const PLACES: usize = 4;
const OWNERS: usize = 2;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Act {
    /// Somebody writes.
    Say { at: usize },
    /// A customer moves.
    Move { from: usize, to: usize },
    /// Each move so far is told once more.
    TellAgain,
    /// An owner claims and opens whatever is next.
    Begin { owner: usize },
    /// An owner goes on with what it opened, this long ago.
    Go { which: usize, how: How },
    /// All leases run out.
    Pass,
}

/// What an owner does with what it opened.
#[derive(Clone, Copy, Debug)]
enum How {
    /// It answers it, in so many parts, of which it sends so many.
    Answer { parts: usize, sends: usize },
    /// It lets it go on elsewhere, and dies after so many steps if it takes more.
    Forward { dies_after: usize },
    /// It gives it back.
    Release,
    /// It puts it off.
    PutOff,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let how = prop_oneof![
        4 => (0..3_usize, 0..3_usize).prop_map(|(parts, sends)| How::Answer { parts, sends }),
        4 => (1..12_usize).prop_map(|dies_after| How::Forward { dies_after }),
        1 => any::<bool>().prop_map(|gives| if gives { How::Release } else { How::PutOff }),
    ];
    let act = prop_oneof![
        6 => (0..PLACES).prop_map(|at| Act::Say { at }),
        5 => (0..PLACES, 1..PLACES)
            .prop_map(|(from, by)| Act::Move { from, to: (from + by) % PLACES }),
        1 => any::<()>().prop_map(|()| Act::TellAgain),
        8 => (0..OWNERS).prop_map(|owner| Act::Begin { owner }),
        9 => (0..3_usize, how).prop_map(|(which, how)| Act::Go { which, how }),
        3 => any::<()>().prop_map(|()| Act::Pass),
    ];
    vec(act, 10..80)
}

/// What an owner has claimed and opened.
struct Begun {
    store: Arc<dyn AllPorts>,
    claim: Claim,
    opened: Opened,
}

struct Course<'a> {
    harness: &'a dyn Harness,
    stores: Vec<Arc<dyn AllPorts>>,
    begun: VecDeque<Begun>,
    told: Vec<conversation::ports::Move>,
    said: usize,
    turns: usize,
    /// How often each message was answered.
    answered: BTreeMap<String, usize>,
}

fn place(number: usize) -> ConversationId {
    customer(&format!("place {number}"))
}

/// What waits is in the order in which it was accepted, wherever that was.
fn assert_order(opened: &Opened) {
    let number = |text: &str| text.rsplit(' ').next().unwrap().parse::<usize>().unwrap();
    let numbers: Vec<_> = texts(opened).into_iter().map(number).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
}

/// Does the work, or only its beginning.
async fn up_to<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (Box::pin(work), polls);
    std::future::poll_fn(move |context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

impl Course<'_> {
    async fn act(&mut self, act: &Act) {
        match *act {
            Act::Say { at } => {
                self.said += 1;
                let text = format!("message {}", self.said);
                // Each is accepted at a time of its own, as the stores tell the time.
                self.harness.advance(Duration::from_millis(1)).await;
                accept_new(&*self.stores[0], by_channel(&place(at), &text, &text)).await;
                self.answered.insert(text, 0);
            }
            Act::Move { from, to } => {
                let key = format!("move {}", self.told.len());
                let told = moved(&place(from), &place(to), &key);
                self.told.push(told.clone());
                assert_eq!(self.stores[0].carry_over(vec![told]).await, Ok(vec![true]));
            }
            Act::TellAgain => {
                let told = self.told.clone();
                let none = vec![false; told.len()];
                assert_eq!(self.stores[1].carry_over(told).await, Ok(none));
            }
            Act::Begin { owner } => drop(self.begin(owner).await),
            Act::Go { which, how } => self.go(which, how).await,
            Act::Pass => self.harness.advance(PAST_LEASE).await,
        }
    }

    /// Says whether there was anything.
    async fn begin(&mut self, owner: usize) -> bool {
        let store = Arc::clone(&self.stores[owner]);
        let claims = store.claim(ONE, self.harness.glance()).await.unwrap();
        let is_any = !claims.is_empty();
        for claim in claims {
            // A conversation may be taken away as soon as it is claimed.
            if let Ok(opened) = store.open(&claim, MANY).await {
                assert_order(&opened);
                let store = Arc::clone(&store);
                self.begun.push_front(Begun { store, claim, opened });
            }
        }
        self.begun.truncate(6);
        is_any
    }

    async fn go(&mut self, which: usize, how: How) {
        let Some(Begun { store, claim, opened }) = self.begun.remove(which) else { return };
        match (how, &opened.moved_to) {
            (How::Answer { parts, sends }, None) => {
                self.answer(&*store, &claim, &opened, parts, sends).await;
            }
            (How::Forward { dies_after }, Some(to)) => {
                up_to(dies_after, store.forward(&claim, to)).await;
            }
            (How::PutOff, _) => {
                drop(store.retry_at(&claim, Duration::ZERO, Pause::Pace).await);
            }
            (How::Answer { .. } | How::Forward { .. } | How::Release, _) => {
                drop(store.release(&claim).await);
            }
        }
    }

    async fn answer(
        &mut self,
        store: &dyn AllPorts,
        claim: &Claim,
        opened: &Opened,
        parts: usize,
        sends: usize,
    ) {
        if opened.outbox.is_none() && !opened.messages.is_empty() {
            self.turns += 1;
            let result = turn_in_parts(&format!("turn {}", self.turns), 1, parts);
            if store.commit(claim, result).await.is_ok() {
                let text = &opened.messages[0].message.text;
                let times = self.answered.get_mut(text).unwrap();
                *times += 1;
                assert_eq!(*times, 1, "{text} is answered again");
            }
        }
        for part in 0..sends {
            drop(store.delivered(claim, part, None).await);
        }
    }

    /// Does all that is left.
    async fn come_to_rest(&mut self) {
        self.begun.clear();
        for _ in 0..400 {
            self.harness.advance(PAST_LEASE).await;
            if !self.begin(0).await {
                let unanswered: Vec<_> = self.answered.iter().filter(|(_, n)| **n == 0).collect();
                assert!(unanswered.is_empty(), "never answered: {unanswered:?}");
                return;
            }
            let Some(Begun { store, claim, opened }) = self.begun.pop_front() else { continue };
            let moved_to = opened.moved_to.clone();
            for part in 0..opened.outbox.as_ref().map_or(0, |outbox| outbox.parts.len()) {
                drop(store.delivered(&claim, part, None).await);
            }
            match moved_to {
                Some(to) => drop(store.forward(&claim, &to).await),
                None => {
                    let opened = Opened { outbox: None, ..opened };
                    self.answer(&*store, &claim, &opened, 0, 0).await;
                    drop(store.release(&claim).await);
                }
            }
        }
        panic!("it never ends");
    }
}

async fn play(harness: &dyn Harness, acts: &[Act]) {
    let mut stores = Vec::new();
    for owner in 0..OWNERS {
        stores.push(harness.all_ports(&format!("owner {owner}")).await);
    }
    let (begun, told, answered) = (VecDeque::new(), Vec::new(), BTreeMap::new());
    let mut course = Course { harness, stores, begun, told, said: 0, turns: 0, answered };
    for act in acts {
        course.act(act).await;
    }
    course.come_to_rest().await;
}

#[test]
fn memory_answers_everybody_once_wherever_they_go() {
    let runtime = runtime();
    check(cases("CONTRACT_MEMORY_CASES", 400), acts(), |acts| {
        runtime.block_on(async { play(&MemoryHarness::start().await, acts).await });
    });
}

#[test]
fn redis_answers_everybody_once_wherever_they_go() {
    let runtime = runtime();
    let harness = Mutex::new(runtime.block_on(RedisHarness::start()));
    check(cases("CONTRACT_REDIS_CASES", 24), acts(), |acts| {
        runtime.block_on(async {
            let mut harness = harness.lock().await;
            harness.start_over().await;
            play(&*harness, acts).await;
        });
    });
}
