//! Telegram's Bot API of the test's own, on a free port, over real sockets. It is strict: a call
//! that doesn't keep to the contract is refused and remembered as a violation.
//!
//! It takes messages and edits and remembers what a customer would see, fails as scripted, hands
//! out updates to whoever asks, or posts them to the webhook that was registered: in their order,
//! each again and again until it is taken, and none before the one ahead of it. It lives on the
//! runtime that it was started on, and ends when dropped.

mod contract;
mod fault;
mod html;
mod posting;
mod postings;
mod serving;

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::fake_server::{accept, listener, lock, until};

pub use fault::Fault;
pub use posting::{Hook, Posted};
use postings::Postings;
pub use postings::Ticket;

/// A call that kept to the contract.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method.
    pub method: String,
    /// Its parameters.
    pub parameters: Value,
    /// What stood before `/bot` in the path, by which a test can tell its gateways apart.
    pub via: String,
}

/// A message as a customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Its id.
    pub message_id: i64,
    /// The chat.
    pub chat: i64,
    /// The topic, if it is in one.
    pub topic: Option<i64>,
    /// The business connection, if it was sent through one.
    pub business: Option<String>,
    /// The message that it replies to.
    pub reply_to: Option<i64>,
    /// The words as they are now, without formatting.
    pub text: String,
    /// The words as they are now, as they were written.
    pub written: String,
    /// How often it was edited.
    pub edits: usize,
}

type Rule = Box<dyn Fn(&Call) -> Option<Fault> + Send + Sync>;

/// A running fake Bot API.
pub struct FakeTelegram {
    address: SocketAddr,
    state: Arc<State>,
    tasks: [JoinHandle<()>; 2],
}

/// What the connections of one server share.
struct State {
    token: String,
    username: String,
    /// How long a second of Telegram's patience is here.
    second: Duration,
    faults: Mutex<HashMap<String, VecDeque<Fault>>>,
    rule: Mutex<Option<Rule>>,
    calls: Mutex<Vec<Call>>,
    violations: Mutex<Vec<String>>,
    delivered: Mutex<Vec<Delivered>>,
    acknowledged: Mutex<Vec<String>>,
    blocked: Mutex<HashSet<i64>>,
    files: Mutex<HashMap<String, (String, Vec<u8>)>>,
    hook: Mutex<Option<Hook>>,
    hook_error: Mutex<Option<String>>,
    posted: Mutex<Vec<Posted>>,
    updates: Mutex<VecDeque<Value>>,
    postings: Mutex<Postings>,
    next_update: AtomicI64,
    next_message: AtomicI64,
    is_polled: AtomicBool,
    conflicts: AtomicUsize,
    changed: Notify,
}

impl FakeTelegram {
    /// A Bot API for the bot with this token and username.
    #[must_use]
    pub fn start(token: &str, username: &str) -> Self {
        Self::start_with(token, username, Duration::from_secs(1))
    }

    /// The same, whose seconds between two posts of an update last only so long.
    #[must_use]
    pub fn start_with(token: &str, username: &str, second: Duration) -> Self {
        let listener = listener();
        let address = listener.local_addr().expect("the address of a bound listener");
        let state = Arc::new(State {
            token: token.to_owned(),
            username: username.to_owned(),
            second,
            faults: Mutex::default(),
            rule: Mutex::default(),
            calls: Mutex::default(),
            violations: Mutex::default(),
            delivered: Mutex::default(),
            acknowledged: Mutex::default(),
            blocked: Mutex::default(),
            files: Mutex::default(),
            hook: Mutex::default(),
            hook_error: Mutex::default(),
            posted: Mutex::default(),
            updates: Mutex::default(),
            postings: Mutex::default(),
            next_update: AtomicI64::new(500_000_001),
            next_message: AtomicI64::new(1001),
            is_polled: AtomicBool::new(false),
            conflicts: AtomicUsize::new(0),
            changed: Notify::new(),
        });
        let tasks = [
            tokio::spawn(accept(listener, {
                let state = Arc::clone(&state);
                move |connection| serving::serve(connection, Arc::clone(&state))
            })),
            tokio::spawn(posting::post_updates(Arc::clone(&state))),
        ];
        Self { address, state, tasks }
    }

