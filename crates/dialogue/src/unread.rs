//! Conversations that can't be read here, for example since a later version wrote them.
//!
//! They are put off, for longer each time, so that another replica may read them or this one be
//! replaced, and given up only when that has gone on for hours. The store can't say how often a
//! conversation that it can't read was put off, so each process keeps its own count.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use conversation::ports::Pause;
use conversation::{ConversationId, Digest, StoreError};
use tokio::time::Instant;
use tracing::warn;

use crate::Schedule;
use crate::end::End;
use crate::insistence::insist_on_ending;
use crate::turn::Turn;

const SCHEDULE: Schedule = Schedule::new(Duration::from_secs(1), Duration::from_secs(600));

/// The tries after which a conversation is given up. The first ten waits come to 17 minutes, and
/// the others take ten minutes each, so this makes more than six hours.
const MOST_TRIES: u32 = 48;

/// How long a count is kept when the conversation does not come by here: others have it then.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How many conversations are counted at most. Those beyond it are put off as for the first time.
const MOST_COUNTED: usize = 10_000;

/// How often each conversation could not be read, and when last.
#[derive(Default)]
pub(crate) struct Unread(Mutex<HashMap<Digest, (u32, Instant)>>);

impl Unread {
    /// Counts a try. Says how many there were before.
    fn count(&self, conversation: &ConversationId) -> u32 {
        let now = Instant::now();
        self.with(|counts| {
            counts.retain(|_, (_, last)| now.duration_since(*last) < KEPT);
            let digest = conversation.digest();
            if counts.len() >= MOST_COUNTED && !counts.contains_key(&digest) {
                return 0;
            }
            let (tries, last) = counts.entry(digest).or_insert((0, now));
            *last = now;
            let before = *tries;
            *tries = tries.saturating_add(1);
            before
        })
    }

    /// Forgets the tries: the conversation could be read, or has been given up.
    pub(crate) fn was_read(&self, conversation: &ConversationId) {
        self.with(|counts| {
            if !counts.is_empty() {
                counts.remove(&conversation.digest());
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Digest, (u32, Instant)>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Turn<'_> {
    /// Puts a conversation off that can't be read here, or gives up what stands first in it.
    pub(crate) async fn leave_unread(&self, error: &StoreError) -> Result<End, StoreError> {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        let conversation = &claim.conversation;
        let before = self.pool.unread.count(conversation);
        if before.saturating_add(1) >= MOST_TRIES {
            let end = self.give_up(self.pool.options.collect, "it can't be read").await?;
            self.pool.unread.was_read(conversation);
            return Ok(end);
        }
        warn!(%error, before, "a conversation can't be read here");
        let delay = SCHEDULE.delay(before, rand::random());
        insist_on_ending(self.holding, || store.retry_at(claim, delay, Pause::Failure)).await?;
        Ok(End::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn customer(name: usize) -> ConversationId {
        ConversationId::new("api", &name.to_string()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn tries_count_until_one_succeeds_or_none_comes_by() {
        let unread = Unread::default();
        let ann = customer(1);
        assert_eq!((unread.count(&ann), unread.count(&ann)), (0, 1));
        unread.was_read(&ann);
        assert_eq!((unread.count(&ann), unread.count(&ann)), (0, 1));
        advance(KEPT / 2).await;
        assert_eq!(unread.count(&ann), 2);
        advance(KEPT).await;
        assert_eq!(unread.count(&ann), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_counted_than_may_be() {
        let unread = Unread::default();
        for name in 0..=MOST_COUNTED {
            unread.with(|counts| {
                if counts.len() < MOST_COUNTED {
                    counts.insert(customer(name).digest(), (1, Instant::now()));
                }
            });
        }
        let late = customer(MOST_COUNTED);
        assert_eq!((unread.count(&late), unread.count(&late)), (0, 0));
        assert_eq!(unread.count(&customer(0)), 1);
    }

    #[test]
    fn giving_up_takes_more_than_six_hours_and_less_than_a_day() {
        let waits = (0..MOST_TRIES - 1).map(|tries| SCHEDULE.delay(tries, 0.0));
        assert!(waits.sum::<Duration>() > Duration::from_secs(5 * 60 * 60));
        let usual = (0..MOST_TRIES - 1).map(|tries| SCHEDULE.delay(tries, 0.5));
        let usual = usual.sum::<Duration>().as_secs() / 3600;
        assert_eq!(usual, 6);
    }
}
