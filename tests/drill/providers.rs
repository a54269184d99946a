//! The providers of a world: fakes of Telegram and WhatsApp whose sends meet mishaps, the ways in of
//! all channels, and what was seen of it all from outside.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use support::fake_telegram::FakeTelegram;
use support::fake_whatsapp::{Account, FakeWhatsApp};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::api::Api;
use crate::mishaps::{Mishap, Mishaps, Temper};
use crate::sayings::Sayings;
use crate::sends::Sends;
use crate::sent::Sent;
use crate::strikes::Strikes;
use crate::telegram::{self, Telegram};
use crate::way_in::WayIn;
use crate::ways::Ways;
use crate::web_chat::WebChat;
use crate::whatsapp::{self, Status, WhatsApp};

/// How long one of Telegram's seconds is between two posts of an update.
const SECOND: Duration = Duration::from_millis(200);

/// One provider whose fake takes what gateways send.
struct Provider<F> {
    fake: Arc<F>,
    mishaps: Arc<Mishaps>,
    sends: Arc<Sends>,
}

impl<F> Provider<F> {
    fn new(fake: F, mishaps: Mishaps, strikes: &Arc<Strikes>, sayings: &Arc<Sayings>) -> Self {
        let sends = Sends::new(Arc::clone(strikes), Arc::clone(sayings));
        let (mishaps, sends) = (Arc::new(mishaps), Arc::new(sends));
        Self { fake: Arc::new(fake), mishaps, sends }
    }

    fn own(&self) -> (Arc<Mishaps>, Arc<Sends>) {
        (Arc::clone(&self.mishaps), Arc::clone(&self.sends))
    }

