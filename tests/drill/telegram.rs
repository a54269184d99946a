//! Telegram as a way in: its fake posts updates one after the other until each is taken, and what it
//! took is what customers saw.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use support::fake_telegram::{Call, FakeTelegram, Fault};
use tokio::time::timeout;

use crate::api::Api;
use crate::ledger::{Entry, Ledger, Mark, Record};
use crate::mishaps::{Mishap, Mishaps};
use crate::sends::{Fate, Sends, Uncertain};
use crate::verdict::Turn;
use crate::way_in::{Attempt, Manner, WayIn};

/// What the settings and the fake know of the bot.
pub const TOKEN: &str = "424242:AAH-drill_secret-token";
pub const SECRET: &str = "0123456789abcdef-drill";
/// The ids of people and updates begin here.
const PEOPLE: i64 = 700_000_000;
const UPDATES: i64 = 500_000_000;
/// How long an update may take until all that is ahead of it are taken.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long Telegram waits where it goes away before it has the answer.
const STAY: Duration = Duration::from_millis(40);

/// The bot's chats.
pub struct Telegram {
    fake: Arc<FakeTelegram>,
    sends: Arc<Sends>,
    operators: Arc<Api>,
}

/// Lets mishaps happen to what gateways send, and keeps the book of it.
pub fn torment(fake: &FakeTelegram, mishaps: Arc<Mishaps>, sends: Arc<Sends>) {
    fake.fail_by(move |call: &Call| {
        if call.method != "sendMessage" {
            return None;
        }
        let text = call.parameters["text"].as_str().unwrap_or_default();
        let chat = call.parameters["chat_id"].as_i64().unwrap_or_default();
        let slot = call.via.trim_start_matches('/').parse().unwrap_or_default();
        let mishap = mishaps.next(text);
        let customer = u32::try_from(chat - PEOPLE).unwrap_or_default();
        sends.sent(customer, text, slot, Fate::of(mishap));
        mishap.map(|mishap| match mishap {
            Mishap::TooMany => Fault::too_many(1),
            Mishap::Failing => Fault::failure(500, "Internal Server Error"),
            Mishap::CutBefore => Fault::CutBefore,
            Mishap::CutAfter => Fault::CutAfter,
        })
    });
}

impl Telegram {
    /// The chats of the bot of this fake.
    pub fn new(fake: Arc<FakeTelegram>, sends: Arc<Sends>, operators: Arc<Api>) -> Self {
        Self { fake, sends, operators }
    }
}

/// A message always is the same update, however often it is posted.
fn update(mark: Mark) -> Value {
    let person = PEOPLE + i64::from(mark.customer);
    json!({"update_id": number(mark), "message": {
        "message_id": mark.number + 1,
        "from": {"id": person, "is_bot": false, "first_name": "Ann", "language_code": "en"},
        "chat": {"id": person, "first_name": "Ann", "type": "private"},
        "date": 1_769_860_800, "text": mark.question(),
    }})
}

fn number(mark: Mark) -> i64 {
    UPDATES + i64::from(mark.customer) * 1000 + i64::from(mark.number)
}

impl WayIn for Telegram {
    fn channel(&self, _: u32) -> &'static str {
        "Telegram"
    }

    fn hand_in<'a>(
        &'a self,
        mark: Mark,
        manner: Manner,
        ledger: &'a Ledger,
    ) -> BoxFuture<'a, Attempt> {
        Box::pin(async move {
            match manner {
                Manner::Wait | Manner::Acknowledge | Manner::Events => {}
                Manner::CutAfterSending => self.fake.cut_next_post(number(mark), STAY / 8),
                Manner::CutBeforeReading => self.fake.cut_next_post(number(mark), STAY),
            }
            let ticket = self.fake.queue(update(mark));
            match timeout(PATIENCE, self.fake.wait_until_taken_for(ticket)).await {
                Ok(()) => {
                    ledger.acknowledged(mark, None);
                    Attempt::Acknowledged
                }
                Err(_) => Attempt::Again,
            }
        })
    }

    fn turns(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Turn>>> {
        Box::pin(async move { Some(self.sends.turns(customer)) })
    }

    fn histories(&self, customer: u32) -> BoxFuture<'_, Option<Vec<Vec<Turn>>>> {
        Box::pin(async move { Some(vec![self.sends.turns(customer)]) })
    }

    fn collect<'a>(&'a self, entries: Vec<Entry>, ledger: &'a Ledger) -> BoxFuture<'a, ()> {
        Box::pin(async move { record_what_was_seen(&self.sends, &entries, ledger) })
    }

    fn dead_letters(&self) -> BoxFuture<'_, Option<Vec<Mark>>> {
        self.operators.dead_letters()
    }

    fn uncertain(&self, dead: &BTreeSet<Mark>) -> Vec<(&'static str, Uncertain)> {
        vec![("Telegram", self.sends.uncertain(dead))]
    }
}

/// Where replies are sent, the record of a message is what its customer saw.
pub fn record_what_was_seen(sends: &Sends, entries: &[Entry], ledger: &Ledger) {
    for of_one in entries.chunk_by(|one, other| one.mark.customer == other.mark.customer) {
        let turns = of_one.first().map(|entry| sends.turns(entry.mark.customer));
        for entry in of_one {
            let turn = turns.iter().flatten().find(|turn| turn.asked.contains(&entry.mark));
            let record = turn.map_or(Record::Unanswered, |it| Record::Answered(it.reply.clone()));
            ledger.recorded(entry.mark, record);
        }
    }
}
