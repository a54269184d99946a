//! The task of one claim: runs the turn until it ends or has to stop, whichever comes first.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};
use tracing::{Instrument as _, debug};

use crate::draft::Draft;
use crate::end::End;
use crate::figures::Figures;
use crate::holding::{Holding, Kept, Stop};
use crate::insistence::insist_on_ending;
use crate::pool::Inner;
use crate::span;
use crate::turn::Turn;
use crate::turn_id::turn_id;

/// How long handing over a conversation may take: after that the lease does it.
const HANDING_OVER: Duration = Duration::from_secs(2);

/// Works off one claim. The claim is given up before the place is.
pub(crate) async fn work(pool: Arc<Inner>, place: OwnedSemaphorePermit, kept: Kept) {
    let _place = place;
    let kept = kept;
    let holding = &*kept.holding;
    let mut record = Record::begin(&pool.figures);
    let id = turn_id(rand::random());
    let span = span::of_turn(&holding.claim.conversation, &id);
    let turn = Turn { pool: &pool, holding, id, draft: Draft::default() };
    let end = async {
        // The turn comes first: if it has just ended, being told to stop changes nothing.
        tokio::select! {
            biased;
            end = turn.run() => end,
            why = holding.stopped() => stopped(&pool, holding, why).await,
        }
    };
    let end = end.instrument(span).await;
    record.end = Some(end);
}

async fn stopped(pool: &Inner, holding: &Holding, why: Stop) -> End {
    debug!(?why, "the turn has to stop");
    match why {
        Stop::Lost => End::Lost,
        Stop::Aborted => {
            hand_over(pool, holding).await;
            End::Aborted
        }
    }
}

/// Releases a claim at once for others.
pub(crate) async fn hand_over(pool: &Inner, holding: &Holding) {
    let release = insist_on_ending(holding, || pool.parts.store.release(&holding.claim));
    match timeout(HANDING_OVER, release).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "a conversation was not handed over"),
        Err(_) => debug!("a conversation was not handed over in time"),
    }
}

/// Counts a turn, however it ends.
struct Record<'a> {
    figures: &'a Figures,
    began: Instant,
    end: Option<End>,
}

impl<'a> Record<'a> {
    fn begin(figures: &'a Figures) -> Self {
        figures.began();
        Self { figures, began: Instant::now(), end: None }
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        let cut_short = if std::thread::panicking() { End::Panicked } else { End::Aborted };
        self.figures.ended(self.end.unwrap_or(cut_short), self.began.elapsed());
    }
}
