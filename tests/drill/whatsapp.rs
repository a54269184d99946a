//! WhatsApp as a way in: signed webhooks, which only a 200 acknowledges, and a fake that says of most
//! messages, sooner or later, that they were delivered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use support::fake_whatsapp::{Delivered, FakeWhatsApp, Script, text_webhook};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::ledger::Mark;
use crate::mishaps::{Mishap, Mishaps, Word};
use crate::sends::{Fate, Sends};
use crate::sent::Provider;
use crate::way_in::Manner;

/// How long Meta waits for an answer before it posts a webhook again.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long it stays where it goes away before it has the answer.
const STAYS: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(120)];
/// The pause before a status is posted again, and how often that is done.
const PAUSE: Duration = Duration::from_millis(500);
const MOST_TRIES: usize = 240;

/// The business number's conversations.
pub struct WhatsApp {
    fake: Arc<FakeWhatsApp>,
    entrances: Vec<u16>,
    next: AtomicUsize,
    /// Posts the statuses.
    posting: JoinHandle<()>,
}

/// A message of which a status is to come.
pub struct Status {
    message: Delivered,
    customer: u32,
    place: usize,
    after: Duration,
}

/// Lets mishaps happen to what gateways send, and keeps the book of it. What statuses there are to
/// post comes out of the channel.
pub fn torment(
    fake: &FakeWhatsApp,
    mishaps: Arc<Mishaps>,
    sends: Arc<Sends>,
) -> UnboundedReceiver<Status> {
    let (statuses, receiver) = unbounded_channel();
    fake.decide_by(move |message, via| {
        let mishap = mishaps.next(&message.text);
        let slot = via.trim_start_matches('/').parse().unwrap_or_default();
        let customer = customer(&message.to);
        let place = sends.sent(customer, &message.text, slot, Fate::of(mishap));
        if matches!(mishap, None | Some(Mishap::CutAfter)) {
            announce(&statuses, mishaps.word(), message, (customer, place));
        }
        match mishap {
            None => Script::Take,
            // The pair's limit.
            Some(Mishap::TooMany) => Script::error(400, 131_056),
            Some(Mishap::Failing) => Script::error(500, 131_000),
            Some(Mishap::CutBefore) => Script::Cut,
            Some(Mishap::CutAfter) => Script::TakeAndCut,
        }
    });
    receiver
}

fn announce(
    statuses: &UnboundedSender<Status>,
    word: Word,
    message: &Delivered,
    (customer, place): (u32, usize),
) {
    match word {
        // Nobody listens any more when the world ends.
        Word::After(after) => {
            let _ = statuses.send(Status { message: message.clone(), customer, place, after });
        }
        Word::Never => {}
    }
}

/// Customers' numbers are their own, behind these digits.
const NUMBERS: u64 = 491_500_000_000;

fn customer(number: &str) -> u32 {
    let digits = number.trim_start_matches('+').parse::<u64>().unwrap_or_default();
    u32::try_from(digits.saturating_sub(NUMBERS)).unwrap_or_default()
}

impl WhatsApp {
    /// The conversations of this fake's number, whose webhooks go to these ports in turn.
    pub fn new(
        fake: Arc<FakeWhatsApp>,
        sends: Arc<Sends>,
        statuses: UnboundedReceiver<Status>,
        entrances: Vec<u16>,
    ) -> Self {
        let posting = post_statuses(Arc::clone(&fake), sends, statuses, entrances.clone());
        let posting = tokio::spawn(posting);
        Self { fake, entrances, next: AtomicUsize::new(0), posting }
    }
}

impl Drop for WhatsApp {
    fn drop(&mut self) {
        self.posting.abort();
    }
}

/// Posts each status when it is due, again and again until it is acknowledged.
async fn post_statuses(
    fake: Arc<FakeWhatsApp>,
    sends: Arc<Sends>,
    mut statuses: UnboundedReceiver<Status>,
    entrances: Vec<u16>,
) {
    let mut posting = JoinSet::new();
    while let Some(status) = statuses.recv().await {
        let (fake, sends) = (Arc::clone(&fake), Arc::clone(&sends));
        let entrances = entrances.clone();
        posting.spawn(async move {
            let Status { message, customer, place, after } = status;
            sleep(after).await;
            for port in entrances.iter().cycle().take(MOST_TRIES) {
                let reporting = fake.reports(*port, &message, "delivered", None);
                let answer = timeout(PATIENCE, reporting).await;
                if answer.is_ok_and(|it| it.is_ok_and(|answer| answer.status == 200)) {
                    return sends.told(customer, place);
                }
                sleep(PAUSE).await;
            }
        });
        while posting.try_join_next().is_some() {}
    }
}

impl Provider for WhatsApp {
    const CHANNEL: &'static str = "WhatsApp";

    async fn post(&self, mark: Mark, manner: Manner) -> bool {
        let stay = match manner {
            Manner::Wait | Manner::Acknowledge | Manner::Events => PATIENCE,
            Manner::CutAfterSending => STAYS[0],
            Manner::CutBeforeReading => STAYS[1],
        };
        let port = self.entrances[self.next.fetch_add(1, Ordering::Relaxed) % self.entrances.len()];
        let number = (NUMBERS + u64::from(mark.customer)).to_string();
        let id = format!("wamid.{}", mark.name());
        let webhook = text_webhook(self.fake.account(), &number, &id, &mark.question());
        let posted = timeout(stay, self.fake.post_webhook(port, &webhook)).await;
        // Who goes away early has not heard of what was answered, even if it came in time.
        let is_heard = !manner.is_cut();
        is_heard && posted.is_ok_and(|answer| answer.is_ok_and(|answer| answer.status == 200))
    }
}
