//! A channel that sends into a list, or fails as a test tells it. It cuts replies at `|`.

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Channel, Drafts, Media, SendError, Sent, Waiting};
use conversation::{ConversationId, Part, Reply};
use tokio::time::Instant;

use super::album::Album;
use super::board::Board;

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
    pub(crate) replaces: Option<String>,
}

/// The channel.
pub(crate) struct ScriptedChannel {
    script: Mutex<VecDeque<Step>>,
    arrived: Mutex<Vec<Arrived>>,
    tried: Mutex<Vec<Instant>>,
    typed: Mutex<Vec<(Instant, String)>>,
    /// Set if it shows drafts.
    pub(crate) board: OnceLock<Board>,
    /// Set if it can fetch what came with messages.
    pub(crate) album: OnceLock<Album>,
    /// Set if the provider may say this much later what became of a part.
    pub(crate) receipts_within: OnceLock<Duration>,
}

impl ScriptedChannel {
    pub(crate) fn new() -> Self {
        Self {
            script: Mutex::default(),
            arrived: Mutex::default(),
            tried: Mutex::default(),
            typed: Mutex::default(),
            board: OnceLock::new(),
            album: OnceLock::new(),
            receipts_within: OnceLock::new(),
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
        of: &ConversationId,
        part: &Part,
        reference: &str,
    ) -> Result<Sent, SendError> {
        let step = self.script.lock().unwrap().pop_front().unwrap_or(Step::Send);
        self.tried.lock().unwrap().push(Instant::now());
        if matches!(step, Step::Send | Step::SendUnawares | Step::HangAfter) {
            let (to, text) = (part.arrives_in(of).clone(), part.text.clone());
            let (reference, replaces) = (reference.to_owned(), part.replaces.clone());
            let arrived = Arrived { to, text, reference, replaces };
            self.arrived.lock().unwrap().push(arrived);
        }
        match step {
            Step::Send => Ok(Sent { receipt: Some(format!("r-{reference}")) }),
            Step::Refuse(error) => Err(error),
            Step::SendUnawares => Err(SendError::Uncertain { why: "cut".to_owned() }),
            Step::HangBefore | Step::HangAfter => std::future::pending().await,
        }
    }

    fn receipts_within(&self) -> Option<Duration> {
        self.receipts_within.get().copied()
    }

    fn drafts(&self) -> Option<&dyn Drafts> {
        self.board.get().map(|board| board as &dyn Drafts)
    }

    fn media(&self) -> Option<&dyn Media> {
        self.album.get().map(|album| album as &dyn Media)
    }

    async fn typing(&self, _: &ConversationId, answering: &Waiting) {
        self.typed.lock().unwrap().push((Instant::now(), answering.key.clone()));
    }
}
