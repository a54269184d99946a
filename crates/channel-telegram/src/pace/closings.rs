//! The chats that Telegram wants to be left alone by, as far as this replica was told.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::Timestamp;

/// How many chats are remembered before those that are open again are forgotten.
const REMEMBERED: usize = 1024;

/// Until when each chat is closed.
#[derive(Debug, Default)]
pub(super) struct Closings {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    chats: HashMap<i64, Timestamp>,
    all: Timestamp,
}

impl Closings {
    /// For how long this chat is closed, if it is.
    pub(super) fn wait(&self, chat: i64, now: Timestamp) -> Option<Duration> {
        let state = self.lock();
        let until = state.chats.get(&chat).copied().unwrap_or_default().max(state.all);
        (until > now).then(|| until.since(now))
    }

    /// Closes a chat. Says whether the bot as a whole is meant, since another one is closed as well.
    pub(super) fn close(&self, chat: i64, pause: Duration, now: Timestamp) -> bool {
        let mut state = self.lock();
        let until = now.plus(pause);
        let means_all = state.chats.iter().any(|(other, until)| *other != chat && *until > now);
        if state.chats.len() >= REMEMBERED {
            state.chats.retain(|_, until| *until > now);
        }
        // So many at once can only mean the bot.
        let is_full = state.chats.len() >= REMEMBERED;
        if !is_full {
            let known = state.chats.entry(chat).or_default();
            *known = until.max(*known);
        }
        if means_all {
            state.all = state.all.max(until);
        }
        means_all
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINE: Duration = Duration::from_secs(9);

    #[test]
    fn a_chat_that_telegram_closed_stays_closed_alone() {
        let closings = Closings::default();
        assert!(!closings.close(7, NINE, Timestamp(1000)));
        assert!(!closings.close(7, Duration::from_secs(1), Timestamp(2000)));
        assert_eq!(closings.wait(7, Timestamp(4000)), Some(Duration::from_secs(6)));
        assert_eq!(closings.wait(8, Timestamp(4000)), None);
        assert_eq!(closings.wait(7, Timestamp(10_000)), None);
    }

    #[test]
    fn when_telegram_closes_two_chats_at_once_it_means_the_bot() {
        let closings = Closings::default();
        assert!(!closings.close(7, NINE, Timestamp(0)));
        assert!(closings.close(8, Duration::from_secs(5), Timestamp(1000)));
        assert_eq!(closings.wait(9, Timestamp(2000)), Some(Duration::from_secs(4)));
        assert_eq!(closings.wait(9, Timestamp(6000)), None);
    }

    #[test]
    fn chats_that_are_open_again_are_forgotten() {
        let closings = Closings::default();
        for chat in 0..20_000_i64 {
            closings.close(chat, NINE, Timestamp(chat.unsigned_abs() * 50));
        }
        assert!(closings.lock().chats.len() <= REMEMBERED);
    }
}
