//! A channel that sends into a list, or fails as a test tells it. It cuts replies at `|`.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use conversation::ports::{Channel, SendError, Sent, Waiting};
use conversation::{ConversationId, Part, Reply};
use tokio::time::Instant;

/// What the channel does with one part.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// It sends it, and says so.
    Send,
    /// It does not send it, and answers this.
    Refuse(SendError),
    /// It sends it, and answers that it doesn't know.
    SendUnawares,
    /// It never answers, and has not sent it.
    HangBefore,
    /// It never answers, and has sent it.
    HangAfter,
}

/// A part that reached the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) to: ConversationId,
    pub(crate) text: String,
    pub(crate) reference: String,
}

/// The channel.
pub(crate) struct ScriptedChannel {
    script: Mutex<VecDeque<Step>>,
    arrived: Mutex<Vec<Arrived>>,
    tried: Mutex<Vec<Instant>>,
    typed: Mutex<Vec<(Instant, String)>>,
}

impl ScriptedChannel {
    pub(crate) fn new() -> Self {
        Self {
            script: Mutex::default(),
            arrived: Mutex::default(),
            tried: Mutex::default(),
            typed: Mutex::default(),
        }
    }

    /// What to do with the next parts; after that it sends.
    pub(crate) fn plan(&self, steps: impl IntoIterator<Item = Step>) {
        self.script.lock().unwrap().extend(steps);
    }

    /// What reached the customers, in this order.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// The words of what reached the customers.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.arrived().into_iter().map(|part| part.text).collect()
    }

    /// When a part was handed in.
    pub(crate) fn tried(&self) -> Vec<Instant> {
        self.tried.lock().unwrap().clone()
    }

    /// When typing was shown, and for the message with which key.
    pub(crate) fn typed(&self) -> Vec<(Instant, String)> {
        self.typed.lock().unwrap().clone()
    }
}

#[async_trait]
impl Channel for ScriptedChannel {
    fn name(&self) -> &str {
        "chat"
    }

    fn parts(&self, reply: &Reply, answered: &[Waiting]) -> Vec<Part> {
        let quotes = answered.last().map(|waiting| waiting.key.clone());
        let part =
            |text: &str| Part { text: text.to_owned(), quotes: quotes.clone(), ..Part::default() };
        reply.text.split('|').map(part).collect()
    }

    async fn send(
        &self,
        to: &ConversationId,
        part: &Part,
        reference: &str,
    ) -> Result<Sent, SendError> {
        let step = self.script.lock().unwrap().pop_front().unwrap_or(Step::Send);
        self.tried.lock().unwrap().push(Instant::now());
        if matches!(step, Step::Send | Step::SendUnawares | Step::HangAfter) {
            let (to, text) = (to.clone(), part.text.clone());
            let arrived = Arrived { to, text, reference: reference.to_owned() };
            self.arrived.lock().unwrap().push(arrived);
        }
        match step {
            Step::Send => Ok(Sent { receipt: Some(format!("r-{reference}")) }),
            Step::Refuse(error) => Err(error),
            Step::SendUnawares => Err(SendError::Uncertain { why: "cut".to_owned() }),
            Step::HangBefore | Step::HangAfter => std::future::pending().await,
        }
    }

    async fn typing(&self, _: &ConversationId, answering: &Waiting) {
        self.typed.lock().unwrap().push((Instant::now(), answering.key.clone()));
    }
}
