//! One prompt's way through a chain: which model is asked next, and what the one who waits for
//! the answer hears of it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use conversation::Prompt;
use conversation::ports::{Delta, ModelError};

use super::attempt::{Attempt, Heed};
use super::deadline::Deadline;
use super::retry::Retries;
use super::{ChainOptions, Link};

/// The state of one turn.
pub(super) struct Turn {
    options: ChainOptions,
    prompt: Arc<Prompt>,
    deadline: Deadline,
    links: Arc<[Arc<Link>]>,
    /// The links that are still to be asked, by number.
    queue: VecDeque<(usize, Heed)>,
    /// What became of each link that was asked or passed over.
    reasons: Vec<Option<ModelError>>,
    stage: Stage,
    /// Whether words were handed on that no longer count.
    void: bool,
    /// Whether words were handed on that count.
    spoken: bool,
}

enum Stage {
    /// A link is to be chosen.
    Choosing,
    /// A link is to be asked, after a pause.
    Asking(Asking),
    /// A link is answering.
    Answering(Asking, Attempt),
    /// Words wait until it is known that those before them are void.
    Holding(Asking, Attempt, String),
    /// Everything was handed on.
    Over,
}

/// A link that is being asked.
struct Asking {
    number: usize,
    heed: Heed,
    retries: Retries,
    pause: Option<Duration>,
}

impl Turn {
    pub(super) fn new(
        links: Arc<[Arc<Link>]>,
        options: ChainOptions,
        prompt: Arc<Prompt>,
        deadline: Deadline,
    ) -> Self {
        let queue = (0..links.len()).map(|number| (number, Heed::Breaker)).collect();
        let reasons = links.iter().map(|_| None).collect();
        let stage = Stage::Choosing;
        Self { options, prompt, deadline, links, queue, reasons, stage, void: false, spoken: false }
    }

    /// The next step of the answer, whoever gives it.
    pub(super) async fn next(&mut self) -> Option<Result<Delta, ModelError>> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Choosing => match self.choose() {
                    Some(asking) => self.stage = Stage::Asking(asking),
                    None => return Some(Err(self.all_failed())),
                },
                Stage::Asking(asking) => self.ask(asking).await,
                Stage::Answering(asking, attempt) => {
                    if let Some(delta) = self.hear(asking, attempt).await {
                        return Some(Ok(delta));
                    }
                }
                Stage::Holding(asking, attempt, text) => {
                    self.stage = Stage::Answering(asking, attempt);
                    return Some(Ok(Delta::Text(text)));
                }
                Stage::Over => return None,
            }
        }
    }

    /// The next link: each in its order, and at last those that were passed over.
    fn choose(&mut self) -> Option<Asking> {
        let (number, heed) = self.queue.pop_front()?;
        let retries = match heed {
            Heed::Breaker => Retries::new(self.options.schedule),
            Heed::Nobody => Retries::none(),
        };
        Some(Asking { number, heed, retries, pause: None })
    }

    async fn ask(&mut self, mut asking: Asking) {
        if let Some(pause) = asking.pause.take() {
            tokio::time::sleep(pause).await;
        }
        let link = &self.links[asking.number];
        let prompt = Arc::clone(&self.prompt);
        match Attempt::begin(link, prompt, &self.deadline, asking.heed).await {
            Ok(attempt) => self.stage = Stage::Answering(asking, attempt),
            Err(error) => self.failed(asking, error),
        }
    }

    async fn hear(&mut self, asking: Asking, attempt: Attempt) -> Option<Delta> {
        match attempt.next().await {
            Ok((done @ Delta::Done { .. }, _)) => Some(done),
            Ok((Delta::Text(text), Some(attempt))) => {
                self.spoken = true;
                if std::mem::take(&mut self.void) {
                    self.stage = Stage::Holding(asking, attempt, text);
                    return Some(Delta::Restart);
                }
                self.stage = Stage::Answering(asking, attempt);
                Some(Delta::Text(text))
            }
            Ok((Delta::Restart, Some(attempt))) => {
                self.retract();
                self.stage = Stage::Answering(asking, attempt);
                None
            }
            Ok((Delta::Text(_) | Delta::Restart, None)) => None,
            Err(error) => {
                self.failed(asking, error);
                None
            }
        }
    }

    /// What the failing link has said is void, and it is asked again or another one is.
    fn failed(&mut self, mut asking: Asking, error: ModelError) {
        self.retract();
        let Asking { number, heed, ref mut retries, .. } = asking;
        asking.pause = retries.pause_after(&error, self.deadline.left(), &self.options.jitter);
        if asking.pause.is_some() {
            self.reasons[number] = Some(error);
            self.stage = Stage::Asking(asking);
            return;
        }
        if error == ModelError::Resting {
            match heed {
                Heed::Breaker if self.reasons[number].is_none() => {
                    self.queue.push_back((number, Heed::Nobody));
                    self.reasons[number] = Some(error);
                }
                // The breaker opened between two attempts: the first one's reason says more.
                Heed::Breaker | Heed::Nobody => {}
            }
        } else {
            self.reasons[number] = Some(error);
        }
        self.stage = Stage::Choosing;
    }

    fn retract(&mut self) {
        self.void |= std::mem::take(&mut self.spoken);
    }

    fn all_failed(&mut self) -> ModelError {
        let reasons = std::mem::take(&mut self.reasons).into_iter();
        let named =
            self.links.iter().zip(reasons).map(|(link, reason)| {
                (link.name().to_owned(), reason.unwrap_or(ModelError::Resting))
            });
        ModelError::AllFailed(named.collect())
    }
}