    /// Its address, as `apiRoot` has it.
    #[must_use]
    pub fn api_root(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Fails the next call of a method that has no fault waiting already, like this.
    pub fn fail(&self, method: &str, fault: Fault) {
        lock(&self.state.faults).entry(method.to_owned()).or_default().push_back(fault);
    }

    /// Asks this about every call for which no fault waits.
    pub fn fail_by(&self, rule: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) {
        *lock(&self.state.rule) = Some(Box::new(rule));
    }

    /// From now on this chat's customer has the bot blocked.
    pub fn block(&self, chat: i64) {
        lock(&self.state.blocked).insert(chat);
    }

    /// Has a file that can be fetched by this handle.
    pub fn put_file(&self, handle: &str, path: &str, content: &[u8]) {
        lock(&self.state.files).insert(handle.to_owned(), (path.to_owned(), content.to_owned()));
    }

    /// Has an update to hand out, and gives it its number, which is returned.
    pub fn update(&self, kind: &str, body: Value) -> i64 {
        let id = self.state.next_update.fetch_add(1, Ordering::SeqCst);
        self.raw_update(json!({"update_id": id, kind: body}));
        id
    }

    /// Has an update to hand out just as it is.
    pub fn raw_update(&self, update: Value) {
        lock(&self.state.updates).push_back(update);
        self.state.changed.notify_waiters();
    }

    /// A person writes to the bot. Returns the update's number.
    pub fn says(&self, person: i64, text: &str) -> i64 {
        let message_id = self.state.next_message.fetch_add(1, Ordering::SeqCst);
        self.update(
            "message",
            json!({
                "message_id": message_id,
                "from": {"id": person, "is_bot": false, "first_name": "Ann", "language_code": "de"},
                "chat": {"id": person, "first_name": "Ann", "type": "private"},
                "date": 1_769_860_800,
                "text": text,
            }),
        )
    }

    /// The messages that customers see, in the order in which they were first sent.
    #[must_use]
    pub fn delivered(&self) -> Vec<Delivered> {
        lock(&self.state.delivered).clone()
    }

    /// The ids of the queries of tapped buttons that were answered.
    #[must_use]
    pub fn acknowledged(&self) -> Vec<String> {
        lock(&self.state.acknowledged).clone()
    }

    /// The calls so far that kept to the contract, whatever became of them.
    #[must_use]
    pub fn calls(&self, method: &str) -> Vec<Call> {
        lock(&self.state.calls).iter().filter(|call| call.method == method).cloned().collect()
    }

    /// What calls did against the contract so far.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        lock(&self.state.violations).clone()
    }

    /// The webhook that is registered.
    #[must_use]
    pub fn hook(&self) -> Option<Hook> {
        lock(&self.state.hook).clone()
    }

    /// Every attempt to post an update so far.
    #[must_use]
    pub fn posted(&self) -> Vec<Posted> {
        lock(&self.state.posted).clone()
    }

    /// How often somebody asked for updates while another one did.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        self.state.conflicts.load(Ordering::SeqCst)
    }

    /// Waits until nobody asks for updates.
    pub async fn wait_until_nobody_asks(&self) {
        self.wait(|| !self.state.is_polled.load(Ordering::SeqCst)).await;
    }

    /// How many updates are not taken yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        lock(&self.state.updates).len()
    }

    /// Waits until customers see this many messages.
    pub async fn wait_for_delivered(&self, count: usize) {
        self.wait(|| lock(&self.state.delivered).len() >= count).await;
    }

    /// Waits until an update was posted this often, whatever became of it.
    pub async fn wait_for_posts(&self, count: usize) {
        self.wait(|| lock(&self.state.posted).len() >= count).await;
    }

    /// Waits until a method was called this often.
    pub async fn wait_for_calls(&self, method: &str, count: usize) {
        self.wait(|| self.calls(method).len() >= count).await;
    }

    /// Waits until every update is taken.
    pub async fn wait_until_taken(&self) {
        self.wait(|| self.pending() == 0).await;
    }

    async fn wait(&self, holds: impl Fn() -> bool) {
        until(&self.state.changed, holds).await;
    }
}

impl State {
    fn violation(&self, what: String) {
        lock(&self.violations).push(what);
        self.changed.notify_waiters();
    }
}

impl Drop for FakeTelegram {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
