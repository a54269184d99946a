//! An answer that is shown while it is made: sent as soon as there is something to show, and
//! then edited, until it is the answer exactly.

use std::time::Duration;

use conversation::ports::{SendError, Sent, Waiting};
use conversation::{ConversationId, Part, Timestamp};

use crate::bot_api::{ApiError, OutgoingMessage, ParseMode};
use crate::channel::Telegram;
use crate::{Address, Reference, outbound};

/// How often a message is edited: about as often as a person and a group may be written to.
const PERSON: Duration = Duration::from_millis(1000);
const GROUP: Duration = Duration::from_millis(4000);

/// An answer in the making, as the customer sees it. Dropped without an end it stays as it is.
#[derive(Debug)]
pub struct Draft {
    to: Address,
    reply_to: Option<i64>,
    state: State,
    /// When it may be changed again.
    next: Timestamp,
}

#[derive(Debug)]
enum State {
    /// Nothing was sent.
    Unsent,
    /// The customer sees this.
    Shown { message_id: i64, html: String },
    /// Something may have been sent, whose id nobody knows. It is left alone.
    Lost,
}

impl Draft {
    /// A draft of the answer to a message. None if the conversation is in no Telegram chat.
    #[must_use]
    pub fn new(to: &ConversationId, answering: &Waiting) -> Option<Self> {
        let to = Address::of(to)?;
        let reply_to = Reference::of_key(&answering.key).and_then(|it| it.message);
        let reply_to = reply_to.filter(|_| to.is_group());
        Some(Self { to, reply_to, state: State::Unsent, next: Timestamp::default() })
    }

    /// The id of the message that the customer sees, by which it can be edited.
    #[must_use]
    pub fn message_id(&self) -> Option<i64> {
        match &self.state {
            State::Shown { message_id, .. } => Some(*message_id),
            State::Unsent | State::Lost => None,
        }
    }

    fn html(&self) -> Option<&String> {
        match &self.state {
            State::Shown { html, .. } => Some(html),
            State::Unsent | State::Lost => None,
        }
    }

    fn message<'a>(&'a self, html: &'a str) -> OutgoingMessage<'a> {
        let parse_mode = ParseMode::Html;
        OutgoingMessage { to: &self.to, text: html, parse_mode, reply_to: self.reply_to }
    }

    /// Whether another message has to be sent instead of an edit.
    fn is_gone(error: &ApiError) -> bool {
        matches!(error, ApiError::Refused { .. } | ApiError::Moved { .. })
    }
}

impl Telegram {
    /// Shows what there is of the answer so far, in Markdown, as far as it fits into one message.
    /// Best effort: what comes too early, or fails, is not shown, since more will follow.
    pub async fn show(&self, draft: &mut Draft, so_far: &str) {
        let now = self.now();
        let Some(html) = outbound::parts(so_far).into_iter().next() else { return };
        if now < draft.next || draft.html() == Some(&html) || !self.may_write(&draft.to) {
            return;
        }
        draft.next = now.plus(if draft.to.is_group() { GROUP } else { PERSON });
        match &draft.state {
            State::Unsent => match self.api().send_message(&draft.message(&html)).await {
                Ok(Some(message_id)) => draft.state = State::Shown { message_id, html },
                Ok(None) | Err(ApiError::Unknown(_)) => draft.state = State::Lost,
                Err(error) => self.not_shown(draft, error),
            },
            State::Shown { message_id, .. } => {
                let message_id = *message_id;
                match self.api().edit_message_text(message_id, &draft.message(&html)).await {
                    Ok(()) | Err(ApiError::Unchanged) => {
                        draft.state = State::Shown { message_id, html };
                    }
                    Err(error) => self.not_shown(draft, error),
                }
            }
            State::Lost => {}
        }
    }

    /// Makes the draft the first part of the answer. If nothing can be edited, the part is sent.
    /// Unlike sending, editing can be repeated: if its outcome is unknown, it is tried again.
    ///
    /// # Errors
    /// [`SendError`], after which this may be called again.
    pub async fn finish(&self, draft: &mut Draft, part: &Part) -> Result<Sent, SendError> {
        if let State::Shown { message_id, .. } = draft.state {
            let receipt = Some(message_id.to_string());
            match self.edit(message_id, draft, part).await {
                Ok(()) | Err(ApiError::Unchanged) => return Ok(Sent { receipt }),
                Err(error) if Draft::is_gone(&error) => draft.state = State::Lost,
                Err(ApiError::Unknown(why)) => {
                    return Err(SendError::NotSent { why, retry_after: None });
                }
                Err(error) => return Err(self.refused(&draft.to, error)),
            }
        }
        self.send_part(draft.to.clone(), part).await
    }

    async fn edit(&self, message_id: i64, draft: &Draft, part: &Part) -> Result<(), ApiError> {
        match self.api().edit_message_text(message_id, &draft.message(&part.text)).await {
            Err(ApiError::Unformattable) => {
                let text = outbound::plain(&part.text);
                let parse_mode = ParseMode::Plain;
                let message = OutgoingMessage { parse_mode, ..draft.message(&text) };
                self.api().edit_message_text(message_id, &message).await
            }
            edited => edited,
        }
    }

    fn not_shown(&self, draft: &Draft, error: ApiError) {
        tracing::debug!(%error, "a draft is not shown");
        self.refused(&draft.to, error);
    }
}
