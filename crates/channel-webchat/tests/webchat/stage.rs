//! A served chat, its store, and what stands in for the rest of a gateway.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use channel_webchat::{Condition, Options, Parts, RequestId, WebChat};
use conversation::ports::{Claim, Event, Events as _, Memory, Opened, TurnResult, Turns as _};
use conversation::{ManualClock, Reply, SystemClock, Timestamp};
use serde_json::{Value, json};
use store_memory::MemoryStore;
use support::event_stream::Tape;
use support::http::{Answer, send};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub(crate) const SECRET: &str = "a-secret-of-some-length";
pub(crate) const IDENTITY_SECRET: &str = "another-secret-of-some-length";
/// When the tests begin.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);
const ONE: NonZeroUsize = NonZeroUsize::MIN;

/// A served chat.
pub(crate) struct Stage {
    pub(crate) port: u16,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: ManualClock,
    pub(crate) description: utoipa::openapi::OpenApi,
    condition: Arc<AtomicU8>,
    /// Dropping it tells the chat to stop keeping time.
    _stop: oneshot::Sender<()>,
}

/// The usual options of these tests: a heartbeat that they needn't wait for, and an own site.
pub(crate) fn options() -> Options {
    let mut options = Options {
        allowed_origins: vec!["https://shop.example".into()],
        identity_secret: Some(IDENTITY_SECRET.into()),
        ..Options::new(SECRET.into())
    };
    options.limits.heartbeat = Duration::from_millis(400);
    options
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(options()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let clock = Arc::new(SystemClock);
        let store = Arc::new(MemoryStore::new(store_memory::Options::default(), clock));
        Self::over(store, options).await
    }

    /// A further replica over the same store.
    pub(crate) async fn over(store: Arc<MemoryStore>, options: Options) -> Self {
        let events = store.clone();
        Self::hearing(store, events, options).await
    }

    /// A replica that hears nothing of what happens in its store.
    pub(crate) async fn deaf() -> Self {
        let store =
            || Arc::new(MemoryStore::new(store_memory::Options::default(), Arc::new(SystemClock)));
        Self::hearing(store(), store(), options()).await
    }

    async fn hearing(store: Arc<MemoryStore>, events: Arc<MemoryStore>, options: Options) -> Self {
        let clock = ManualClock::new(START);
        let condition = Arc::new(AtomicU8::new(0));
        let told = Arc::clone(&condition);
        let parts = Parts {
            inbox: store.clone(),
            events,
            transcripts: store.clone(),
            handovers: store.clone(),
            accord: store.clone(),
            clock: Arc::new(clock.clone()),
            condition: Arc::new(move || match told.load(Ordering::SeqCst) {
                0 => Condition::Ok,
                1 => Condition::Degraded,
                _ => Condition::Ending,
            }),
        };
        let chat = WebChat::new(options, parts).unwrap();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(chat.keep_time(async move {
            let _ = stopped.await;
        }));
        let description = WebChat::description();
        let routes = chat.router().layer(axum::Extension(RequestId("request-7".into())));
        let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { port, store, clock, description, condition, _stop: stop }
    }

    pub(crate) fn become_degraded(&self) {
        self.condition.store(1, Ordering::SeqCst);
    }

    pub(crate) fn begin_to_end(&self) {
        self.condition.store(2, Ordering::SeqCst);
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        send(self.port, "POST", path, &all, &body.to_string()).await.unwrap()
    }

    pub(crate) async fn session(&self, asked: &Value) -> Value {
        let answer = self.post("/webchat/session", &[], asked).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// A new visitor's token.
    pub(crate) async fn visitor(&self) -> String {
        token(&self.session(&json!({})).await)
    }

    pub(crate) async fn say(&self, token: &str, id: &str, text: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        self.post("/webchat/messages", &headers, &json!({ "id": id, "text": text })).await
    }

    /// Says something that is to be taken.
    pub(crate) async fn ask(&self, token: &str, id: &str) {
        let answer = self.say(token, id, "Where is my parcel?").await;
        assert_eq!(answer.status, 202, "{}", answer.body);
    }

    pub(crate) async fn listen(&self, token: &str, after: Option<&str>) -> Tape {
        Tape::open(self.port, token, after).await.unwrap()
    }

    /// Begins the next turn, as a pool does.
    pub(crate) async fn begin_turn(&self) -> (Claim, Opened) {
        let claimed = self.store.claim(ONE, Duration::from_secs(10)).await.unwrap();
        let claim = claimed.into_iter().next().expect("a conversation is ready");
        let limit = NonZeroUsize::new(20).unwrap();
        let opened = self.store.open(&claim, limit).await.unwrap();
        let messages = opened.messages.iter().map(|waiting| waiting.id).collect();
        self.store.announce(&claim.conversation, Event::Started { messages });
        (claim, opened)
    }

    pub(crate) fn utter(&self, claim: &Claim, at: usize, text: &str) {
        let event = Event::Delta { at, text: text.to_owned() };
        self.store.announce(&claim.conversation, event);
    }

    pub(crate) async fn commit(&self, claim: &Claim, opened: &Opened, text: &str) {
        let answered = NonZeroUsize::new(opened.messages.len()).unwrap();
        let reply = Reply { text: text.to_owned(), model: "test/test".into(), at: START };
        let result = TurnResult {
            turn: format!("turn-{}", opened.messages[0].id),
            answered,
            reply,
            parts: Vec::new(),
            memory: Memory::Continues,
            known_until: None,
            kept_for: None,
        };
        self.store.commit(claim, result).await.unwrap();
    }

    /// A whole turn.
    pub(crate) async fn answer(&self, text: &str) {
        let (claim, opened) = self.begin_turn().await;
        self.commit(&claim, &opened, text).await;
    }
}

pub(crate) fn token(session: &Value) -> String {
    session["token"].as_str().expect("a token").to_owned()
}
