//! Models that do what a test tells them, and chains of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Delta, DeltaStream, LanguageModel, ModelError};
use conversation::{Prompt, Role, Utterance};
use futures::{StreamExt, stream};
use language_model::{
    Breaker, BreakerOptions, Chain, ChainOptions, Guard, Jitter, Limits, Link, Places, Schedule,
};

/// How long a turn may take in these tests.
pub(crate) const TURN: Duration = Duration::from_secs(60);
/// How long a model may take to its first words.
pub(crate) const FIRST_TOKEN: Duration = Duration::from_secs(10);
/// How long it may take in all.
pub(crate) const TOTAL: Duration = Duration::from_secs(30);

/// What a model does next.
#[derive(Clone)]
pub(crate) enum Step {
    Say(&'static str),
    Restart,
    Fail(ModelError),
    Pause(Duration),
    Hang,
}

/// One answer of a model.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Not even a beginning.
    Refuse(ModelError),
    /// These steps, and a proper end unless one of them fails.
    Steps(Vec<Step>),
    /// These steps, and then nothing, not even an end.
    Unfinished(Vec<Step>),
}

/// A model with a list of answers. When it is used up, the last one is repeated.
pub(crate) struct Scripted {
    name: &'static str,
    answers: Mutex<VecDeque<Answer>>,
    asked: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(name: &'static str, answers: impl Into<VecDeque<Answer>>) -> Arc<Self> {
        Arc::new(Self { name, answers: Mutex::new(answers.into()), asked: AtomicUsize::new(0) })
    }

    pub(crate) fn saying(name: &'static str, words: &'static str) -> Arc<Self> {
        Self::new(name, [Answer::Steps(vec![Step::Say(words)])])
    }

    pub(crate) fn failing(name: &'static str, error: ModelError) -> Arc<Self> {
        Self::new(name, [Answer::Refuse(error)])
    }

    pub(crate) fn hanging(name: &'static str) -> Arc<Self> {
        Self::new(name, [Answer::Steps(vec![Step::Hang])])
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// A link of its own place in a chain, with room for many requests.
    pub(crate) fn link(self: &Arc<Self>) -> Arc<Link> {
        self.link_with(Places::new(100))
    }

    pub(crate) fn link_with(self: &Arc<Self>, places: Places) -> Arc<Link> {
        let limits = Limits { first_token: FIRST_TOKEN, total: TOTAL };
        let breaker = Breaker::new(self.name, BreakerOptions::default(), Jitter::fixed(0.0));
        let model = Arc::clone(self) as Arc<dyn LanguageModel>;
        Arc::new(Link::guarded(model, Guard { limits, places, breaker }))
    }

    pub(crate) fn unguarded(self: &Arc<Self>) -> Arc<Link> {
        Arc::new(Link::unguarded(Arc::clone(self) as Arc<dyn LanguageModel>))
    }
}

#[async_trait]
impl LanguageModel for Scripted {
    fn name(&self) -> &str {
        self.name
    }

    async fn answer(&self, _prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = {
            let mut answers = self.answers.lock().unwrap();
            let next = answers.pop_front().expect("at least one answer");
            if answers.is_empty() {
                answers.push_back(next.clone());
            }
            next
        };
        let (steps, end) = match answer {
            Answer::Refuse(error) => return Err(error),
            Answer::Steps(steps) => (steps, Some(Ok(Delta::Done { model: self.name.to_owned() }))),
            Answer::Unfinished(steps) => (steps, None),
        };
        let steps = stream::iter(steps).filter_map(|step| async {
            match step {
                Step::Say(words) => Some(Ok(Delta::Text(words.to_owned()))),
                Step::Restart => Some(Ok(Delta::Restart)),
                Step::Fail(error) => Some(Err(error)),
                Step::Pause(pause) => {
                    tokio::time::sleep(pause).await;
                    None
                }
                Step::Hang => std::future::pending().await,
            }
        });
        Ok(Box::pin(steps.chain(stream::iter(end))))
    }
}

/// A chain with the usual schedule and no randomness.
pub(crate) fn chain(links: Vec<Arc<Link>>) -> Chain {
    let options = ChainOptions {
        turn_total: TURN,
        schedule: Schedule::default(),
        jitter: Jitter::fixed(0.0),
    };
    Chain::new(links, options)
}

/// A question.
pub(crate) fn prompt() -> Arc<Prompt> {
    Arc::new(Prompt::new("Be brief.", vec![Utterance::text(Role::Customer, "Where is my parcel?")]))
}

/// Everything that a chain says about one prompt.
pub(crate) async fn ask(chain: &Chain) -> Vec<Result<Delta, ModelError>> {
    chain.answer(prompt()).await.unwrap().collect().await
}

/// The answer as it stands in the end, with the name of the model that gave it.
pub(crate) async fn reply(chain: &Chain) -> Result<(String, String), ModelError> {
    let mut text = String::new();
    for delta in ask(chain).await {
        match delta? {
            Delta::Text(words) => text += &words,
            Delta::Restart => text.clear(),
            Delta::Done { model } => return Ok((text, model)),
        }
    }
    panic!("the chain ended without an end")
}

pub(crate) fn text(words: &str) -> Result<Delta, ModelError> {
    Ok(Delta::Text(words.to_owned()))
}

pub(crate) fn done(model: &str) -> Result<Delta, ModelError> {
    Ok(Delta::Done { model: model.to_owned() })
}

pub(crate) fn cut() -> ModelError {
    ModelError::Cut("in the middle".to_owned())
}

pub(crate) fn quota() -> ModelError {
    ModelError::Quota("no money".to_owned())
}

pub(crate) fn limited(seconds: u64) -> ModelError {
    ModelError::RateLimited { retry_after: Some(Duration::from_secs(seconds)) }
}
