//! A model whose every word a test speaks.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::Prompt;
use conversation::ports::{Delta, DeltaStream, LanguageModel, ModelError};
use tokio::sync::{Mutex, mpsc};

/// The model; the test takes the calls from it.
pub(crate) struct Driven {
    calls: mpsc::UnboundedSender<Call>,
    next: Mutex<mpsc::UnboundedReceiver<Call>>,
}

/// One question, which the test answers.
pub(crate) struct Call {
    pub(crate) prompt: Arc<Prompt>,
    deltas: mpsc::UnboundedSender<Result<Delta, ModelError>>,
}

impl Driven {
    pub(crate) fn new() -> Self {
        let (calls, next) = mpsc::unbounded_channel();
        Self { calls, next: Mutex::new(next) }
    }

    /// The next question that the model is asked.
    pub(crate) async fn call(&self) -> Call {
        self.next.lock().await.recv().await.unwrap()
    }

    /// Whether there is a question that the test has not taken.
    pub(crate) async fn has_call(&self) -> bool {
        !self.next.lock().await.is_empty()
    }
}

impl Call {
    /// Goes on with these words.
    pub(crate) fn say(&self, words: &str) {
        self.deltas.send(Ok(Delta::Text(words.to_owned()))).unwrap();
    }

    /// Says these last words.
    pub(crate) fn finish(&self, words: &str) {
        self.say(words);
        self.deltas.send(Ok(Delta::Done { model: "test/driven".to_owned() })).unwrap();
    }

    /// Begins anew, as a chain does when another model takes over.
    pub(crate) fn restart(&self) {
        self.deltas.send(Ok(Delta::Restart)).unwrap();
    }

    /// Waits until nobody listens any more.
    pub(crate) async fn dropped(&self) {
        self.deltas.closed().await;
    }
}

#[async_trait]
impl LanguageModel for Driven {
    fn name(&self) -> &str {
        "test/driven"
    }

    fn sees(&self) -> bool {
        true
    }

    async fn answer(&self, prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
        let (deltas, mut said) = mpsc::unbounded_channel();
        self.calls.send(Call { prompt, deltas }).unwrap();
        Ok(Box::pin(futures::stream::poll_fn(move |context| said.poll_recv(context))))
    }
}
