//! The way out: replies as messages.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Channel, SendError, Sent, Waiting};
use conversation::{Clock, ConversationId, Part, Reply, Timestamp};

use crate::bot_api::{ApiError, BotApi, OutgoingMessage, ParseMode};
use crate::pace::{Pace, Rates};
use crate::{Address, CHANNEL, Reference, outbound};

/// Sends replies to Telegram.
pub struct Telegram {
    api: BotApi,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

impl Telegram {
    /// A way out through `api`, no faster than `rates`.
    #[must_use]
    pub fn new(api: BotApi, rates: Rates, clock: Arc<dyn Clock>) -> Self {
        Self { api, pace: Pace::new(rates), clock }
    }

    /// Sends one part to an address, plain if Telegram can't read its formatting.
    async fn send_to(&self, to: &Address, part: &Part) -> Result<Option<i64>, ApiError> {
        let quoted = part.quotes.as_deref().and_then(|id| id.parse().ok());
        let message = |text, parse_mode| OutgoingMessage {
            to,
            text,
            parse_mode,
            // Where only one person writes, it is plain what is answered.
            reply_to: quoted.filter(|_| to.is_group()),
        };
        match self.api.send_message(&message(&part.text, ParseMode::Html)).await {
            Err(ApiError::Unformattable) => {
                tracing::warn!("Telegram can't read the formatting of a reply: it goes out plain");
                let text = outbound::plain(&part.text);
                self.api.send_message(&message(&text, ParseMode::Plain)).await
            }
            sent => sent,
        }
    }

    /// Sends one part to an address, or wherever that has moved, if it may go out now.
    pub(crate) async fn send_part(
        &self,
        mut address: Address,
        part: &Part,
    ) -> Result<Sent, SendError> {
        if let Err(wait) = self.pace.admit(address.chat, self.clock.now()) {
            let why = "it would be faster than Telegram allows".to_owned();
            return Err(SendError::NotSent { why, retry_after: Some(wait) });
        }
        let mut sent = self.send_to(&address, part).await;
        if let Err(ApiError::Moved { to }) = sent {
            address = address.moved_to(to);
            sent = self.send_to(&address, part).await;
        }
        match sent {
            Ok(id) => Ok(Sent { receipt: id.map(|id| id.to_string()) }),
            Err(error) => Err(self.refused(&address, error)),
        }
    }

    pub(crate) fn api(&self) -> &BotApi {
        &self.api
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Counts a message to this address, if it may go out now.
    pub(crate) fn may_write(&self, to: &Address) -> bool {
        self.pace.admit(to.chat, self.now()).is_ok()
    }

    pub(crate) fn refused(&self, to: &Address, error: ApiError) -> SendError {
        match &error {
            ApiError::TooMany { retry_after } => {
                self.pace.close(to.chat, *retry_after, self.clock.now());
            }
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
        let newest =
            answered.iter().rev().find_map(|waiting| Reference::of_key(&waiting.key)?.message);
        let mut quotes = newest.map(|id| id.to_string());
        let texts = outbound::parts(&reply.text).into_iter();
        texts.map(|text| Part { text, quotes: quotes.take(), ..Part::default() }).collect()
    }

    /// Telegram takes no id of ours, so `reference` stays here, and a part that was sent twice
    /// can't be told.
    async fn send(
        &self,
        to: &ConversationId,
        part: &Part,
        _reference: &str,
    ) -> Result<Sent, SendError> {
        let Some(address) = Address::of(to) else {
            let why = "the conversation is in no Telegram chat".to_owned();
            return Err(SendError::Refused { why });
        };
        self.send_part(address, part).await
    }

    async fn typing(&self, to: &ConversationId, _answering: &Waiting) {
        let Some(address) = Address::of(to) else { return };
        if self.pace.is_closed(address.chat, self.clock.now()) {
            return;
        }
        if let Err(error) = self.api.send_typing(&address).await {
            tracing::debug!(%error, "typing is not shown");
            self.refused(&address, error);
        }
    }
}
