//! A fake Bot API, and everything of the channel that talks to it.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use channel_telegram::{
    BotApi, BotToken, Listener, Me, Mode, Options, Rates, Reception, Streaming, Telegram,
    WebhookSecret,
};
use conversation::ports::{
    Accepted, Channel as _, Inbox, MessageState, Move, Notes, Noticed, SendError, Sent, Turns as _,
    Waiting,
};
use conversation::{
    ConversationId, Digest, Inbound, KeyDigest, ManualClock, Message, MessageId, Note, Part,
    Remarked, Reply, StoreError, Timestamp,
};
use store_memory::MemoryStore;
use support::fake_telegram::FakeTelegram;
use tokio::sync::Semaphore;

use crate::log::Log;

pub(crate) const TOKEN: &str = "424242:AAH-very_secret-token";
pub(crate) const NOON: Timestamp = Timestamp(1_769_860_800_000);

/// A fake Bot API and a channel that uses it.
pub(crate) struct World {
    pub(crate) fake: FakeTelegram,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) options: Options,
    pub(crate) api: BotApi,
    pub(crate) channel: Telegram,
    pub(crate) store: Arc<MemoryStore>,
}

impl World {
    pub(crate) fn new() -> Self {
        // What Telegram would wait for a second it waits for a millisecond here.
        let fake = FakeTelegram::start_with(TOKEN, "the_bot", Duration::from_millis(1));
        let root = fake.api_root();
        Self::at(fake, &root)
    }

    /// One whose channel looks for the Bot API elsewhere.
    pub(crate) fn at(fake: FakeTelegram, root: &str) -> Self {
        let mut options = Options::new(BotToken::new(TOKEN).unwrap(), Mode::Polling);
        root.clone_into(&mut options.api_root);
        Self::with(fake, options)
    }

    pub(crate) fn with(fake: FakeTelegram, options: Options) -> Self {
        Log::shared();
        let clock = Arc::new(ManualClock::new(NOON));
        let api = BotApi::new(&options).unwrap();
        let store = MemoryStore::new(store_memory::Options::default(), clock.clone());
        let store = Arc::new(store);
        let (rates, accord) = (Rates::default(), store.clone());
        let channel = Telegram::new(api.clone(), Streaming::Edit, rates, accord, clock.clone());
        Self { fake, clock, options, api, channel, store }
    }

    /// One that doesn't wait long for an answer.
    pub(crate) fn impatient() -> Self {
        let fake = FakeTelegram::start(TOKEN, "the_bot");
        let mut options = Options::new(BotToken::new(TOKEN).unwrap(), Mode::Polling);
        options.api_root = fake.api_root();
        options.timeouts.request = Duration::from_millis(200);
        Self::with(fake, options)
    }

    /// Sends one part that says this.
    pub(crate) async fn send(&self, to: &str, html: &str) -> Result<Sent, SendError> {
        self.send_part(to, Part { text: html.to_owned(), ..Part::default() }).await
    }

    pub(crate) async fn send_part(&self, to: &str, part: Part) -> Result<Sent, SendError> {
        self.channel.send(&chat(to), &part, "turn:0").await
    }

    /// Makes parts of a reply and sends them all.
    pub(crate) async fn reply(&self, to: &str, markdown: &str, answered: &[Waiting]) {
        let reply = Reply { text: markdown.to_owned(), model: "a/b".to_owned(), at: NOON };
        for part in self.channel.parts(&reply, answered) {
            self.clock.advance(Duration::from_secs(5));
            self.channel.send(&chat(to), &part, "turn:0").await.unwrap();
        }
    }

    pub(crate) fn listener(&self) -> Listener {
        let me = Me { id: 424_242, username: Some("the_bot".to_owned()) };
        Listener::new(me, &self.options)
    }

    /// Takes updates into this store.
    pub(crate) fn reception(&self, store: &Arc<Shelf>) -> Arc<Reception> {
        let notes = store.clone() as Arc<dyn Notes>;
        let inbox = store.clone() as Arc<dyn Inbox>;
        Arc::new(Reception::new(self.listener(), inbox, notes, self.clock.clone()))
    }
}

pub(crate) fn chat(key: &str) -> ConversationId {
    ConversationId::new("telegram", key).unwrap()
}

pub(crate) fn secret() -> WebhookSecret {
    WebhookSecret::new("Hook_secret-1").unwrap()
}

