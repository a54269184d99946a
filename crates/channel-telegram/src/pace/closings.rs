//! The chats that Telegram wants to be left alone by, as far as this replica was told.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::Timestamp;

/// How many chats are remembered before those that are open again are forgotten.
const REMEMBERED: usize = 1024;
/// So many chats that are refused a message within so short a time mean the bot. Two chats may
/// well have had too much of their own.
const EVIDENCE: usize = 3;
const AT_ONCE: Duration = Duration::from_secs(1);
/// Nobody is left alone for longer than this because of other chats. If the bot is still meant
/// then, the next few messages tell.
const LONGEST_FOR_ALL: Duration = Duration::from_secs(10);

/// Until when each chat is closed.
#[derive(Debug, Default)]
pub(super) struct Closings {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    chats: HashMap<i64, Closed>,
    all: Timestamp,
}

#[derive(Clone, Copy, Debug, Default)]
struct Closed {
    until: Timestamp,
    /// When it was refused a message last, if it was.
    refused: Option<Timestamp>,
}

impl Closings {
    /// For how long this chat is closed, if it is.
    pub(super) fn wait(&self, chat: i64, now: Timestamp) -> Option<Duration> {
        let state = self.lock();
        let of_chat = state.chats.get(&chat).map(|closed| closed.until).unwrap_or_default();
        let until = of_chat.max(state.all);
        (until > now).then(|| until.since(now))
    }

    /// Closes a chat, and says nothing about others.
    pub(super) fn close(&self, chat: i64, pause: Duration, now: Timestamp) {
        self.lock().close(chat, Closed { until: now.plus(pause), refused: None }, now);
    }

    /// Closes a chat that was refused a message. Says for how long all are closed with it, if so
    /// many others were refused one at the same time that the bot as a whole is meant.
    pub(super) fn refuse(&self, chat: i64, pause: Duration, now: Timestamp) -> Option<Duration> {
        let mut state = self.lock();
        let is_kept = state.close(chat, Closed { until: now.plus(pause), refused: Some(now) }, now);
        let is_recent = |at: Timestamp| at.plus(AT_ONCE) > now;
        let refused = state.chats.values().filter_map(|closed| closed.refused);
        // So many closed chats that there is no place for another can only mean the bot, too.
        let means_all = !is_kept || refused.filter(|at| is_recent(*at)).count() >= EVIDENCE;
        let pause = means_all.then(|| pause.min(LONGEST_FOR_ALL))?;
        state.all = state.all.max(now.plus(pause));
        Some(pause)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps a chat closed for at least so long. Says whether there is a place for it.
    fn close(&mut self, chat: i64, closed: Closed, now: Timestamp) -> bool {
        if self.chats.len() >= REMEMBERED {
            self.chats.retain(|_, closed| closed.until > now);
        }
        if self.chats.len() >= REMEMBERED && !self.chats.contains_key(&chat) {
            return false;
        }
        let known = self.chats.entry(chat).or_default();
        known.until = closed.until.max(known.until);
        known.refused = closed.refused.or(known.refused);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINE: Duration = Duration::from_secs(9);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_chat_that_telegram_closed_stays_closed_alone() {
        let closings = Closings::default();
        assert_eq!(closings.refuse(7, NINE, Timestamp(1000)), None);
        assert_eq!(closings.refuse(7, Duration::from_secs(1), Timestamp(2000)), None);
        assert_eq!(closings.wait(7, Timestamp(4000)), Some(Duration::from_secs(6)));
        assert_eq!(closings.wait(8, Timestamp(4000)), None);
        assert_eq!(closings.wait(7, Timestamp(10_000)), None);
    }

    #[test]
    fn when_telegram_closes_several_chats_at_once_it_means_the_bot() {
        let closings = Closings::default();
        assert_eq!(closings.refuse(6, NINE, Timestamp(0)), None);
        assert_eq!(closings.refuse(7, NINE, Timestamp(500)), None);
        assert_eq!(closings.wait(9, Timestamp(500)), None);
        let pause = Duration::from_secs(5);
        assert_eq!(closings.refuse(8, pause, Timestamp(900)), Some(pause));
        assert_eq!(closings.wait(9, Timestamp(1900)), Some(Duration::from_secs(4)));
        assert_eq!(closings.wait(9, Timestamp(5900)), None);
    }

    #[test]
    fn chats_that_are_closed_one_after_the_other_close_nobody_else() {
        let closings = Closings::default();
        for chat in 0..60_u64 {
            let now = Timestamp(chat * 500);
            let closed = closings.refuse(i64::try_from(chat).unwrap(), HOUR, now);
            assert_eq!((closed, closings.wait(99, now)), (None, None), "{chat}");
        }
    }

    #[test]
    fn all_are_left_alone_for_some_seconds_only() {
        let closings = Closings::default();
        let closed = [6, 7, 8].map(|chat| closings.refuse(chat, HOUR, Timestamp(0)));
        assert_eq!(closed, [None, None, Some(LONGEST_FOR_ALL)]);
        assert_eq!(closings.wait(9, Timestamp(0)), Some(LONGEST_FOR_ALL));
        assert_eq!(closings.wait(8, Timestamp(0)), Some(HOUR));
    }

    #[test]
    fn what_was_no_message_is_no_evidence() {
        let closings = Closings::default();
        for chat in 0..20 {
            closings.close(chat, NINE, Timestamp(0));
        }
        assert_eq!(closings.wait(3, Timestamp(0)), Some(NINE));
        assert_eq!(closings.refuse(7, NINE, Timestamp(0)), None);
        assert_eq!(closings.wait(99, Timestamp(0)), None);
    }

    #[test]
    fn chats_that_are_open_again_are_forgotten() {
        let closings = Closings::default();
        for chat in 0..20_000_i64 {
            closings.refuse(chat, NINE, Timestamp(chat.unsigned_abs() * 50));
        }
        assert!(closings.lock().chats.len() <= REMEMBERED);
    }

    #[test]
    fn more_closed_chats_than_are_remembered_mean_the_bot() {
        let closings = Closings::default();
        let refuse = |at: u64| {
            let chat = i64::try_from(at).unwrap();
            closings.refuse(chat, HOUR, Timestamp(at * 1000))
        };
        let most = u64::try_from(REMEMBERED).unwrap();
        assert!((0..most).all(|at| refuse(at).is_none()));
        assert_eq!(refuse(most), Some(LONGEST_FOR_ALL));
    }
}
