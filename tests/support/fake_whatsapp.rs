//! WhatsApp's Cloud API of the test's own, on a free port, over real sockets. It is strict: a
//! request that doesn't keep to the contract is refused and remembered as a violation.
//!
//! It takes messages, read marks and requests for files, fails as scripted, and posts webhooks
//! that are signed as WhatsApp signs them. It lives on the runtime that it was started on, and
//! ends when dropped.

mod contract;
mod script;
mod serving;
mod webhooks;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::fake_server::{accept, listener, lock, until};

pub use contract::{Delivered, ReadMark};
pub use script::Script;
pub use webhooks::{sign, status_webhook, text_webhook};

/// What both sides know of a business number.
#[derive(Clone, Debug)]
pub struct Account {
    /// The version of the API, such as `v25.0`.
    pub version: String,
    /// The id of the business number.
    pub phone_number_id: String,
    /// The token that lets requests in.
    pub access_token: String,
    /// The secret that webhooks are signed with.
    pub app_secret: String,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            version: "v25.0".to_owned(),
            phone_number_id: "106540352242922".to_owned(),
            access_token: "EAAJ-fake-token".to_owned(),
            app_secret: "fake-app-secret".to_owned(),
        }
    }
}

/// A file that can be fetched.
#[derive(Clone, Debug)]
pub struct File {
    /// Its type.
    pub media_type: String,
    /// Its content.
    pub content: Vec<u8>,
    /// The size that is told beforehand; the true one unless set.
    pub told_size: Option<u64>,
    /// The address that is told; one of this server unless set.
    pub told_url: Option<String>,
    /// The hash that is told; none unless set.
    pub told_sha256: Option<String>,
}

impl File {
    /// A file of which the truth is told.
    #[must_use]
    pub fn new(media_type: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            media_type: media_type.to_owned(),
            content: content.into(),
            told_size: None,
            told_url: None,
            told_sha256: None,
        }
    }
}

type Rule = Box<dyn Fn(&Delivered, &str) -> Script + Send + Sync>;

/// A running fake of the API.
pub struct FakeWhatsApp {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

/// What the connections of one server share.
struct State {
    address: SocketAddr,
    account: Account,
    scripts: Mutex<VecDeque<Script>>,
    rule: Mutex<Option<Rule>>,
    next_receipt: AtomicUsize,
    delivered: Mutex<Vec<Delivered>>,
    read_marks: Mutex<Vec<ReadMark>>,
    files: Mutex<HashMap<String, File>>,
    violations: Mutex<Vec<String>>,
    not_let_in: AtomicUsize,
    requests: AtomicUsize,
    changed: Notify,
}

impl FakeWhatsApp {
    /// Starts the API of this account.
    ///
    /// # Panics
    /// If the machine has no free port left.
    #[must_use]
    pub fn start(account: Account) -> Self {
        let listener = listener();
        let address = listener.local_addr().expect("the address of a bound listener");
        let state = Arc::new(State {
            address,
            account,
            scripts: Mutex::default(),
            rule: Mutex::default(),
            next_receipt: AtomicUsize::new(0),
            delivered: Mutex::default(),
            read_marks: Mutex::default(),
            files: Mutex::default(),
            violations: Mutex::default(),
            not_let_in: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            changed: Notify::new(),
        });
        let accepting = tokio::spawn(accept(listener, {
            let state = Arc::clone(&state);
            move |connection| serving::serve(connection, Arc::clone(&state))
        }));
        Self { address, state, accepting }
    }

    /// Its address, as settings have it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What both sides know.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.state.account
    }

    /// Adds what becomes of the message after those that have scripts already. A message without
    /// a script is taken.
    pub fn push(&self, script: Script) {
        lock(&self.state.scripts).push_back(script);
    }

    /// Asks this about every message for which no script waits. It is told the message, and what
    /// stood before the version in the path, by which a test can tell its gateways apart.
    pub fn decide_by(&self, rule: impl Fn(&Delivered, &str) -> Script + Send + Sync + 'static) {
        *lock(&self.state.rule) = Some(Box::new(rule));
    }

    /// How many scripts have not been used yet.
    #[must_use]
    pub fn scripts_left(&self) -> usize {
        lock(&self.state.scripts).len()
    }

    /// Puts a file under a handle.
    pub fn put_file(&self, handle: &str, file: File) {
        lock(&self.state.files).insert(handle.to_owned(), file);
    }

    /// The messages that it took, in their order, also those whose sender never heard of it.
    #[must_use]
    pub fn delivered(&self) -> Vec<Delivered> {
        lock(&self.state.delivered).clone()
    }

    /// The messages of customers that were marked as read, in the order of the marks.
    #[must_use]
    pub fn read_marks(&self) -> Vec<ReadMark> {
        lock(&self.state.read_marks).clone()
    }

    /// What requests did against the contract so far.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        lock(&self.state.violations).clone()
    }

    /// How many requests came with another token or none.
    #[must_use]
    pub fn not_let_in(&self) -> usize {
        self.state.not_let_in.load(Ordering::SeqCst)
    }

    /// How many requests came.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// Waits until it took `count` messages.
    pub async fn wait_for_delivered(&self, count: usize) {
        self.wait(|| lock(&self.state.delivered).len() >= count).await;
    }

    /// Waits until `count` requests came.
    pub async fn wait_for_requests(&self, count: usize) {
        self.wait(|| self.requests() >= count).await;
    }

    /// Ends it. When this returns, nobody listens at its address any more.
    pub async fn stop(mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
    }

    async fn wait(&self, holds: impl Fn() -> bool) {
        until(&self.state.changed, holds).await;
    }
}

impl Drop for FakeWhatsApp {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
