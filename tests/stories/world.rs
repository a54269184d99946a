//! The world of a story: a store in memory, customers who say things, and replicas that answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conversation::ports::{
    Accepted, Archive as _, Brief, DeadLetter, Inbox as _, Knowledge, LanguageModel, MessageState,
    Notes as _, Noticed, Overview as _, Turns,
};
use conversation::{
    Allowance, AnswerBy, Clock, ConversationId, DedupeKey, Fingerprint, Inbound, Message,
    MessageId, Note, Remark, Remarked, Scope, Timestamp,
};
use dialogue::{Options, Parts, Pool};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use store_memory::MemoryStore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::fakes::channel::ScriptedChannel;
use crate::fakes::echo::Echo;

/// The lease of every claim, as in production.
pub(crate) const LEASE: Duration = Duration::from_secs(3);

/// How long anything may take in a story, on the story's own clock.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Everything a story happens in.
pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) model: Arc<Echo>,
    pub(crate) channel: Arc<ScriptedChannel>,
    pub(crate) options: Options,
    /// How often each customer may ask for an answer.
    pub(crate) rate: Option<Allowance>,
    clock: Arc<dyn Clock>,
    said: AtomicUsize,
}

/// A pool that runs.
pub(crate) struct Replica {
    pub(crate) pool: Pool,
    drain: CancellationToken,
    abort: CancellationToken,
    running: JoinHandle<()>,
    figures: PrometheusHandle,
}

/// The time of Tokio, which stands still in a test until nothing else is to be done.
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_750_000_000_000).plus(self.0.elapsed())
    }
}

/// Skills that never change.
struct Shelf;

impl Knowledge for Shelf {
    fn brief(&self, _: &str, _: usize) -> Brief {
        Brief { text: "Parcels take two days.".into(), revision: self.revision() }
    }

    fn revision(&self) -> Arc<str> {
        "1".into()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(RuntimeClock(Instant::now()));
        let options = store_memory::Options { lease: LEASE, ..store_memory::Options::default() };
        Self {
            store: MemoryStore::new(options, Arc::clone(&clock)),
            model: Arc::new(Echo::new()),
            channel: Arc::new(ScriptedChannel::new()),
            options: Options::default(),
            rate: None,
            clock,
            said: AtomicUsize::new(0),
        }
    }

    /// Starts a replica of this name.
    pub(crate) fn start(&self, name: &str) -> Replica {
        self.start_with(Arc::new(self.store.for_replica(name)), self.model.clone())
    }

    /// Starts a replica on this store and with this model.
    pub(crate) fn start_with(
        &self,
        store: Arc<dyn Turns>,
        model: Arc<dyn LanguageModel>,
    ) -> Replica {
        let parts = Parts {
            store,
            events: Arc::new(self.store.clone()),
            model,
            knowledge: Arc::new(Shelf),
            channels: vec![self.channel.clone()],
            clock: Arc::clone(&self.clock),
        };
        let recorder = PrometheusBuilder::new().build_recorder();
        let options = self.options.clone();
        let pool = metrics::with_local_recorder(&recorder, || Pool::new(parts, options));
        let (drain, abort) = (CancellationToken::new(), CancellationToken::new());
        let running = tokio::spawn(pool.run(drain.clone(), abort.clone()));
        Replica { pool, drain, abort, running, figures: recorder.handle() }
    }

    /// Lets a customer say something, and gives it the story's next number as its key.
    pub(crate) async fn say(&self, to: &ConversationId, text: &str) -> MessageId {
        self.say_as(to, Message::text(text, self.clock.now())).await
    }

    /// Lets a customer say something with a name or an attachment.
    pub(crate) async fn say_as(&self, to: &ConversationId, message: Message) -> MessageId {
        let number = self.said.fetch_add(1, Ordering::Relaxed);
        let key = DedupeKey::new(format!("key-{number}")).unwrap();
        let answer_by = match to.channel() {
            "chat" => AnswerBy::Channel,
            _ => AnswerBy::Record(Fingerprint::of(&[message.text.as_bytes()])),
        };
        let request = Some(format!("request-{number}"));
        let (conversation, rate) = (to.clone(), self.rate);
        let inbound = Inbound { conversation, key, message, answer_by, request, rate };
        match self.store.accept(vec![inbound]).await.unwrap().remove(0) {
            Accepted::New(id) | Accepted::Recorded(id) => id,
            other => panic!("not a fresh message: {other:?}"),
        }
    }

