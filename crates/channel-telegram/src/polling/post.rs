//! The post of the one who asks for updates: taken for a term, kept by renewing it, and left before
//! another one can have it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conversation::ports::Accord;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

/// The office among all replicas.
const OFFICE: &str = "telegram/poller";
/// How long giving it back may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// One replica's way to the post.
pub struct Post {
    accord: Arc<dyn Accord>,
    holder: String,
    term: Duration,
    /// Until when it may be acted on; none before it was taken for the first time.
    until: Mutex<Option<Instant>>,
}

/// Who has the post.
enum Answer {
    /// This replica, until then.
    Held(Instant),
    /// Another one.
    Another,
    /// The replicas' store said nothing.
    None,
}

impl Post {
    /// A post that `holder` may take, for one `term` at a time. After the death of a holder it is
    /// free when the term is over.
    #[must_use]
    pub fn new(accord: Arc<dyn Accord>, holder: String, term: Duration) -> Self {
        Self { accord, holder, term, until: Mutex::default() }
    }

    /// Waits until this replica has it, and says until when it may act on that.
    pub(super) async fn take(&self) -> Instant {
        loop {
            if let Answer::Held(until) = self.ask(Instant::now() + self.term).await {
                return until;
            }
            sleep(self.term / 4).await;
        }
    }

    /// Whether it may still be acted on, as far as clocks tell.
    pub(super) fn is_held(&self) -> bool {
        self.until().is_some_and(|until| Instant::now() < until)
    }

    fn until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps it, and returns when it is lost, or may soon be.
    pub(super) async fn keep(&self, mut until: Instant) {
        let mut pause = self.term / 4;
        while Instant::now() < until {
            sleep_until(until.min(Instant::now() + pause)).await;
            match self.ask(until).await {
                Answer::Held(renewed) => (until, pause) = (renewed, self.term / 4),
                Answer::Another => return,
                Answer::None => pause = self.term / 20,
            }
        }
    }

    /// Asks for it until `deadline`. The time to act ends a fifth of the term before the term does,
    /// since by then a request that is under way must have ended, and clocks differ in their speed.
    async fn ask(&self, deadline: Instant) -> Answer {
        let until = Instant::now() + self.term / 5 * 4;
        let asking = self.accord.hold(OFFICE, &self.holder, self.term);
        match timeout_at(deadline, asking).await {
            Ok(Ok(true)) => {
                *self.until() = Some(until);
                Answer::Held(until)
            }
            Ok(Ok(false)) => Answer::Another,
            Ok(Err(error)) => {
                tracing::debug!(%error, "nobody can say who asks Telegram for updates");
                Answer::None
            }
            Err(_) => Answer::None,
        }
    }

    /// Gives it back, so that another one needn't wait for the end of the term.
    pub(super) async fn resign(&self) {
        let resigned = timeout(FAREWELL, self.accord.resign(OFFICE, &self.holder)).await;
        if !matches!(resigned, Ok(Ok(()))) {
            tracing::debug!("another replica asks Telegram for updates when the term is over");
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::SystemClock;
    use store_memory::{MemoryStore, Options};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_does_not_renew_the_post_in_time_may_not_act_on_it() {
        let store = MemoryStore::new(Options::default(), Arc::new(SystemClock));
        let term = Duration::from_secs(10);
        let post = Post::new(Arc::new(store), "one".to_owned(), term);
        assert!(!post.is_held());
        post.take().await;
        assert!(post.is_held());
        tokio::time::advance(term / 5 * 4).await;
        assert!(!post.is_held());
        post.take().await;
        assert!(post.is_held());
    }
}
