//! Showing a customer the answer while it is made, by a message that grows.
//!
//! What is shown may lag behind what was said: the model is never made to wait. Nothing is shown
//! once the lease may be over, since another owner may have put the whole answer there. An owner
//! that dies between the first showing and writing the message's id down leaves that message behind.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use conversation::ports::{Drafts, Waiting};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::insistence::insist;
use crate::turn::Turn;

/// How often the draft is shown anew, at most.
const EVERY: Duration = Duration::from_secs(1);

/// How long the answer waits, once it is whole, for a draft that is just being shown: a message
/// whose id nobody learns stays with the customer for ever.
const LAST_SHOW: Duration = Duration::from_secs(5);

/// The provider's id of the message that shows the answer in the making, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Draft(Mutex<Option<String>>);

impl Draft {
    /// The message that shows it now.
    pub(crate) fn id(&self) -> Option<String> {
        self.with(|id| id.clone())
    }

    /// Says that this message shows it: one that was sent now, or by an earlier owner.
    pub(crate) fn is(&self, message: String) {
        self.with(|id| *id = Some(message));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Option<String>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Turn<'_> {
    /// Does the `work` of answering, and shows what is `said` meanwhile. Ends when the work does,
    /// or very little later.
    pub(crate) async fn while_drafting<T>(
        &self,
        drafts: &dyn Drafts,
        answered: &[Waiting],
        said: watch::Receiver<String>,
        work: impl Future<Output = T>,
    ) -> T {
        let showing = self.keep_showing(drafts, answered, said);
        let (mut showing, mut work) = (std::pin::pin!(showing), std::pin::pin!(work));
        let done = tokio::select! {
            biased;
            done = &mut work => done,
            () = &mut showing => return work.await,
        };
        // The work has dropped the sender, which ends the showing after what it is about.
        if timeout(LAST_SHOW, showing).await.is_err() {
            debug!("the answer no longer waits for its draft");
        }
        done
    }

    /// Shows what is said until nothing more can be.
    async fn keep_showing(
        &self,
        drafts: &dyn Drafts,
        answered: &[Waiting],
        mut said: watch::Receiver<String>,
    ) {
        let mut end = said.clone();
        let mut end = std::pin::pin!(async move {
            let _ = end.wait_for(|_| false).await;
        });
        loop {
            tokio::select! {
                biased;
                () = &mut end => return,
                changed = said.changed() => if changed.is_err() { return },
            }
            let words = said.borrow_and_update().clone();
            if words.trim().is_empty() || !self.holding.is_ours() {
                continue;
            }
            self.show(drafts, answered, &words).await;
            tokio::select! {
                biased;
                () = &mut end => return,
                () = sleep(EVERY) => {}
            }
        }
    }

    async fn show(&self, drafts: &dyn Drafts, answered: &[Waiting], words: &str) {
        let (store, claim) = (&self.pool.parts.store, &self.holding.claim);
        let before = self.draft.id();
        let shown = drafts.show(&claim.conversation, answered, before.as_deref(), words).await;
        let Some(id) = shown.filter(|id| before.as_ref() != Some(id)) else { return };
        self.draft.is(id.clone());
        if let Err(error) = insist(self.holding, || store.drafted(claim, &id)).await {
            debug!(%error, "a draft is not written down");
        }
    }
}