    /// Tells what happened besides messages, now.
    pub(crate) async fn note(&self, of: &ConversationId, about: Option<&str>, what: Remarked) {
        let number = self.said.fetch_add(1, Ordering::Relaxed);
        let key = DedupeKey::new(format!("key-{number}")).unwrap();
        let remark = Remark { about: about.map(str::to_owned), what, at: self.clock.now() };
        let note = Note { conversation: of.clone(), key, remark, scope: Scope::Always };
        assert_eq!(self.store.note(vec![note]).await.unwrap(), [Noticed::Kept]);
    }

    /// A message of now that its provider calls `reference`.
    pub(crate) fn named(&self, reference: &str, text: &str) -> Message {
        let reference = Some(reference.to_owned());
        Message { reference, ..Message::text(text, self.clock.now()) }
    }

    /// How far a message has come.
    pub(crate) async fn state(&self, id: &MessageId) -> MessageState {
        self.store.message(id).await.unwrap().unwrap()
    }

    /// The answer to a message that is recorded, once it is there.
    pub(crate) async fn answer(&self, to: &ConversationId, id: &MessageId) -> String {
        use conversation::ports::Events as _;
        let mut watch = self.store.watch_here(to);
        loop {
            match self.state(id).await {
                MessageState::Waiting => watch.next().await,
                MessageState::Answered(reply) => return reply.unwrap().text,
                other => panic!("not to be answered: {other:?}"),
            };
        }
    }

    /// Waits until no conversation is ready, held or put off.
    pub(crate) async fn is_idle(&self) {
        self.until(async || {
            let queue = self.store.queue().await.unwrap();
            queue.ready + queue.claimed + queue.delayed == 0
        })
        .await;
    }

    /// Waits until something is so. The clock of the story moves in steps of ten milliseconds.
    pub(crate) async fn until(&self, so: impl AsyncFn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so().await {
            assert!(Instant::now() < end, "it never came to that");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// What customers said and were answered, turn by turn.
    pub(crate) async fn turns(&self, of: &ConversationId) -> Vec<(Vec<String>, String)> {
        let history = self.store.history(of).await.unwrap();
        let turn = |exchange: conversation::Exchange| {
            let asked = exchange.asked.into_iter().map(|message| message.text).collect();
            (asked, exchange.reply.text)
        };
        history.into_iter().map(turn).collect()
    }

    /// The dead letters.
    pub(crate) async fn dead(&self) -> Vec<DeadLetter> {
        self.store.dead_letters(100).await.unwrap()
    }
}

impl Replica {
    /// Ends the replica as `kill -9` does, as far as anyone outside can tell.
    pub(crate) async fn kill(self) {
        self.running.abort();
        assert!(self.running.await.unwrap_err().is_cancelled());
    }

    /// Tells the replica to finish what it has.
    pub(crate) fn drain(&self) {
        self.drain.cancel();
    }

    /// Tells the replica to stop where it is.
    pub(crate) fn abort(&self) {
        self.abort.cancel();
    }

    /// Waits until the replica has ended.
    pub(crate) async fn ended(self) {
        self.running.await.unwrap();
    }

    /// Fails if a turn of this replica crashed, as it does when a fake finds fault with it.
    pub(crate) fn assert_nothing_crashed(&self) {
        assert_eq!(self.figure("openclaw_turns_total", "panicked"), 0, "see the panic above");
    }

    /// The sum of a metric over all labels that contain `labels`.
    pub(crate) fn figure(&self, name: &str, labels: &str) -> u64 {
        let figures = self.figures.render();
        let lines = figures.lines().filter(|line| !line.starts_with('#'));
        let found = lines.filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let rest = series.strip_prefix(name)?;
            let fits = (rest.is_empty() || rest.starts_with('{')) && rest.contains(labels);
            fits.then(|| value.parse::<u64>().unwrap())
        });
        let found: Vec<u64> = found.collect();
        assert!(!found.is_empty(), "no figure {name} {labels} in\n{figures}");
        found.iter().sum()
    }
}

/// A conversation whose answers are recorded.
pub(crate) fn api(customer: &str) -> ConversationId {
    ConversationId::new("api", customer).unwrap()
}

/// A conversation whose answers are sent.
pub(crate) fn chat(customer: &str) -> ConversationId {
    ConversationId::new("chat", customer).unwrap()
}
