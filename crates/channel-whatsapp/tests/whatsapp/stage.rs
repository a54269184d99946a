//! What the tests share: the options of a fake's account, a served webhook, and a store that says
//! what it was asked and fails when it is told to.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use channel_whatsapp::webhook::{Parts, router};
use channel_whatsapp::{Address, Options, WhatsApp};
use conversation::ports::{
    Accepted, Accord, Channel as _, Inbox, MessageState, Move, Notes, Noticed, Receipt, Receipts,
    Received, SendError, Sent,
};
use conversation::{ConversationId, Inbound, MessageId, Note, Part, Rate, StoreError, SystemClock};
use store_memory::MemoryStore;
use support::fake_whatsapp::{Account, FakeWhatsApp};
use support::http::{Answer, send};
use tokio::sync::Semaphore;

/// What WhatsApp says when it verifies the address.
pub(crate) const VERIFY_TOKEN: &str = "verify me";

/// The options of a fake's account.
pub(crate) fn options(account: &Account, url: &str) -> Options {
    let mut options = Options::new(
        account.phone_number_id.as_str(),
        account.access_token.as_str().into(),
        account.app_secret.as_str().into(),
        VERIFY_TOKEN.into(),
    );
    options.api_root = url.to_owned();
    options.api_version.clone_from(&account.version);
    options.request_timeout = Duration::from_millis(800);
    options
}

/// A fake, and a channel that speaks to it.
pub(crate) fn channel() -> (FakeWhatsApp, WhatsApp) {
    let fake = FakeWhatsApp::start(Account::default());
    let channel = sender(&options(fake.account(), &fake.url()));
    (fake, channel)
}

/// The channel that sends, with a store of its own.
pub(crate) fn sender(options: &Options) -> WhatsApp {
    WhatsApp::new(options, Arc::new(Lanes::default())).unwrap()
}

pub(crate) fn conversation(person: &str) -> ConversationId {
    Address::of_person(person).conversation().unwrap()
}

/// Sends words to a person.
pub(crate) async fn say(channel: &WhatsApp, to: &str, text: &str) -> Result<Sent, SendError> {
    let part = Part { text: text.to_owned(), quotes: None, ..Part::default() };
    channel.send(&conversation(to), &part, "turn:0").await
}

/// A served webhook.
pub(crate) struct Stage {
    pub(crate) fake: FakeWhatsApp,
    pub(crate) store: Arc<Watched>,
    pub(crate) port: u16,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::with(|_| {}).await
    }

    /// With other options.
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let fake = FakeWhatsApp::start(Account::default());
        let store = Arc::new(Watched::new());
        let mut options = options(fake.account(), &fake.url());
        change(&mut options);
        let parts = Parts {
            inbox: Arc::clone(&store) as Arc<dyn Inbox>,
            notes: Arc::clone(&store) as Arc<dyn Notes>,
            receipts: Arc::clone(&store) as Arc<dyn Receipts>,
            clock: Arc::new(SystemClock),
        };
        let router = router(&options, parts).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { fake, store, port }
    }

    /// Posts bytes with this signature, or with none.
    pub(crate) async fn post(&self, body: &str, signature: Option<&str>) -> Answer {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(signature.map(|signature| ("x-hub-signature-256", signature)));
        send(self.port, "POST", "/webhooks/whatsapp", &headers, body).await.unwrap()
    }

    /// Posts bytes that are signed rightly.
    pub(crate) async fn post_signed(&self, body: &str) -> Answer {
        let secret = &self.fake.account().app_secret;
        let signature = support::fake_whatsapp::sign(body.as_bytes(), secret);
        self.post(body, Some(&signature)).await
    }
}

/// One call of the store.
pub(crate) enum Call {
    /// These messages were handed in.
    Accept(Vec<Inbound>),
    /// These notes were.
    Note(Vec<Note>),
    /// These conversations go on as others.
    CarryOver(Vec<Move>),
    /// These receipts were handed in.
    Receive(Vec<Receipt>),
}

