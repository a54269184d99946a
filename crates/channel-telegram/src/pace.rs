//! How fast messages may go out: to one chat, to a group, and in all, whichever replica sends them.
//!
//! Nothing waits here. What comes too early is told when to come again, and until then its
//! worker does something else.

mod closings;
mod line;

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::Accord;
use conversation::{Clock, Rate, StoreError};

use crate::{Address, figures};
use closings::Closings;
use line::Line;

/// The lane that all messages pass.
const ALL: &str = "telegram/all";

/// How long to wait if the replicas can't be asked.
const AWAY: Duration = Duration::from_secs(1);

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
        let rate = |period, burst| Rate { period: Duration::from_millis(period), burst };
        Self { person: rate(1000, 4), group: rate(4000, 5), overall: rate(40, 5) }
    }
}

/// Why a message may not go out now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// This chat gets no more for so long.
    Chat(Duration),
    /// Nobody gets more for so long.
    All(Duration),
}

/// Keeps the rates together with all other replicas.
pub(crate) struct Pace {
    rates: Rates,
    accord: Arc<dyn Accord>,
    clock: Arc<dyn Clock>,
    closings: Closings,
    line: Line,
}

impl Pace {
    pub(crate) fn new(rates: Rates, accord: Arc<dyn Accord>, clock: Arc<dyn Clock>) -> Self {
        let line = Line::new(rates.overall.period);
        Self { rates, accord, clock, closings: Closings::default(), line }
    }

    /// Counts a message to this chat, if it may go out now.
    pub(crate) async fn pass(&self, chat: i64) -> Result<(), Wait> {
        if let Some(wait) = self.closings.wait(chat, self.clock.now()) {
            return Err(Wait::Chat(wait));
        }
        // The lane of all comes first: its places are free again at once, those of a chat are not.
        if let Some(wait) = self.ask(ALL, self.rates.overall).await {
            return Err(Wait::All(wait));
        }
        let rate = if chat < 0 { self.rates.group } else { self.rates.person };
        match self.ask(&lane(chat), rate).await {
            Some(wait) => Err(Wait::Chat(wait)),
            None => Ok(()),
        }
    }

    /// The same, for a message that will be tried again: says when.
    pub(crate) async fn admit(&self, chat: i64) -> Result<(), Duration> {
        self.pass(chat).await.map_err(|wait| {
            let (kind, wait) = match wait {
                Wait::Chat(wait) => ("chat", wait),
                // If all came again when the first place is free, all but one would come in vain.
                Wait::All(wait) => ("all", self.line.stand(wait, self.clock.now())),
            };
            figures::paced(kind);
            wait
        })
    }

    /// Whether Telegram wants to be left alone by this chat, as far as this replica was told.
    pub(crate) fn is_closed(&self, chat: i64) -> bool {
        self.closings.wait(chat, self.clock.now()).is_some()
    }

    /// Telegram took no message for this chat, and wants to be left alone. It doesn't say whether by
    /// the chat or by the bot; if it says so of several chats at once, it means the bot.
    pub(crate) async fn refused(&self, chat: i64, retry_after: Duration) {
        let for_all = self.closings.refuse(chat, retry_after, self.clock.now());
        let mut closed = self.accord.close(&lane(chat), retry_after).await;
        if let Some(pause) = for_all {
            closed = closed.and(self.accord.close(ALL, pause).await);
        }
        Self::told(closed);
    }

    /// Telegram wants to be left alone by this chat, of which something else than a message was
    /// asked. That says nothing about others.
    pub(crate) async fn close(&self, chat: i64, retry_after: Duration) {
        self.closings.close(chat, retry_after, self.clock.now());
        Self::told(self.accord.close(&lane(chat), retry_after).await);
    }

    fn told(closed: Result<(), StoreError>) {
        if let Err(error) = closed {
            tracing::debug!(%error, "other replicas don't hear that Telegram wants to be left alone");
        }
    }

    async fn ask(&self, lane: &str, rate: Rate) -> Option<Duration> {
        match self.accord.pass(lane, rate).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::debug!(%error, "nobody knows how fast other replicas send");
                Some(AWAY)
            }
        }
    }
}

/// The lane of one chat, under a name that doesn't tell whose it is.
fn lane(chat: i64) -> String {
    let name = Address::chat(chat).conversation().map(|conversation| conversation.digest());
    name.map_or_else(|_| ALL.to_owned(), |digest| format!("telegram/chat/{digest}"))
}
