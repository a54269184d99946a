//! The channel: sends parts, shows that an answer is being made, and fetches files.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Channel, SendError, Sent, Waiting};
use conversation::{ConversationId, Digest, Part, Reply};
use serde_json::Value;
use tokio::time::Instant;
use tracing::{debug, error};

use crate::address::{Address, CHANNEL};
use crate::figures;
use crate::graph::{Complaint, Failure, Graph, Media, MediaError, Pauses};
use crate::options::{InvalidOptions, Options};
use crate::outbound::{parts, read_and_typing, text_message};
use crate::reference::Reference;

/// How long the indicator shows. Showing it again earlier would only cost requests.
const TYPING_SHOWS: Duration = Duration::from_secs(20);

/// How many conversations' indicators are remembered.
const MOST_TYPING: usize = 10_000;

/// The channel of one business number.
pub struct WhatsApp {
    graph: Graph,
    pauses: Pauses,
    typing: Mutex<HashMap<Digest, (String, Instant)>>,
    media_bytes: u64,
}

impl WhatsApp {
    /// Makes the channel. It connects when there is something to send.
    ///
    /// # Errors
    /// [`InvalidOptions`], by what is wrong with them.
    pub fn new(options: &Options) -> Result<Self, InvalidOptions> {
        figures::describe();
        Ok(Self {
            graph: Graph::new(options)?,
            pauses: Pauses::default(),
            typing: Mutex::default(),
            media_bytes: options.media_bytes,
        })
    }

    /// Fetches the file that an attachment's handle names.
    ///
    /// # Errors
    /// [`MediaError`], by whether it may come later.
    pub async fn media(&self, handle: &str) -> Result<Media, MediaError> {
        self.graph.media(handle, self.media_bytes).await
    }

    /// What is to be done about a message that was not taken.
    fn failed(&self, person: Digest, failure: Failure) -> SendError {
        match failure {
            Failure::NotConnected(why) => SendError::NotSent { why, retry_after: None },
            Failure::Uncertain(why) => SendError::Uncertain { why },
            Failure::Refused { complaint, code, status, retry_after } => {
                figures::complaint("send", complaint);
                self.refused(person, complaint, code, status, retry_after)
            }
        }
    }

    fn refused(
        &self,
        person: Digest,
        complaint: Complaint,
        code: i64,
        status: u16,
        asked: Option<Duration>,
    ) -> SendError {
        let why = format!("{} (error {code}, HTTP {status})", complaint.explanation());
        if matches!(complaint, Complaint::Unauthorised | Complaint::Account) {
            error!(code, status, "WhatsApp sends nothing: {}", complaint.explanation());
        }
        if !complaint.may_pass() {
            return SendError::Refused { why };
        }
        let retry_after = match complaint {
            Complaint::PairLimit => Some(self.pauses.person(person)),
            Complaint::Throughput => Some(self.pauses.number(asked)),
            _ => complaint.fixed_wait().max(asked),
        };
        SendError::NotSent { why, retry_after }
    }

    /// Whether the indicator should be shown, and notes that it is.
    fn begins_typing(&self, person: Digest, message: &str) -> bool {
        let mut shown = self.typing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let still = |since: Instant| now.duration_since(since) < TYPING_SHOWS;
        if shown
            .get(&person)
            .is_some_and(|(for_message, since)| for_message == message && still(*since))
        {
            return false;
        }
        if shown.len() >= MOST_TYPING {
            shown.retain(|_, (_, since)| still(*since));
        }
        if shown.len() >= MOST_TYPING {
            shown.clear();
        }
        shown.insert(person, (message.to_owned(), now));
        true
    }
}

#[async_trait]
impl Channel for WhatsApp {
    fn name(&self) -> &str {
        CHANNEL
    }

    fn parts(&self, reply: &Reply, answered: &[Waiting]) -> Vec<Part> {
        parts(&reply.text, answered)
    }

    async fn send(
        &self,
        to: &ConversationId,
        part: &Part,
        reference: &str,
    ) -> Result<Sent, SendError> {
        let person = to.digest();
        if let Some(left) = self.pauses.left(person) {
            let why = "WhatsApp asked to be left alone for a while".to_owned();
            return Err(SendError::NotSent { why, retry_after: Some(left) });
        }
        let address = Address::of_conversation(to);
        let reference = Reference::new(to, reference);
        let message = text_message(&address, &part.text, part.quotes.as_deref(), &reference);
        match self.graph.post(&message).await {
            Ok(answer) => {
                self.pauses.passed(person);
                Ok(Sent { receipt: receipt(&answer) })
            }
            Err(failure) => Err(self.failed(person, failure)),
        }
    }

    async fn typing(&self, to: &ConversationId, answering: &Waiting) {
        let person = to.digest();
        if self.pauses.left(person).is_some() || !self.begins_typing(person, &answering.key) {
            return;
        }
        if let Err(failure) = self.graph.post(&read_and_typing(&answering.key)).await {
            debug!(conversation = ?to, ?failure, "the typing indicator could not be shown");
            if let Failure::Refused { complaint, .. } = failure {
                figures::complaint("typing", complaint);
            }
        }
    }
}

/// WhatsApp's id of the message that was taken.
fn receipt(answer: &Value) -> Option<String> {
    answer.pointer("/messages/0/id").and_then(Value::as_str).map(str::to_owned)
}
