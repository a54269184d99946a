//! The channel: sends parts, shows that an answer is being made, and fetches files.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Accord, Channel, Content, Media, SendError, Sent, Waiting};
use conversation::{Attachment, ConversationId, Digest, Part, Reply};
use serde_json::Value;
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use crate::address::{Address, CHANNEL};
use crate::figures;
use crate::graph::{Complaint, Failure, File, Graph, MediaError};
use crate::number::number;
use crate::options::{InvalidOptions, Options};
use crate::outbound::{parts, read_and_typing, text_message};
use crate::pace::Pace;
use crate::reference::Reference;

/// How long the indicator shows. Showing it again earlier would only cost requests.
const TYPING_SHOWS: Duration = Duration::from_secs(20);

/// How long a reply is remembered for what WhatsApp says of it. Within a day it knows whether a
/// message could be delivered at all; that it is read may come at any time later, and is no news
/// that anything depends on.
const RECEIPTS_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// How many conversations' indicators are remembered.
const MOST_TYPING: usize = 10_000;

/// The channel of one business number.
pub struct WhatsApp {
    graph: Graph,
    pace: Pace,
    typing: Mutex<HashMap<Digest, (String, Instant)>>,
    media_bytes: u64,
    /// Whether WhatsApp refused the token when something was last sent.
    is_refused: AtomicBool,
}

impl WhatsApp {
    /// Makes the channel. It connects when there is something to send, and keeps WhatsApp's limits
    /// together with all replicas that share `accord`.
    ///
    /// # Errors
    /// [`InvalidOptions`], by what is wrong with them.
    pub fn new(options: &Options, accord: Arc<dyn Accord>) -> Result<Self, InvalidOptions> {
        figures::describe();
        Ok(Self {
            graph: Graph::new(options)?,
            pace: Pace::new(accord, &options.phone_number_id),
            typing: Mutex::default(),
            media_bytes: options.media_bytes,
            is_refused: AtomicBool::new(false),
        })
    }

    /// Whether WhatsApp doesn't take the access token, as far as anything was sent.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Relaxed)
    }

    /// What is to be done about a message that was not taken.
    async fn failed(&self, person: Digest, failure: Failure) -> SendError {
        let (complaint, code, status, retry_after) = match failure {
            Failure::NotConnected(why) => return SendError::NotSent { why, retry_after: None },
            Failure::Uncertain(why) => return SendError::Uncertain { why },
            Failure::Refused { complaint, code, status, retry_after } => {
                (complaint, code, status, retry_after)
            }
        };
        figures::complaint("send", complaint);
        self.is_refused.store(complaint == Complaint::Unauthorised, Ordering::Relaxed);
        let why = format!("{} (error {code}, HTTP {status})", complaint.explanation());
        match complaint {
            Complaint::PairLimit
            | Complaint::Throughput
            | Complaint::AppLimit
            | Complaint::SpamLimit => {
                let retry_after = self.pace.pause(complaint, person, retry_after).await;
                SendError::Paced { retry_after }
            }
            Complaint::Unauthorised | Complaint::Account => {
                error!(code, status, "WhatsApp sends nothing: {}", complaint.explanation());
                SendError::NotSent { why, retry_after: complaint.fixed_wait().max(retry_after) }
            }
            Complaint::Transient => SendError::NotSent { why, retry_after },
            Complaint::Undeliverable => {
                figures::undelivered(complaint);
                SendError::Unreachable { why }
            }
            Complaint::OutsideWindow | Complaint::NeedsNumber => {
                error!(code, status, "a reply was not delivered: {}", complaint.explanation());
                figures::undelivered(complaint);
                SendError::Refused { why }
            }
            Complaint::Invalid | Complaint::Unknown => {
                figures::undelivered(complaint);
                SendError::Refused { why }
            }
        }
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
        of: &ConversationId,
        part: &Part,
        reference: &str,
    ) -> Result<Sent, SendError> {
        let to = part.arrives_in(of);
        let person = to.digest();
        self.pace.pass(person).await?;
        let address = Address::of_conversation(to);
        let reference = Reference::new(of, reference);
        let number = number(&address, part.reach.as_ref());
        let quotes = part.quotes.as_deref();
        let message = text_message(&address, number, &part.text, quotes, &reference);
        match self.graph.post(&message).await {
            Ok(answer) => {
                self.is_refused.store(false, Ordering::Relaxed);
                self.pace.passed(person);
                Ok(Sent { receipt: receipt(&answer) })
            }
            Err(failure) => Err(self.failed(person, failure).await),
        }
    }

    fn receipts_within(&self) -> Option<Duration> {
        Some(RECEIPTS_WITHIN)
    }

    fn media(&self) -> Option<&dyn Media> {
        Some(self)
    }

    async fn typing(&self, to: &ConversationId, answering: &Waiting) {
        let person = to.digest();
        if self.pace.is_paused(person) || !self.begins_typing(person, &answering.key) {
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

#[async_trait]
impl Media for WhatsApp {
    async fn fetch(&self, attachment: &Attachment, limit: u64) -> Option<Content> {
        match self.graph.media(&attachment.handle, limit.min(self.media_bytes)).await {
            Ok(File { media_type, content }) => {
                Some(Content { media_type, bytes: content.to_vec() })
            }
            Err(error @ (MediaError::TooLarge { .. } | MediaError::Gone)) => {
                info!(%error, kind = attachment.kind(), "a file of a customer's is not looked at");
                None
            }
            Err(error) => {
                warn!(%error, kind = attachment.kind(), "a file of a customer's is not looked at");
                None
            }
        }
    }
}

/// WhatsApp's id of the message that was taken.
fn receipt(answer: &Value) -> Option<String> {
    answer.pointer("/messages/0/id").and_then(Value::as_str).map(str::to_owned)
}
