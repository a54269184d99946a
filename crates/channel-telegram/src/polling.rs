//! Asking for updates, for machines that Telegram can't reach. Only one process may ask at a
//! time; who that is, whoever runs this decides.

use std::sync::Arc;
use std::time::Duration;

use conversation::StoreError;
use serde_json::Value;

use crate::bot_api::{ApiError, BotApi};
use crate::reception::{Reception, Taken};

/// Why a round of asking came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// Telegram didn't hand out updates.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// An update could not be stored. It is asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks for updates and takes them.
pub struct Poller {
    api: BotApi,
    reception: Arc<Reception>,
    offset: Option<i64>,
}

impl Poller {
    /// Begins with the oldest update that waits.
    #[must_use]
    pub fn new(api: BotApi, reception: Arc<Reception>) -> Self {
        Self { api, reception, offset: None }
    }

    /// Waits up to `patience` for updates, and takes those that have come, in their order.
    /// Returns how many. Telegram forgets an update only when a later round asks for what follows
    /// it, so one that wasn't taken comes again, and so do a few that were if the process ends
    /// between two rounds.
    ///
    /// # Errors
    /// [`PollError`]; the next round goes on where this one stopped.
    pub async fn round(&mut self, patience: Duration) -> Result<usize, PollError> {
        let updates = self.api.updates(self.offset, patience).await?;
        let count = updates.len();
        for update in updates {
            let id = update.get("update_id").and_then(Value::as_i64);
            if let Taken::Acknowledge { query } = self.reception.take(update, None).await?
                && let Err(error) = self.api.answer_callback_query(&query).await
            {
                tracing::debug!(%error, "a tapped button goes on spinning");
            }
            if let Some(id) = id {
                self.offset = Some(id.saturating_add(1));
            }
        }
        Ok(count)
    }
}
