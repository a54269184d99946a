//! How fast messages may go out: to one chat, to a group, and in all.
//!
//! Nothing waits here. What comes too early is told when to come again, and until then its
//! worker does something else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use conversation::Timestamp;

/// How many messages may go out: a few at once, and then one after each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The time for one message in the long run.
    pub interval: Duration,
    /// How many may go out at once; at least one.
    pub burst: u32,
}

/// The rates that Telegram asks for: "no more than one message per second" in a chat, "20
/// messages per minute" in a group, "about 30 messages per second" in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// To one person. Short bursts are tolerated.
    pub person: Rate,
    /// To one group. The burst and what follows it make 20 in any minute.
    pub group: Rate,
    /// In all. The burst and what follows it make 30 in any second.
    pub overall: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        let rate = |interval, burst| Rate { interval: Duration::from_millis(interval), burst };
        Self { person: rate(1000, 4), group: rate(4000, 5), overall: rate(40, 5) }
    }
}

/// How many chats are remembered before those that may send again are forgotten.
const REMEMBERED: usize = 1024;

/// Keeps the rates of one process.
#[derive(Debug)]
pub struct Pace {
    rates: Rates,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    overall: Flow,
    chats: HashMap<i64, Flow>,
    /// How many chats there may be until some are forgotten.
    room: usize,
}

/// How far a flow of messages has come.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    /// When the flow would be at rest, in milliseconds: the theoretical arrival time of the
    /// generic cell rate algorithm.
    rest: u64,
    /// Until when the provider wants to be left alone.
    closed: u64,
}

impl Flow {
    /// How long until a message may go out.
    fn wait(self, rate: Rate, now: u64) -> Duration {
        let slack = millis(rate.interval).saturating_mul(u64::from(rate.burst.saturating_sub(1)));
        let open = self.rest.saturating_sub(slack).max(self.closed);
        Duration::from_millis(open.saturating_sub(now))
    }

    fn count(&mut self, rate: Rate, now: u64) {
        self.rest = self.rest.max(now).saturating_add(millis(rate.interval));
    }

    const fn is_at_rest(self, now: u64) -> bool {
        self.rest <= now && self.closed <= now
    }
}

impl Pace {
    /// Begins at rest.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        let state = State { overall: Flow::default(), chats: HashMap::new(), room: REMEMBERED };
        Self { rates, state: Mutex::new(state) }
    }

    /// Counts a message to this chat, if it may go out now.
    ///
    /// # Errors
    /// How long to wait, if it may not. Then it isn't counted.
    pub fn admit(&self, chat: i64, now: Timestamp) -> Result<(), Duration> {
        let (now, rate) = (now.0, self.rate(chat));
        let mut state = self.lock();
        let flow = state.chats.get(&chat).copied().unwrap_or_default();
        let wait = flow.wait(rate, now).max(state.overall.wait(self.rates.overall, now));
        if !wait.is_zero() {
            return Err(wait);
        }
        state.overall.count(self.rates.overall, now);
        state.flow(chat, now).count(rate, now);
        Ok(())
    }

    /// Whether Telegram wants to be left alone by this chat.
    #[must_use]
    pub fn is_closed(&self, chat: i64, now: Timestamp) -> bool {
        let state = self.lock();
        let closed = state.chats.get(&chat).map_or(0, |flow| flow.closed);
        closed.max(state.overall.closed) > now.0
    }

    /// Telegram wants to be left alone by this chat. It doesn't say whether it means the chat or
    /// the bot; if it says so of another chat while this one is still closed, it means the bot.
    pub fn close(&self, chat: i64, retry_after: Duration, now: Timestamp) {
        let mut state = self.lock();
        let until = now.plus(retry_after).0;
        let others = state.chats.iter().any(|(other, flow)| *other != chat && flow.closed > now.0);
        let flow = state.flow(chat, now.0);
        flow.closed = flow.closed.max(until);
        if others {
            state.overall.closed = state.overall.closed.max(until);
        }
    }

    fn rate(&self, chat: i64) -> Rate {
        if chat < 0 { self.rates.group } else { self.rates.person }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn flow(&mut self, chat: i64, now: u64) -> &mut Flow {
        if self.chats.len() >= self.room {
            self.chats.retain(|_, flow| !flow.is_at_rest(now));
            self.room = self.chats.len().saturating_mul(2).max(REMEMBERED);
        }
        self.chats.entry(chat).or_default()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many messages go out to the chat in this time, if one is tried every millisecond.
    fn sent(pace: &Pace, chats: &[i64], from: u64, to: u64) -> usize {
        let try_all =
            |at| chats.iter().filter(move |chat| pace.admit(**chat, Timestamp(at)).is_ok());
        (from..to).map(|at| try_all(at).count()).sum()
    }

    #[test]
    fn a_person_gets_a_few_at_once_and_then_one_a_second() {
        let pace = Pace::new(Rates::default());
        assert_eq!(sent(&pace, &[7], 0, 900), 4);
        assert_eq!(pace.admit(7, Timestamp(900)), Err(Duration::from_millis(100)));
        assert_eq!(sent(&pace, &[7], 900, 10_900), 10);
        assert_eq!(pace.admit(8, Timestamp(10_900)), Ok(()));
    }

    #[test]
    fn a_group_gets_20_in_any_minute() {
        let pace = Pace::new(Rates::default());
        let minutes: Vec<usize> = (0..3)
            .map(|minute| sent(&pace, &[-7], minute * 60_000, (minute + 1) * 60_000))
            .collect();
        assert!(minutes.iter().all(|count| (15..=20).contains(count)), "{minutes:?}");
    }

    #[test]
    fn all_together_get_30_in_any_second() {
        let pace = Pace::new(Rates::default());
        let people: Vec<i64> = (1..41).collect();
        let seconds: Vec<usize> =
            (0..3).map(|second| sent(&pace, &people, second * 1000, (second + 1) * 1000)).collect();
        assert!(seconds.iter().all(|count| (25..=30).contains(count)), "{seconds:?}");
    }

    #[test]
    fn a_chat_that_telegram_closed_stays_closed_alone() {
        let pace = Pace::new(Rates::default());
        pace.close(7, Duration::from_secs(9), Timestamp(1000));
        assert_eq!(pace.admit(7, Timestamp(4000)), Err(Duration::from_secs(6)));
        assert!(pace.is_closed(7, Timestamp(4000)) && !pace.is_closed(8, Timestamp(4000)));
        assert_eq!(pace.admit(8, Timestamp(4000)), Ok(()));
        assert_eq!(pace.admit(7, Timestamp(10_000)), Ok(()));
    }

    #[test]
    fn when_telegram_closes_two_chats_at_once_it_means_the_bot() {
        let pace = Pace::new(Rates::default());
        pace.close(7, Duration::from_secs(9), Timestamp(0));
        pace.close(8, Duration::from_secs(5), Timestamp(1000));
        assert_eq!(pace.admit(9, Timestamp(2000)), Err(Duration::from_secs(4)));
        assert!(pace.is_closed(9, Timestamp(2000)));
        assert_eq!(pace.admit(9, Timestamp(6000)), Ok(()));
    }

    #[test]
    fn chats_at_rest_are_forgotten() {
        let pace = Pace::new(Rates::default());
        for chat in 0..20_000_i64 {
            let _ = pace.admit(chat, Timestamp(chat.unsigned_abs() * 50));
        }
        assert!(pace.lock().chats.len() <= REMEMBERED + 1);
    }
}
