//! Telegram as a way in: its fake posts updates one after the other until each is taken, and what it
//! took is what customers saw.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use support::fake_telegram::{Call, FakeTelegram, Fault};
use tokio::time::timeout;

use crate::ledger::Mark;
use crate::mishaps::{Mishap, Mishaps};
use crate::sends::{Fate, Sends};
use crate::sent::Provider;
use crate::way_in::Manner;

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

/// The bot's chats, with its fake.
pub struct Telegram(pub Arc<FakeTelegram>);

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

impl Provider for Telegram {
    const CHANNEL: &'static str = "Telegram";

    async fn post(&self, mark: Mark, manner: Manner) -> bool {
        match manner {
            Manner::Wait | Manner::Acknowledge | Manner::Events => {}
            Manner::CutAfterSending => self.0.cut_next_post(number(mark), STAY / 8),
            Manner::CutBeforeReading => self.0.cut_next_post(number(mark), STAY),
        }
        let ticket = self.0.queue(update(mark));
        timeout(PATIENCE, self.0.wait_until_taken_for(ticket)).await.is_ok()
    }
}
