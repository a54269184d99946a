//! Drafts that a customer sees: messages that a channel sends and edits, in the order in which it
//! did.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use conversation::ConversationId;
use conversation::ports::{Drafts, Waiting};
use tokio::time::{Instant, sleep};

/// One showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) at: Instant,
    pub(crate) message: String,
    pub(crate) text: String,
}

/// The drafts.
#[derive(Default)]
pub(crate) struct Board {
    shown: Mutex<Vec<Shown>>,
    takes: Mutex<Duration>,
}

impl Board {
    /// What was shown.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }

    /// The words of what was shown, and in which message.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        self.shown().into_iter().map(|shown| (shown.message, shown.text)).collect()
    }

    /// Lets each showing take this long from now on.
    pub(crate) fn take(&self, time: Duration) {
        *self.takes.lock().unwrap() = time;
    }
}

#[async_trait]
impl Drafts for Board {
    async fn show(
        &self,
        _: &ConversationId,
        _: &[Waiting],
        draft: Option<&str>,
        so_far: &str,
    ) -> Option<String> {
        let takes = *self.takes.lock().unwrap();
        sleep(takes).await;
        let mut shown = self.shown.lock().unwrap();
        let message = draft.map_or_else(|| format!("draft-{}", shown.len()), str::to_owned);
        shown.push(Shown { at: Instant::now(), message: message.clone(), text: so_far.to_owned() });
        Some(message)
    }
}
