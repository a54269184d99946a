//! A model whose process may die while it answers.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::Prompt;
use conversation::ports::{Delta, DeltaStream, LanguageModel, ModelError};
use futures::StreamExt as _;

use super::crash::{Crash, Point};

/// A model, and where to die.
pub(super) struct Faulty {
    inner: Arc<dyn LanguageModel>,
    crash: Arc<Crash>,
}

impl Faulty {
    pub(super) fn new(inner: Arc<dyn LanguageModel>, crash: Arc<Crash>) -> Self {
        Self { inner, crash }
    }
}

#[async_trait]
impl LanguageModel for Faulty {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn sees(&self) -> bool {
        self.inner.sees()
    }

    async fn answer(&self, prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
        let crash = Arc::clone(&self.crash);
        let answer = self.inner.answer(prompt).await?;
        Ok(Box::pin(answer.inspect(move |delta| {
            if matches!(delta, Ok(Delta::Text(_))) {
                crash.pass(Point::MidStream);
            }
        })))
    }
}
