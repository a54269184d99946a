//! Parts of replies of which nobody knows whether they went out.
//!
//! Where the provider may still say so, its word is waited for, without holding a place. If it
//! says nothing the policy decides.

use std::time::Duration;

use conversation::StoreError;
use conversation::ports::{Channel, Pause};

use crate::UncertainPolicy;
use crate::delivery::{Earlier, ONE};
use crate::end::End;
use crate::turn::Turn;

/// How long the provider's word on a part is waited for. Statuses usually come within a second or
/// two, and a customer who waits for the rest of a reply shouldn't wait for much longer.
const SETTLING: Duration = Duration::from_secs(15);

const WHY: &str = "nobody knows whether the reply went out";

impl Turn<'_> {
    /// What is done about a part that an earlier owner was sending: it is sent at once if nothing
    /// is returned. Where the provider's word was waited for in vain, sending it again counts as an
    /// attempt: a provider whose word never comes would be sent the same part for ever.
    pub(crate) async fn resolve(
        &self,
        channel: Option<&dyn Channel>,
        earlier: Earlier,
    ) -> Result<Option<End>, StoreError> {
        let speaks_later = channel.is_some_and(|channel| channel.receipts_within().is_some());
        let left = earlier.sending_for.map(|since| SETTLING.saturating_sub(since));
        match left {
            Some(left) if speaks_later && !left.is_zero() => {
                return self.await_receipt(left).await.map(Some);
            }
            Some(_) | None => self.pool.figures.uncertain(),
        }
        match self.pool.options.uncertain {
            UncertainPolicy::Park => self.give_up(ONE, WHY).await.map(Some),
            UncertainPolicy::Resend if speaks_later => {
                self.again_or_never(earlier.attempts, None, WHY).await.map(Some)
            }
            UncertainPolicy::Resend => Ok(None),
        }
    }

    /// What is done about a part that was just handed to the channel, with unknown outcome.
    pub(crate) async fn unknown(
        &self,
        channel: &dyn Channel,
        attempts: u32,
        why: &str,
    ) -> Result<End, StoreError> {
        if channel.receipts_within().is_some() {
            return self.await_receipt(SETTLING).await;
        }
        self.pool.figures.uncertain();
        match self.pool.options.uncertain {
            UncertainPolicy::Resend => self.again_or_never(attempts, None, why).await,
            UncertainPolicy::Park => self.give_up(ONE, WHY).await,
        }
    }

    /// Leaves a part as being sent until the provider may have told what became of it.
    async fn await_receipt(&self, wait: Duration) -> Result<End, StoreError> {
        self.pool.figures.awaited_receipt();
        self.pause(wait, Pause::Receipt).await
    }
}