/// A store that says what it was asked.
pub(crate) struct Watched {
    pub(crate) inner: MemoryStore,
    pub(crate) calls: Mutex<Vec<Call>>,
    pub(crate) asked: AtomicUsize,
    failures: Mutex<Vec<StoreError>>,
    gate: Semaphore,
    pub(crate) entered: Semaphore,
    /// What is said of every receipt.
    pub(crate) received: Mutex<Received>,
}

impl Watched {
    fn new() -> Self {
        Self {
            inner: MemoryStore::new(store_memory::Options::default(), Arc::new(SystemClock)),
            calls: Mutex::default(),
            asked: AtomicUsize::new(0),
            failures: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            entered: Semaphore::new(0),
            received: Mutex::new(Received::Recorded),
        }
    }

    /// The next call fails so, and changes nothing.
    pub(crate) fn fail(&self, error: StoreError) {
        self.failures.lock().unwrap().push(error);
    }

    /// Calls wait from now on until they are let through.
    pub(crate) fn close(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn open(&self) {
        self.gate.add_permits(1);
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// The words of all messages that were handed in.
    pub(crate) fn words(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .flat_map(|call| match call {
                Call::Accept(batch) => batch.as_slice(),
                Call::Note(_) | Call::CarryOver(_) | Call::Receive(_) => &[],
            })
            .map(|inbound| inbound.message.text.clone())
            .collect()
    }

    async fn enter(&self) -> Result<(), StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.entered.add_permits(1);
        let _passed = self.gate.acquire().await.unwrap();
        self.failures.lock().unwrap().pop().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Inbox for Watched {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        self.enter().await?;
        self.calls.lock().unwrap().push(Call::Accept(batch.clone()));
        self.inner.accept(batch).await
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        self.inner.message(id).await
    }
}

#[async_trait]
impl Notes for Watched {
    async fn note(&self, notes: Vec<Note>) -> Result<Vec<Noticed>, StoreError> {
        self.enter().await?;
        let noticed = vec![Noticed::Kept; notes.len()];
        self.calls.lock().unwrap().push(Call::Note(notes));
        Ok(noticed)
    }

    async fn carry_over(&self, moves: Vec<Move>) -> Result<Vec<bool>, StoreError> {
        self.enter().await?;
        let made = vec![true; moves.len()];
        self.calls.lock().unwrap().push(Call::CarryOver(moves));
        Ok(made)
    }
}

#[async_trait]
impl Receipts for Watched {
    async fn receive(&self, receipts: Vec<Receipt>) -> Result<Vec<Received>, StoreError> {
        self.enter().await?;
        let received = vec![*self.received.lock().unwrap(); receipts.len()];
        self.calls.lock().unwrap().push(Call::Receive(receipts));
        Ok(received)
    }
}

/// Lanes that let everyone pass, unless they are closed, and say what they were asked.
#[derive(Default)]
pub(crate) struct Lanes {
    pub(crate) passed: Mutex<Vec<(String, Rate)>>,
    pub(crate) closed: Mutex<Vec<(String, Duration)>>,
    pub(crate) is_away: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl Accord for Lanes {
    async fn pass(&self, lane: &str, rate: Rate) -> Result<Option<Duration>, StoreError> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("gone".to_owned()));
        }
        let closed = self.closed.lock().unwrap();
        if let Some((_, pause)) = closed.iter().rev().find(|(closed, _)| closed == lane) {
            return Ok(Some(*pause));
        }
        self.passed.lock().unwrap().push((lane.to_owned(), rate));
        Ok(None)
    }

    async fn close(&self, lane: &str, pause: Duration) -> Result<(), StoreError> {
        self.closed.lock().unwrap().push((lane.to_owned(), pause));
        Ok(())
    }

    async fn hold(&self, _: &str, _: &str, _: Duration) -> Result<bool, StoreError> {
        Err(StoreError::Stale)
    }

    async fn resign(&self, _: &str, _: &str) -> Result<(), StoreError> {
        Err(StoreError::Stale)
    }

    async fn agree(&self, _: &str, _: &str) -> Result<String, StoreError> {
        Err(StoreError::Stale)
    }
}
