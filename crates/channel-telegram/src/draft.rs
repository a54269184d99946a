//! An answer that is shown while it is made: sent as soon as there is something to show, and then
//! edited at most about once a second, until a part takes its place.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Drafts, Waiting};
use conversation::{ConversationId, Timestamp};

use crate::bot_api::{ApiError, OutgoingMessage, ParseMode};
use crate::channel::{Telegram, newest_reference, quoted};
use crate::{Address, figures, outbound};

/// How often a message is edited: about as often as a person and a group may be written to.
const PERSON: Duration = Duration::from_millis(1000);
const GROUP: Duration = Duration::from_millis(4000);

/// How many drafts are remembered before the old ones are forgotten, and when one is old.
const REMEMBERED: usize = 4096;
const OLD: Duration = Duration::from_secs(600);

/// What this replica shows where. Forgetting it costs an edit that changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<HashMap<Address, Draft>>);

/// An answer in the making, as the customer sees it.
#[derive(Clone, Copy, Debug, Default)]
struct Draft {
    /// When it may be changed again.
    next: Timestamp,
    /// The digest of what is shown.
    shown: u64,
    /// Something may have been sent, whose id nobody knows: nothing more is shown.
    is_lost: bool,
}

impl Shown {
    /// A part is sent, and with it ends whatever was shown.
    pub(crate) fn is_over(&self, at: &Address) {
        self.lock().remove(at);
    }

    fn get(&self, at: &Address) -> Draft {
        self.lock().get(at).copied().unwrap_or_default()
    }

    fn set(&self, at: &Address, draft: Draft, now: Timestamp) {
        let mut drafts = self.lock();
        if drafts.len() >= REMEMBERED {
            drafts.retain(|_, draft| draft.next.plus(OLD) > now);
        }
        if drafts.len() < REMEMBERED || drafts.contains_key(at) {
            drafts.insert(at.clone(), draft);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Address, Draft>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Drafts for Telegram {
    /// What comes too early, or fails, is not shown, since more will follow.
    async fn show(
        &self,
        to: &ConversationId,
        answered: &[Waiting],
        draft: Option<&str>,
        so_far: &str,
    ) -> Option<String> {
        let unchanged = draft.map(str::to_owned);
        let Some(address) = Address::of(to) else { return unchanged };
        let (now, mut state) = (self.now(), self.shown.get(&address));
        if now < state.next || (state.is_lost && draft.is_none()) {
            return unchanged;
        }
        let Some(html) = outbound::parts(so_far).into_iter().next() else { return unchanged };
        let digest = digest(&html);
        if draft.is_some() && state.shown == digest {
            return unchanged;
        }
        state.next = now.plus(if address.is_group() { GROUP } else { PERSON });
        self.shown.set(&address, state, now);
        if self.pace.pass(address.chat).await.is_err() {
            return unchanged;
        }
        let id = draft.and_then(|id| id.parse().ok());
        let message = OutgoingMessage {
            to: &address,
            text: &html,
            parse_mode: ParseMode::Html,
            reply_to: quoted(&address, newest_reference(answered)),
        };
        let showing = match self.write(id, &message).await {
            Ok(Some(id)) => {
                state.shown = digest;
                Some(id.to_string())
            }
            Ok(None) => {
                state.is_lost = true;
                unchanged
            }
            Err(error) => {
                tracing::debug!(%error, "a draft is not shown");
                state.is_lost = id.is_none() && error.may_be_done();
                if state.is_lost {
                    // The message may stand there, beside the answer that will be sent.
                    figures::uncertain();
                }
                self.refused(&address, error).await;
                unchanged
            }
        };
        self.shown.set(&address, state, now);
        showing
    }
}

impl Telegram {
    /// Edits the message with this id, or sends one. Answers with the id that it has.
    async fn write(
        &self,
        id: Option<i64>,
        message: &OutgoingMessage<'_>,
    ) -> Result<Option<i64>, ApiError> {
        let Some(id) = id else { return self.api().send_message(message).await };
        match self.api().edit_message_text(id, message).await {
            Ok(()) | Err(ApiError::Unchanged) => Ok(Some(id)),
            Err(error) => Err(error),
        }
    }
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
