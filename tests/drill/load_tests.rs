//! What comes in by a load, seen by a way in that only writes it down.

use std::collections::BTreeSet;
use std::sync::Mutex;

use futures::future::BoxFuture;

use super::*;
use crate::ledger::Entry;
use crate::sends::Uncertain;
use crate::verdict::Turn;

/// Writes down who came in, and refuses everything so many times.
struct Door {
    refusals: usize,
    comings: Mutex<Vec<(Mark, Manner)>>,
}

impl Door {
    fn refusing(refusals: usize) -> Arc<Self> {
        Arc::new(Self { refusals, comings: Mutex::default() })
    }

    fn comings(&self) -> Vec<(Mark, Manner)> {
        self.comings.lock().unwrap().clone()
    }
}

impl WayIn for Door {
    fn channel(&self, _: u32) -> &'static str {
        "door"
    }

    fn hand_in<'a>(
        &'a self,
        mark: Mark,
        manner: Manner,
        ledger: &'a Ledger,
    ) -> BoxFuture<'a, Attempt> {
        let earlier = self.comings().iter().filter(|(known, _)| *known == mark).count();
        self.comings.lock().unwrap().push((mark, manner));
        Box::pin(async move {
            sleep(Duration::from_millis(50)).await;
            if earlier < self.refusals {
                return Attempt::Again;
            }
            ledger.acknowledged(mark, None);
            Attempt::Acknowledged
        })
    }

    fn turns(&self, _: u32) -> BoxFuture<'_, Option<Vec<Turn>>> {
        Box::pin(async { None })
    }

    fn histories(&self, _: u32) -> BoxFuture<'_, Option<Vec<Vec<Turn>>>> {
        Box::pin(async { None })
    }

    fn collect<'a>(&'a self, _: Vec<Entry>, _: &'a Ledger) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn dead_letters(&self) -> BoxFuture<'_, Option<Vec<Mark>>> {
        Box::pin(async { None })
    }

    fn uncertain(&self, _: &BTreeSet<Mark>) -> Vec<(&'static str, Uncertain)> {
        Vec::new()
    }
}

const CALM: Habits = Habits { duplicates: 0.0, reorders: 0.0, cuts: 0.0, waits: 0.0 };

async fn run(habits: Habits, messages: u32, door: &Arc<Door>) -> Arc<Ledger> {
    let load = Load { seed: 1, customers: 1, messages, at_once: 1, habits };
    let (ledger, budget) = (Arc::new(Ledger::new(1)), Arc::new(Semaphore::new(load.total())));
    load.run(Arc::clone(door) as Arc<dyn WayIn>, Arc::clone(&ledger), budget).await;
    ledger
}

#[tokio::test(start_paused = true)]
async fn what_changes_places_comes_in_the_other_way_round_and_is_in_flight_at_once() {
    let door = Door::refusing(0);
    let ledger = run(Habits { reorders: 1.0, ..CALM }, 4, &door).await;
    let order: Vec<u32> = door.comings().iter().map(|(mark, _)| mark.number).collect();
    assert_eq!(order, [1, 0, 3, 2]);
    let entries = ledger.entries().remove(0);
    assert!(!entries[0].precedes(&entries[1]) && !entries[1].precedes(&entries[0]));
    assert!(entries[0].precedes(&entries[2]) && entries[1].precedes(&entries[2]));
}

#[tokio::test(start_paused = true)]
async fn without_changes_of_place_each_waits_for_the_acknowledgement_of_the_one_before() {
    let ledger = run(CALM, 4, &Door::refusing(0)).await;
    let entries = ledger.entries().remove(0);
    assert!(entries.windows(2).all(|two| two[0].precedes(&two[1])));
}

#[tokio::test(start_paused = true)]
async fn a_repetition_is_brought_in_until_it_is_acknowledged_as_everything_is() {
    let door = Door::refusing(5);
    let ledger = run(Habits { duplicates: 1.0, ..CALM }, 3, &door).await;
    for entry in ledger.entries().remove(0) {
        assert!(entry.acknowledged.is_some());
        assert_eq!((entry.repetitions, entry.repetitions_acknowledged), (1, 1));
    }
    assert_eq!(door.comings().len(), 3 * 7, "five refusals, and two acknowledgements");
}
