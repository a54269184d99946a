//! Keeps the skills up to date while they serve. The file system's announcements make it
//! quick; looking by itself now and then makes it sure, since announcements don't cross every
//! mount. Neither loads anything: both only say when it is time to look.

mod announcements;
mod patrol;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;

use crate::library::SkillLibrary;
use announcements::Subscription;
use patrol::{Cause, Patrol};

/// Whether to listen to what the file system announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcements {
    /// Listen, and look from time to time as well.
    Listen,
    /// Only look from time to time.
    Ignore,
}

/// How often the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The time between two looks at the files' sizes and times.
    pub look: Duration,
    /// At every how many looks the contents are read and compared, whatever the sizes and
    /// times say: an edit can leave those as they were.
    pub looks_per_reading: u32,
    /// For how long there must be no further announcement before the files are looked at, so
    /// that a series of writes counts once.
    pub settle: Duration,
}

/// Looks every two seconds, reads every half a minute, and waits a tenth of a second for
/// writes to settle.
impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(2),
            looks_per_reading: 15,
            settle: Duration::from_millis(100),
        }
    }
}

impl Pace {
    /// However many announcements come, the files are looked at after this long.
    fn longest_settling(&self) -> Duration {
        self.settle * 10
    }
}

impl SkillLibrary {
    /// Keeps the skills up to date until `cancel` is cancelled.
    pub async fn watch(self: Arc<Self>, cancel: CancellationToken) {
        self.watch_with(Announcements::Listen, Pace::default(), cancel).await;
    }

    /// As [`watch`](Self::watch), at a pace of the caller's choice.
    pub async fn watch_with(
        self: Arc<Self>,
        announcements: Announcements,
        pace: Pace,
        cancel: CancellationToken,
    ) {
        let subscription = match announcements {
            Announcements::Listen => Subscription::new(),
            Announcements::Ignore => None,
        };
        let announced = subscription.as_ref().map(Subscription::announced).unwrap_or_default();
        let mut patrol = Patrol::new(self, subscription, pace.looks_per_reading);
        let mut looks = interval_at(Instant::now() + pace.look, pace.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut cause = Cause::Start;
        loop {
            let round = tokio::task::spawn_blocking(move || {
                patrol.round(cause);
                patrol
            });
            match round.await {
                Ok(back) => patrol = back,
                Err(error) => {
                    tracing::error!(%error, "the skills are not watched any longer");
                    return;
                }
            }
            cause = tokio::select! {
                () = cancel.cancelled() => return,
                () = settled(&announced, pace) => Cause::Announcement,
                _ = looks.tick() => Cause::Look,
            };
        }
    }
}

/// Waits for an announcement, and then until no more come.
async fn settled(announced: &tokio::sync::Notify, pace: Pace) {
    announced.notified().await;
    let latest = sleep(pace.longest_settling());
    tokio::pin!(latest);
    loop {
        tokio::select! {
            () = &mut latest => return,
            () = sleep(pace.settle) => return,
            () = announced.notified() => {}
        }
    }
}
