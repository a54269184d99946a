//! One request to one model: asks for leave and a place, watches the clock, and reports the
//! outcome. Whatever it holds is given back when it is dropped, in whichever state.

use std::sync::Arc;

use conversation::Prompt;
use conversation::ports::{Delta, DeltaStream, ModelError, Phase};
use futures::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::breaker::Admission;
use super::concurrency::Place;
use super::deadline::{Blame, Deadline, Window};
use super::link::{Guard, Link};
use super::meters::Tally;

/// Whether a breaker is heeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heed {
    /// As always.
    Breaker,
    /// It is overruled, since nobody else has answered.
    Nobody,
}

/// A request that is under way.
pub(super) struct Attempt {
    deltas: DeltaStream,
    window: Window,
    spoken: bool,
    held: Held,
}

/// What an attempt holds while it lasts.
struct Held {
    link: Arc<Link>,
    tally: Tally,
    admission: Option<Admission>,
    _place: Option<Place>,
}

impl Attempt {
    /// Asks the model.
    pub(super) async fn begin(
        link: &Arc<Link>,
        prompt: Arc<Prompt>,
        deadline: &Deadline,
        heed: Heed,
    ) -> Result<Self, ModelError> {
        let (admission, place, window) = match &link.guard {
            None => (None, None, deadline.open_window()),
            Some(guard) => {
                let entering = enter(guard, deadline, heed).await;
                let (admission, place) = entering.inspect_err(|error| link.pass_over(error))?;
                (Some(admission), Some(place), deadline.window(&guard.limits))
            }
        };
        let tally = link.meters.begin();
        let held = Held { link: Arc::clone(link), tally, admission, _place: place };
        let answer = timeout_at(window.first_token, link.model.answer(prompt)).await;
        match answer.unwrap_or(Err(ModelError::Timeout(Phase::FirstToken))) {
            Ok(deltas) => Ok(Self { deltas, window, spoken: false, held }),
            Err(error) => Err(held.failed(error, window.blame)),
        }
    }

    /// The next step of the answer. After [`Delta::Done`] or an error the attempt is over.
    pub(super) async fn next(mut self) -> Result<(Delta, Option<Self>), ModelError> {
        let (until, phase) = self.patience();
        let step = match timeout_at(until, self.deltas.next()).await {
            Ok(Some(step)) => step,
            Ok(None) => Err(ModelError::Cut("the answer has no end".to_owned())),
            Err(_) => Err(ModelError::Timeout(phase)),
        };
        match step {
            Ok(Delta::Done { .. }) if !self.spoken => {
                let empty = ModelError::Unintelligible("an empty answer".to_owned());
                Err(self.held.failed(empty, self.window.blame))
            }
            Ok(done @ Delta::Done { .. }) => {
                self.held.succeeded();
                Ok((done, None))
            }
            Ok(delta) => {
                if !self.spoken && says_something(&delta) {
                    self.spoken = true;
                    self.held.tally.first_token();
                }
                Ok((delta, Some(self)))
            }
            Err(error) => Err(self.held.failed(error, self.window.blame)),
        }
    }

    fn patience(&self) -> (Instant, Phase) {
        if self.spoken {
            (self.window.end, Phase::Answering)
        } else {
            (self.window.first_token, Phase::FirstToken)
        }
    }
}

fn says_something(delta: &Delta) -> bool {
    matches!(delta, Delta::Text(text) if !text.trim().is_empty())
}

/// Gets leave from the breaker and a place. The breaker is asked before the waiting, since
/// waiting for a model that rests is pointless, and after it, since things may have changed.
async fn enter(
    guard: &Guard,
    deadline: &Deadline,
    heed: Heed,
) -> Result<(Admission, Place), ModelError> {
    if deadline.left().is_zero() {
        return Err(ModelError::Timeout(Phase::Queueing));
    }
    if heed == Heed::Breaker && guard.breaker.is_resting() {
        return Err(ModelError::Resting);
    }
    let place = guard.places.take(deadline.queueing(&guard.limits)).await?;
    let admission = match heed {
        Heed::Breaker => guard.breaker.admit().ok_or(ModelError::Resting)?,
        Heed::Nobody => guard.breaker.admit_anyway(),
    };
    Ok((admission, place))
}

impl Held {
    fn succeeded(self) {
        self.tally.answered();
        if let Some(admission) = self.admission {
            admission.succeeded();
        }
        self.link.note_success();
    }

    /// Reports the failure and returns it. A model is not blamed for a timeout if it never had
    /// the time that it is granted.
    fn failed(self, error: ModelError, blame: Blame) -> ModelError {
        self.tally.failed(&error);
        self.link.note_failure(&error);
        let unfair = blame == Blame::Turn && matches!(error, ModelError::Timeout(_));
        if let (Some(admission), false) = (self.admission, unfair) {
            admission.failed(&error);
        }
        error
    }
}