    /// What was not as it should be: what was against the contract, what customers were told that
    /// nobody said, and a book that isn't what the customers got.
    fn faults(&self, violations: Vec<String>, delivered: usize) -> Vec<String> {
        let mut faults = violations;
        faults.extend(self.sends.foreign());
        if delivered != self.sends.taken() {
            let taken = self.sends.taken();
            faults.push(format!("{delivered} messages were delivered, and {taken} are known of"));
        }
        faults
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writers {
    /// Customers of all channels.
    All,
    /// Those of channels that send.
    OfSenders,
}

/// All of them.
pub struct Providers {
    writers: Writers,
    telegram: Provider<FakeTelegram>,
    whatsapp: Provider<FakeWhatsApp>,
    statuses: Option<UnboundedReceiver<Status>>,
    web_chat: Option<Arc<WebChat>>,
}

/// What was seen at the providers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observations {
    /// The mishaps of sends, by channel.
    pub mishaps: Vec<(&'static str, BTreeMap<Mishap, usize>)>,
    /// How many event streams visitors opened.
    pub streams: usize,
    /// What gateways did that they must not do.
    pub violations: Vec<String>,
}

impl Observations {
    /// Whether each kind of mishap happened at each provider.
    pub fn has_all_mishaps(&self) -> bool {
        self.mishaps.iter().all(|(_, counts)| counts.len() == Mishap::ALL.len())
    }

    /// In words.
    pub fn in_words(&self) -> String {
        let of_one = |(channel, counts): &(&str, BTreeMap<Mishap, usize>)| {
            let count = |mishap| counts.get(&mishap).copied().unwrap_or_default();
            format!(
                "{channel}: 429 {}, 500 {}, cut before it was taken {}, cut after {}",
                count(Mishap::TooMany),
                count(Mishap::Failing),
                count(Mishap::CutBefore),
                count(Mishap::CutAfter)
            )
        };
        self.mishaps.iter().map(of_one).collect::<Vec<_>>().join("; ")
    }
}

impl Providers {
    /// Starts the fakes.
    pub fn start(
        writers: Writers,
        (seed, temper): (u64, Temper),
        strikes: &Arc<Strikes>,
        sayings: &Arc<Sayings>,
    ) -> Self {
        let fake = FakeTelegram::start_with(telegram::TOKEN, "drill_bot", SECOND);
        let telegram = Provider::new(fake, Mishaps::of_seed(seed ^ 1, temper), strikes, sayings);
        let (mishaps, sends) = telegram.own();
        telegram::torment(&telegram.fake, mishaps, sends);
        let fake = FakeWhatsApp::start(Account::default());
        let whatsapp = Provider::new(fake, Mishaps::of_seed(seed ^ 2, temper), strikes, sayings);
        let (mishaps, sends) = whatsapp.own();
        let statuses = Some(whatsapp::torment(&whatsapp.fake, mishaps, sends));
        Self { writers, telegram, whatsapp, statuses, web_chat: None }
    }

    /// What stands in the section of the channels in a gateway's settings. The fakes know the
    /// gateway by its address for them.
    pub fn settings(&self, slot: usize) -> String {
        let Account { version, phone_number_id, access_token, app_secret } =
            self.whatsapp.fake.account();
        format!(
            r#"
            telegram: {{
                botToken: "{}", webhookSecret: "{}", apiRoot: "{}/{slot}", dmPolicy: "open",
                rateLimit: {{ burst: 1000, everySeconds: 1 }},
            }},
            whatsapp: {{
                phoneNumberId: "{phone_number_id}", accessToken: "{access_token}",
                appSecret: "{app_secret}", verifyToken: "drill", apiVersion: "{version}",
                apiRoot: "{}/{slot}", dmPolicy: "open",
                rateLimit: {{ burst: 1000, everySeconds: 1 }},
            }},
            "#,
            telegram::TOKEN,
            telegram::SECRET,
            self.telegram.fake.api_root(),
            self.whatsapp.fake.url(),
        )
    }

    /// All ways in, among which customers are dealt out.
    pub fn ways(&mut self, api: Api, entrances: &[u16], gateways: &[u16]) -> Arc<dyn WayIn> {
        let api = Arc::new(api);
        let (fake, sends) = (&self.telegram.fake, &self.telegram.sends);
        let telegram = Telegram(Arc::clone(fake));
        let telegram = Sent::new(telegram, Arc::clone(sends), Arc::clone(&api));
        let (fake, sends) = (&self.whatsapp.fake, &self.whatsapp.sends);
        let statuses = self.statuses.take().expect("there is one storm in a world");
        let whatsapp =
            WhatsApp::new(Arc::clone(fake), Arc::clone(sends), statuses, entrances.to_vec());
        let whatsapp = Sent::new(whatsapp, Arc::clone(sends), Arc::clone(&api));
        let web_chat =
            Arc::new(WebChat::new(entrances.to_vec(), gateways.to_vec(), Arc::clone(&api)));
        self.web_chat = Some(Arc::clone(&web_chat));
        let senders: [Arc<dyn WayIn>; 2] = [Arc::new(whatsapp), Arc::new(telegram)];
        Arc::new(Ways::new(match self.writers {
            Writers::All => [senders.to_vec(), vec![api, web_chat]].concat(),
            Writers::OfSenders => senders.to_vec(),
        }))
    }

    /// What was seen so far.
    pub async fn observations(&self) -> Observations {
        let (telegram, whatsapp) = (&self.telegram, &self.whatsapp);
        let delivered = telegram.fake.delivered().len();
        let mut violations = telegram.faults(telegram.fake.violations(), delivered);
        let delivered = whatsapp.fake.delivered().len();
        violations.extend(whatsapp.faults(whatsapp.fake.violations(), delivered));
        let mut streams = 0;
        if let Some(web_chat) = &self.web_chat {
            let seen = web_chat.violations().await;
            violations.extend(seen.0);
            streams = seen.1;
        }
        let mishaps =
            vec![("WhatsApp", whatsapp.mishaps.counts()), ("Telegram", telegram.mishaps.counts())];
        Observations { mishaps, streams, violations }
    }
}
