//! What the owners of this store agree on: lanes, offices, values.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Accord, accord_time, check_accord_name, check_accord_text};
use conversation::{Rate, StoreError, Timestamp};

use crate::MemoryStore;

/// About what a name takes with what is kept under it.
const OVERHEAD: usize = 256;
/// From how many lanes or offices on those are looked for that mean nothing any more.
const FEW: usize = 1024;

/// All of it, by name.
#[derive(Default)]
pub(crate) struct Agreements {
    lanes: HashMap<String, Lane>,
    offices: HashMap<String, Office>,
    agreed: HashMap<String, String>,
    /// How many lanes and offices there may be before the next look.
    look_at: usize,
}

/// Times in microseconds, as in the store on Redis.
#[derive(Clone, Copy, Default)]
struct Lane {
    /// When it has forgotten everyone who passed.
    forgets: u128,
    /// Until when it is closed.
    opens: u128,
}

struct Office {
    holder: String,
    until: Timestamp,
}

#[async_trait]
impl Accord for MemoryStore {
    async fn pass(&self, lane: &str, rate: Rate) -> Result<Option<Duration>, StoreError> {
        check_accord_name(lane)?;
        Ok(self.step(|state, now| state.agreements.pass(lane, rate, now)))
    }

    async fn close(&self, lane: &str, pause: Duration) -> Result<(), StoreError> {
        check_accord_name(lane)?;
        self.step(|state, now| state.agreements.close(lane, pause, now));
        Ok(())
    }

    async fn hold(&self, office: &str, holder: &str, term: Duration) -> Result<bool, StoreError> {
        check_accord_name(office)?;
        check_accord_text(holder)?;
        Ok(self.step(|state, now| state.agreements.hold(office, holder, term, now)))
    }

    async fn resign(&self, office: &str, holder: &str) -> Result<(), StoreError> {
        check_accord_name(office)?;
        self.step(|state, _| {
            let offices = &mut state.agreements.offices;
            if offices.get(office).is_some_and(|held| held.holder == holder) {
                offices.remove(office);
            }
        });
        Ok(())
    }

    async fn agree(&self, name: &str, proposal: &str) -> Result<String, StoreError> {
        check_accord_name(name)?;
        check_accord_text(proposal)?;
        self.step(|state, _| {
            if let Some(agreed) = state.agreements.agreed.get(name) {
                return Ok(agreed.clone());
            }
            if proposal.is_empty() {
                return Ok(String::new());
            }
            state.admit(OVERHEAD + name.len() + proposal.len())?;
            state.agreements.agreed.insert(name.to_owned(), proposal.to_owned());
            Ok(proposal.to_owned())
        })
    }
}

impl Agreements {
    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        (self.lanes.len() + self.offices.len() + self.agreed.len()) * OVERHEAD
    }

    fn pass(&mut self, name: &str, rate: Rate, now: Timestamp) -> Option<Duration> {
        self.clear(now);
        let (now, period) = (micros(now), accord_time(rate.period).as_micros());
        let mut lane = self.lanes.get(name).copied().unwrap_or_default();
        lane.forgets = lane.forgets.max(now);
        let ahead = u128::from(rate.burst.max(1) - 1) * period;
        let wait = lane.forgets.saturating_sub(ahead).max(lane.opens).saturating_sub(now);
        if wait > 0 {
            return Some(Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX)));
        }
        lane.forgets += period;
        self.lanes.insert(name.to_owned(), lane);
        None
    }

    fn close(&mut self, name: &str, pause: Duration, now: Timestamp) {
        self.clear(now);
        let lane = self.lanes.entry(name.to_owned()).or_default();
        lane.opens = lane.opens.max(micros(now) + accord_time(pause).as_micros());
    }

    fn hold(&mut self, name: &str, holder: &str, term: Duration, now: Timestamp) -> bool {
        self.clear(now);
        let is_others = |held: &Office| now < held.until && held.holder != holder;
        if self.offices.get(name).is_some_and(is_others) {
            return false;
        }
        let until = now.plus(accord_time(term));
        self.offices.insert(name.to_owned(), Office { holder: holder.to_owned(), until });
        true
    }

    /// Drops what means nothing any more, once there is twice as much as the last look left.
    fn clear(&mut self, now: Timestamp) {
        if self.lanes.len() + self.offices.len() < self.look_at.max(FEW) {
            return;
        }
        self.lanes.retain(|_, lane| micros(now) < lane.forgets.max(lane.opens));
        self.offices.retain(|_, office| now < office.until);
        self.look_at = 2 * (self.lanes.len() + self.offices.len());
    }
}

fn micros(time: Timestamp) -> u128 {
    u128::from(time.0) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_and_offices_that_mean_nothing_any_more_are_dropped() {
        let (mut agreements, term) = (Agreements::default(), Duration::from_secs(1));
        let rate = Rate { burst: 1, period: term };
        for number in 0..FEW as u64 * 8 {
            let now = Timestamp(number * 10);
            assert_eq!(agreements.pass(&format!("lane/{number}"), rate, now), None);
            assert!(agreements.hold(&format!("office/{number}"), "one", term, now));
        }
        let kept = agreements.lanes.len() + agreements.offices.len();
        assert!((200..=FEW + 1).contains(&kept), "{kept}");
    }
}
