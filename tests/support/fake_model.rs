//! A language model server of the test's own, on a free port, over real sockets. It speaks the
//! APIs of OpenAI, Anthropic and Ollama, and is strict: a request that doesn't keep to the
//! vendor's contract is refused and remembered as a violation.
//!
//! What it answers comes from scripts, one per request in their order, and once there are none
//! left from a closure. It lives on the runtime that it was started on, and ends when dropped.

mod contract;
mod pictures;
mod script;
mod serving;
mod speech;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::fake_server::{accept, listener, lock, until};

pub use contract::{Api, Asked, Said};
pub use pictures::Picture;
pub use script::{Gate, Script};

/// A running fake model server.
pub struct FakeModel {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

type Responder = Box<dyn Fn(&Asked) -> String + Send + Sync>;
type Director = Box<dyn Fn(&Asked) -> Script + Send + Sync>;

/// What the connections of one server share.
struct State {
    manner: Manner,
    key: Mutex<Option<String>>,
    scripts: Mutex<VecDeque<Script>>,
    requests: Mutex<Vec<Asked>>,
    violations: Mutex<Vec<String>>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
    abandoned: AtomicUsize,
    connections: AtomicUsize,
    changed: Notify,
}

/// Where answers come from when there is no script.
enum Manner {
    /// From nowhere: such a request is a violation.
    Scripted,
    /// From a closure, after a delay.
    Answering(Responder, Duration),
    /// By a script that a closure makes up; the questions are not remembered.
    Deciding(Director),
    /// Always the same, after a delay, without reading the question: for benchmarks.
    Lean(speech::Prepared, Duration),
}

impl FakeModel {
    /// A server that answers by scripts only.
    #[must_use]
    pub fn scripted() -> Self {
        Self::start(Manner::Scripted)
    }

    /// A server that answers with all that the customer has said, joined by ` | `.
    #[must_use]
    pub fn echoing() -> Self {
        Self::answering(|asked| asked.customer_said().join(" | "))
    }

    /// A server whose answers `reply` makes up; they are streamed in a few pieces.
    #[must_use]
    pub fn answering(reply: impl Fn(&Asked) -> String + Send + Sync + 'static) -> Self {
        Self::answering_after(Duration::ZERO, reply)
    }

    /// Like [`Self::answering`], with `delay` before the first byte.
    #[must_use]
    pub fn answering_after(
        delay: Duration,
        reply: impl Fn(&Asked) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::start(Manner::Answering(Box::new(reply), delay))
    }

    /// A server that plays the script that `script` makes up for each question. It may be asked
    /// any number of times, since it remembers no questions.
    #[must_use]
    pub fn deciding(script: impl Fn(&Asked) -> Script + Send + Sync + 'static) -> Self {
        Self::start(Manner::Deciding(Box::new(script)))
    }

    /// A server that costs as little as possible: it always answers `reply` after `delay`,
    /// checks nothing and remembers nothing.
    #[must_use]
    pub fn lean(reply: &str, delay: Duration) -> Self {
        Self::start(Manner::Lean(speech::Prepared::new(reply), delay))
    }

    fn start(manner: Manner) -> Self {
        // A gateway under load opens a thousand connections at once, and none may have to wait.
        let listener = listener();
        let address = listener.local_addr().expect("the address of a bound listener");
        let state = Arc::new(State {
            manner,
            key: Mutex::default(),
            scripts: Mutex::default(),
            requests: Mutex::default(),
            violations: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
            abandoned: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            changed: Notify::new(),
        });
        let accepting = tokio::spawn(accept(listener, {
            let state = Arc::clone(&state);
            move |connection| {
                state.connections.fetch_add(1, Ordering::SeqCst);
                serving::serve(connection, Arc::clone(&state))
            }
        }));
        Self { address, state, accepting }
    }

    /// Its address without a path, which is the base address for Anthropic and Ollama.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base address of an API, as settings have it.
    #[must_use]
    pub fn base_url(&self, api: Api) -> String {
        match api {
            Api::OpenAi => format!("{}/v1", self.url()),
            Api::Anthropic | Api::Ollama => self.url(),
        }
    }

    /// Lets nobody in without this key from now on.
    pub fn require_key(&self, key: &str) {
        *lock(&self.state.key) = Some(key.to_owned());
    }

    /// Adds the answer to the request after those that have scripts already.
    pub fn push(&self, script: Script) {
        lock(&self.state.scripts).push_back(script);
    }

    /// Drops the scripts that have not been used yet.
    pub fn forget_scripts(&self) {
        lock(&self.state.scripts).clear();
    }

    /// How many scripts have not been used yet.
    #[must_use]
    pub fn scripts_left(&self) -> usize {
        lock(&self.state.scripts).len()
    }

    /// The questions so far that kept to the contract, in the order of their arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        lock(&self.state.requests).clone()
    }

    /// How many there are.
    #[must_use]
    pub fn request_count(&self) -> usize {
        lock(&self.state.requests).len()
    }

    /// What requests did against the contract so far.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        lock(&self.state.violations).clone()
    }

    /// How many questions are being answered.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.state.under_way.load(Ordering::SeqCst)
    }

    /// How many were being answered at once at most.
    #[must_use]
    pub fn most_under_way(&self) -> usize {
        self.state.most_under_way.load(Ordering::SeqCst)
    }

    /// How many connections were made to it.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// How many answers were not waited for to their end.
    #[must_use]
    pub fn abandoned(&self) -> usize {
        self.state.abandoned.load(Ordering::SeqCst)
    }

    /// Waits until `count` requests have come.
    pub async fn wait_for_requests(&self, count: usize) {
        self.wait(|| self.request_count() >= count).await;
    }

    /// Waits until `count` answers were abandoned.
    pub async fn wait_for_abandoned(&self, count: usize) {
        self.wait(|| self.abandoned() >= count).await;
    }

    /// Waits until nothing is being answered.
    pub async fn wait_until_idle(&self) {
        self.wait(|| self.under_way() == 0).await;
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

impl Drop for FakeModel {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
