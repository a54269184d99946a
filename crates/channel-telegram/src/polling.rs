//! Asking for updates, for machines that Telegram can't reach. Only one process may ask at a time,
//! which the replicas see to by an office that one of them holds.

mod post;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::bot_api::{ApiError, BotApi};
use crate::reception::{Reception, TakeError, Taken};

pub use post::Post;

/// How long Telegram may wait for an update before it answers that there is none.
const PATIENCE: Duration = Duration::from_secs(25);
/// The pause after a failure, which grows up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How many taps are acknowledged at the same time.
const ACKNOWLEDGED_AT_ONCE: usize = 16;

/// Why a round of asking came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// Telegram didn't hand out updates.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// An update was not taken. It is asked for again.
    #[error(transparent)]
    Take(#[from] TakeError),
    /// None of the updates has a number by which Telegram could be told to forget it.
    #[error(
        "none of the {0} updates that wait has a number, so Telegram can't be told to forget them"
    )]
    Unnumbered(usize),
}

/// Asks for updates and takes them.
pub struct Poller {
    api: BotApi,
    reception: Arc<Reception>,
    offset: Option<i64>,
    /// The acknowledgements under way. They end with the poller.
    acknowledgements: JoinSet<()>,
}

impl Poller {
    /// Begins with the oldest update that waits.
    #[must_use]
    pub fn new(api: BotApi, reception: Arc<Reception>) -> Self {
        Self { api, reception, offset: None, acknowledgements: JoinSet::new() }
    }

    /// Asks whenever this replica holds the post, until `stop`. Then another may have it.
    pub async fn run(mut self, post: Post, stop: impl Future<Output = ()> + Send) {
        let asking = async {
            loop {
                let elected = post.take().await;
                tracing::info!("this replica asks Telegram for updates now");
                // Another replica may have asked meanwhile, and knows better where to go on.
                self.offset = None;
                tokio::select! {
                    // Whoever slept through the end of the term asks nobody before it knows that.
                    biased;
                    () = post.keep(elected) => {
                        tracing::warn!("this replica asks Telegram no more: another one may");
                    }
                    never = self.ask(&post) => match never {},
                }
            }
        };
        tokio::select! {
            () = stop => {}
            () = asking => {}
        }
        post.resign().await;
    }

    /// Asks again and again, for as long as the post is held.
    async fn ask(&mut self, post: &Post) -> std::convert::Infallible {
        let mut pause = PAUSE;
        loop {
            if !post.is_held() {
                return std::future::pending().await;
            }
            match self.round(PATIENCE).await {
                Ok(_) => pause = PAUSE,
                Err(error) => {
                    sleep(told(&error, pause)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
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
        if count > 0 && updates.iter().all(|update| number(update).is_none()) {
            return Err(PollError::Unnumbered(count));
        }
        for update in updates {
            let id = number(&update);
            match self.reception.take(update, None).await? {
                Taken::Done => {}
                Taken::Acknowledge { query } => self.acknowledge(query),
            }
            if let Some(id) = id {
                self.offset = Some(id.saturating_add(1));
            }
        }
        Ok(count)
    }

    /// Ends the spinning of a tapped button. No update waits for that: where too many of these calls
    /// hang, the button goes on spinning.
    fn acknowledge(&mut self, query: String) {
        while self.acknowledgements.try_join_next().is_some() {}
        if self.acknowledgements.len() >= ACKNOWLEDGED_AT_ONCE {
            tracing::debug!("a tapped button goes on spinning: too many wait to be acknowledged");
            return;
        }
        let api = self.api.clone();
        self.acknowledgements.spawn(async move {
            if let Err(error) = api.answer_callback_query(&query).await {
                tracing::debug!(%error, "a tapped button goes on spinning");
            }
        });
    }
}

fn number(update: &Value) -> Option<i64> {
    update.get("update_id").and_then(Value::as_i64)
}

/// Tells of a round that failed, and says how long to wait, which would be `pause` otherwise.
fn told(error: &PollError, pause: Duration) -> Duration {
    match error {
        PollError::Api(ApiError::Conflict(_)) => tracing::warn!(
            %error,
            "either a webhook is set, which `openclaw-gateway webhook delete telegram` removes, or \
             another program has this bot's token"
        ),
        PollError::Api(ApiError::TooMany { retry_after }) => return *retry_after,
        PollError::Api(ApiError::Unauthorised) => {
            tracing::error!(%error, "no message comes in from Telegram");
            return LONGEST_PAUSE;
        }
        // They wait there for a day, and once is enough to say so.
        PollError::Unnumbered(_) if pause > PAUSE => {
            tracing::debug!(%error, retry_in = ?pause, "the same updates are handed out again");
        }
        PollError::Unnumbered(_) => {
            tracing::warn!(%error, "no message comes in from Telegram before these are gone");
        }
        PollError::Api(_) | PollError::Take(_) => {
            tracing::warn!(%error, retry_in = ?pause, "asking Telegram for updates failed");
        }
    }
    pause
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_waits_after_every_failure_and_as_long_as_telegram_says() {
        let pauses = |error: PollError| [PAUSE, PAUSE * 8].map(|pause| told(&error, pause));
        let grows = [PAUSE, PAUSE * 8];
        assert_eq!(pauses(PollError::Unnumbered(3)), grows);
        assert_eq!(pauses(PollError::Take(TakeError::Undecided)), grows);
        assert_eq!(pauses(ApiError::Conflict(String::new()).into()), grows);
        assert_eq!(pauses(ApiError::Unauthorised.into()), [LONGEST_PAUSE; 2]);
        let retry_after = Duration::from_secs(7);
        assert_eq!(pauses(ApiError::TooMany { retry_after }.into()), [retry_after; 2]);
    }
}