/// A waiting message that its provider calls so.
pub(crate) fn waiting(reference: &str) -> Waiting {
    let id = MessageId { conversation: Digest([0; 16]), key: KeyDigest([0; 12]), token: [0; 8] };
    let reference = (!reference.is_empty()).then(|| reference.to_owned());
    let message = Message { reference, ..Message::text("hi", NOON) };
    Waiting { id, key: "90".to_owned(), message, request: None }
}

/// A store in memory that counts, fails, and waits as a test says.
pub(crate) struct Shelf {
    store: MemoryStore,
    faults: Mutex<Vec<Option<StoreError>>>,
    calls: AtomicUsize,
    gate: Mutex<Option<Arc<Semaphore>>>,
    texts: Mutex<Vec<(String, String)>>,
    notes: Mutex<Vec<String>>,
    requests: Mutex<Vec<Option<String>>>,
}

impl Shelf {
    pub(crate) fn new(world: &World) -> Arc<Self> {
        Arc::new(Self {
            store: MemoryStore::new(store_memory::Options::default(), world.clock.clone()),
            faults: Mutex::default(),
            calls: AtomicUsize::new(0),
            gate: Mutex::default(),
            texts: Mutex::default(),
            notes: Mutex::default(),
            requests: Mutex::default(),
        })
    }

    /// Fails the next calls like this.
    pub(crate) fn fail(&self, faults: &[StoreError]) {
        self.faults.lock().unwrap().extend(faults.iter().rev().cloned().map(Some));
    }

    /// Lets the next call pass, and fails the one after it like this.
    pub(crate) fn fail_second(&self, fault: StoreError) {
        self.faults.lock().unwrap().extend([Some(fault), None]);
    }

    /// Lets nothing be stored before the semaphore has a permit for it.
    pub(crate) fn wait_for(&self, gate: &Arc<Semaphore>) {
        *self.gate.lock().unwrap() = Some(gate.clone());
    }

    /// How often it was called, for whatever.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// What was stored for the first time, with its conversation's key.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        self.texts.lock().unwrap().clone()
    }

    /// The words that wait for an answer, as they stand now, by their conversations.
    pub(crate) async fn waiting(&self) -> Vec<String> {
        let all = NonZeroUsize::new(100).unwrap();
        let mut words = Vec::new();
        for claim in self.store.claim(all, Duration::ZERO).await.unwrap() {
            let opened = self.store.open(&claim, all).await.unwrap();
            words.extend(opened.messages.into_iter().map(|waiting| waiting.message.text));
        }
        words
    }

    /// The ids of the requests that brought messages.
    pub(crate) fn requests(&self) -> Vec<Option<String>> {
        self.requests.lock().unwrap().clone()
    }

    /// What happened besides, each with the message that it is about.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    fn fault(&self) -> Result<(), StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.faults.lock().unwrap().pop().flatten().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Inbox for Shelf {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        self.fault()?;
        let requests = batch.iter().map(|inbound| inbound.request.clone());
        self.requests.lock().unwrap().extend(requests);
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        let accepted = self.store.accept(batch.clone()).await?;
        let mut texts = self.texts.lock().unwrap();
        for (inbound, accepted) in batch.into_iter().zip(&accepted) {
            if matches!(accepted, Accepted::New(_)) {
                texts.push((inbound.conversation.key().to_owned(), inbound.message.text));
            }
        }
        Ok(accepted)
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        self.store.message(id).await
    }
}

#[async_trait]
impl Notes for Shelf {
    async fn note(&self, notes: Vec<Note>) -> Result<Vec<Noticed>, StoreError> {
        self.fault()?;
        let noticed = self.store.note(notes.clone()).await?;
        let stored = notes.iter().zip(&noticed).filter(|(_, what)| **what != Noticed::Ignored);
        let told = stored.map(|(note, _)| {
            let what = match &note.remark.what {
                Remarked::Edited(message) => format!("edited: {}", message.text),
                Remarked::Unanswered(message) => format!("unanswered: {}", message.text),
                Remarked::Reacted(emoji) => format!("reacted: {}", emoji.join(" ")),
                Remarked::Happened(what) => what.clone(),
                other => format!("{other:?}"),
            };
            format!("{} {what}", note.remark.about.as_deref().unwrap_or("-"))
        });
        self.notes.lock().unwrap().extend(told);
        Ok(noticed)
    }

    async fn carry_over(&self, moves: Vec<Move>) -> Result<Vec<bool>, StoreError> {
        self.fault()?;
        let told = moves.iter().map(|it| format!("{} is now {}", it.from.key(), it.to.key()));
        self.notes.lock().unwrap().extend(told);
        Ok(vec![true; moves.len()])
    }
}
