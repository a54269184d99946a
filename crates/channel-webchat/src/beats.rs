//! One clock for all streams. A timer of its own for each of ten thousand would cost memory, and one
//! beat for all at once would have them all ask the store in the same moment: so they are spread
//! over slots that beat one after the other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::web_chat::Condition;

/// How many slots there are.
const SLOTS: usize = 200;

/// What a stream hears at its beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beat {
    /// It has changed if the beat is one of time, and not only of condition.
    pub(crate) count: u32,
    pub(crate) condition: Condition,
}

/// The slots.
pub(crate) struct Beats {
    slots: Vec<watch::Sender<Beat>>,
    next: AtomicUsize,
}

impl Beats {
    pub(crate) fn new(condition: Condition) -> Self {
        let slot = |_| watch::Sender::new(Beat { count: 0, condition });
        Self { slots: (0..SLOTS).map(slot).collect(), next: AtomicUsize::new(0) }
    }

    /// A place in the next slot.
    pub(crate) fn join(&self) -> Option<watch::Receiver<Beat>> {
        let next = self.next.fetch_add(1, Ordering::Relaxed) % SLOTS;
        self.slots.get(next).map(watch::Sender::subscribe)
    }

    /// Beats each slot once per `period`, and all of them when the condition changes. Never ends.
    pub(crate) async fn run(&self, period: Duration, condition: impl Fn() -> Condition) {
        let mut ticks = interval(period / u32::try_from(SLOTS).unwrap_or(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            for slot in &self.slots {
                ticks.tick().await;
                self.tell(condition());
                slot.send_modify(|beat| beat.count = beat.count.wrapping_add(1));
            }
        }
    }

    /// Tells all streams of a condition, if it is another one.
    pub(crate) fn tell(&self, condition: Condition) {
        for slot in &self.slots {
            slot.send_if_modified(|beat| {
                let has_changed = beat.condition != condition;
                beat.condition = condition;
                has_changed
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_stream_hears_a_beat_once_per_period_and_they_are_spread_over_it() {
        let beats = Beats::new(Condition::Ok);
        let mut places: Vec<_> = (0..SLOTS).map(|_| beats.join().unwrap()).collect();
        let run = beats.run(Duration::from_secs(20), || Condition::Ok);
        let half = tokio::time::timeout(Duration::from_millis(9_950), run).await;
        assert!(half.is_err());
        let heard = places.iter_mut().map(|place| place.borrow_and_update().count);
        assert_eq!(heard.sum::<u32>(), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_of_condition_is_heard_by_all_at_once() {
        let degraded = Arc::new(AtomicBool::new(false));
        let beats = Beats::new(Condition::Ok);
        let mut last = (0..SLOTS).filter_map(|_| beats.join()).last().unwrap();
        degraded.store(true, Ordering::Relaxed);
        let condition = move || match degraded.load(Ordering::Relaxed) {
            true => Condition::Degraded,
            false => Condition::Ok,
        };
        tokio::select! {
            () = beats.run(Duration::from_secs(20), condition) => {}
            changed = last.changed() => changed.unwrap(),
        }
        let heard = *last.borrow();
        assert_eq!(heard, Beat { count: 0, condition: Condition::Degraded });
    }
}
