//! The way out: replies as messages.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Accord, Channel, Content, Drafts, Media, SendError, Sent, Waiting};
use conversation::{Attachment, Clock, ConversationId, Part, Reply, Timestamp};

use crate::bot_api::{ApiError, BotApi, OutgoingMessage, ParseMode};
use crate::draft::Shown;
use crate::options::Streaming;
use crate::pace::{Pace, Rates};
use crate::{Address, CHANNEL, outbound};

/// Sends replies to Telegram.
pub struct Telegram {
    api: BotApi,
    pub(crate) pace: Pace,
    pub(crate) shown: Shown,
    streaming: Streaming,
    clock: Arc<dyn Clock>,
}

impl Telegram {
    /// A way out through `api`, no faster than `rates` in all replicas together.
    #[must_use]
    pub fn new(
        api: BotApi,
        streaming: Streaming,
        rates: Rates,
        accord: Arc<dyn Accord>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let pace = Pace::new(rates, accord, Arc::clone(&clock));
        Self { api, pace, shown: Shown::default(), streaming, clock }
    }

    /// Sends one part to an address, plain if Telegram can't read its formatting.
    async fn send_to(&self, to: &Address, part: &Part) -> Result<Option<i64>, ApiError> {
        let reply_to = quoted(to, part.quotes.as_deref());
        let message = |text, parse_mode| OutgoingMessage { to, text, parse_mode, reply_to };
        match self.api.send_message(&message(&part.text, ParseMode::Html)).await {
            Err(ApiError::Unformattable) => {
                let text = self.unformatted(part);
                self.api.send_message(&message(&text, ParseMode::Plain)).await
            }
            sent => sent,
        }
    }

    /// Makes a message that showed the answer in the making the answer itself. Unlike sending, this
    /// can be repeated.
    async fn replace(&self, id: i64, to: &Address, part: &Part) -> Result<(), ApiError> {
        let message = |text, parse_mode| OutgoingMessage { to, text, parse_mode, reply_to: None };
        let html = message(&part.text, ParseMode::Html);
        match self.api.edit_message_text(id, &html).await {
            Err(ApiError::Unformattable) => {
                let text = self.unformatted(part);
                self.api.edit_message_text(id, &message(&text, ParseMode::Plain)).await
            }
            edited => edited,
        }
    }

    fn unformatted(&self, part: &Part) -> String {
        tracing::warn!("Telegram can't read the formatting of a reply: it goes out plain");
        outbound::plain(&part.text)
    }

    /// Sends one part to an address, or wherever that has moved.
    async fn send_part(&self, mut address: Address, part: &Part) -> Result<Sent, SendError> {
        if let Some(id) = part.replaces.as_deref().and_then(|id| id.parse().ok()) {
            match self.replace(id, &address, part).await {
                Ok(()) | Err(ApiError::Unchanged) => {
                    return Ok(Sent { receipt: Some(id.to_string()) });
                }
                // It is gone, or can't be edited (any more): another message says it.
                Err(ApiError::Refused { .. } | ApiError::Moved { .. }) => {}
                Err(ApiError::Unknown(why)) => {
                    return Err(SendError::NotSent { why, retry_after: None });
                }
                Err(error) => return Err(self.refused(&address, error).await),
            }
        }
        let mut sent = self.send_to(&address, part).await;
        if let Err(ApiError::Moved { to }) = sent {
            address = address.moved_to(to);
            sent = self.send_to(&address, part).await;
        }
        match sent {
            Ok(id) => Ok(Sent { receipt: id.map(|id| id.to_string()) }),
            Err(error) => Err(self.refused(&address, error).await),
        }
    }

    pub(crate) fn api(&self) -> &BotApi {
        &self.api
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn refused(&self, to: &Address, error: ApiError) -> SendError {
        match &error {
            ApiError::TooMany { retry_after } => self.pace.refused(to.chat, *retry_after).await,
            ApiError::Unauthorised => tracing::error!(%error, "no reply can be sent to Telegram"),
            ApiError::Unreachable(_)
            | ApiError::Unknown(_)
            | ApiError::Gone(_)
            | ApiError::Moved { .. }
            | ApiError::Unformattable
            | ApiError::Unchanged
            | ApiError::Conflict(_)
            | ApiError::Refused { .. }
            | ApiError::TooLarge { .. } => {}
        }
        error.into()
    }
}

#[async_trait]
impl Channel for Telegram {
    fn name(&self) -> &str {
        CHANNEL
    }

    /// The first part quotes the newest of the answered messages.
    fn parts(&self, reply: &Reply, answered: &[Waiting]) -> Vec<Part> {
        let mut quotes = newest_reference(answered).map(str::to_owned);
        let texts = outbound::parts(&reply.text).into_iter();
        texts.map(|text| Part { text, quotes: quotes.take(), ..Part::default() }).collect()
    }

    /// Telegram takes no id of ours, so `reference` stays here, and a part that was sent twice
    /// can't be told.
    async fn send(
        &self,
        of: &ConversationId,
        part: &Part,
        _reference: &str,
    ) -> Result<Sent, SendError> {
        let Some(address) = Address::of(part.arrives_in(of)) else {
            let why = "the conversation is in no Telegram chat".to_owned();
            return Err(SendError::Refused { why });
        };
        self.shown.is_over(&address);
        if let Err(retry_after) = self.pace.admit(address.chat).await {
            return Err(SendError::Paced { retry_after });
        }
        self.send_part(address, part).await
    }

    fn drafts(&self) -> Option<&dyn Drafts> {
        match self.streaming {
            Streaming::Off => None,
            Streaming::Edit => Some(self),
        }
    }

    fn media(&self) -> Option<&dyn Media> {
        Some(self)
    }

    async fn typing(&self, to: &ConversationId, _answering: &Waiting) {
        let Some(address) = Address::of(to) else { return };
        if self.pace.is_closed(address.chat) {
            return;
        }
        if let Err(error) = self.api.send_typing(&address).await {
            tracing::debug!(%error, "typing is not shown");
            match error {
                ApiError::TooMany { retry_after } => {
                    self.pace.close(address.chat, retry_after).await;
                }
                error => drop(self.refused(&address, error).await),
            }
        }
    }
}

#[async_trait]
impl Media for Telegram {
    async fn fetch(&self, attachment: &Attachment, limit: u64) -> Option<Content> {
        let kind = attachment.kind();
        if attachment.bytes.is_some_and(|bytes| bytes > limit) {
            tracing::debug!(kind, limit, "an attachment is too large to be looked at");
            return None;
        }
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        match self.api.download(&attachment.handle, most).await {
            Ok(bytes) => Some(Content { media_type: attachment.media_type.clone(), bytes }),
            Err(error) => {
                tracing::info!(kind, %error, "an attachment can't be fetched");
                None
            }
        }
    }
}

/// The newest of these messages that can be quoted, as Telegram calls it.
pub(crate) fn newest_reference(answered: &[Waiting]) -> Option<&str> {
    answered.iter().rev().find_map(|waiting| waiting.message.reference.as_deref())
}

/// The message that an answer there replies to. Where only one person writes, it is plain what is
/// answered.
pub(crate) fn quoted(to: &Address, reference: Option<&str>) -> Option<i64> {
    reference.filter(|_| to.is_group()).and_then(|id| id.parse().ok())
}
