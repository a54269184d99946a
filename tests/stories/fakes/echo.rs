//! A model that repeats the question, slowly, badly or not at all if it is told so. It refuses to
//! answer one customer twice at a time: the first word of a question names the customer.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{Delta, DeltaStream, LanguageModel, ModelError};
use conversation::{Prompt, Role};
use futures::StreamExt as _;

/// The customer's last words, as a model is shown them.
pub(crate) fn asked(prompt: &Prompt) -> &str {
    let said = prompt.utterances.iter().rev();
    let mut said = said.filter(|utterance| utterance.role == Role::Customer);
    said.next().map_or("", |utterance| &utterance.text)
}

/// What the model does with the next questions.
#[derive(Clone, Debug)]
pub(crate) enum Mood {
    /// It repeats them after this time.
    Answers(Duration),
    /// It fails.
    Fails(ModelError),
    /// It brings down whoever asks.
    Panics,
    /// It never says anything.
    Hangs,
}

/// The model.
pub(crate) struct Echo {
    mood: Mutex<Mood>,
    prompts: Mutex<Vec<Arc<Prompt>>>,
    busy: Arc<Mutex<HashSet<String>>>,
}

/// Says that a customer is being answered, until it is dropped.
struct Busy {
    customers: Arc<Mutex<HashSet<String>>>,
    customer: String,
}

impl Echo {
    pub(crate) fn new() -> Self {
        let mood = Mutex::new(Mood::Answers(Duration::ZERO));
        Self { mood, prompts: Mutex::default(), busy: Arc::default() }
    }

    /// Makes the model do this from now on.
    pub(crate) fn feel(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it has been asked so far.
    pub(crate) fn prompts(&self) -> Vec<Arc<Prompt>> {
        self.prompts.lock().unwrap().clone()
    }

    /// How often it has been asked so far.
    pub(crate) fn tries(&self) -> usize {
        self.prompts.lock().unwrap().len()
    }

    fn begin(&self, prompt: &Prompt) -> Busy {
        let customer = asked(prompt).split_whitespace().next().unwrap_or("").to_owned();
        let is_new = self.busy.lock().unwrap().insert(customer.clone());
        assert!(is_new, "{customer} is being answered twice at a time");
        Busy { customers: Arc::clone(&self.busy), customer }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.customers.lock().unwrap().remove(&self.customer);
    }
}

#[async_trait]
impl LanguageModel for Echo {
    fn name(&self) -> &str {
        "test/echo"
    }

    async fn answer(&self, prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
        self.prompts.lock().unwrap().push(Arc::clone(&prompt));
        let busy = self.begin(&prompt);
        let mood = self.mood.lock().unwrap().clone();
        match mood {
            Mood::Answers(Duration::ZERO) => tokio::task::yield_now().await,
            Mood::Answers(after) => tokio::time::sleep(after).await,
            Mood::Fails(error) => return Err(error),
            Mood::Panics => panic!("the model was told to"),
            Mood::Hangs => std::future::pending().await,
        }
        let deltas = [
            Delta::Text("re: ".to_owned()),
            Delta::Text(asked(&prompt).to_owned()),
            Delta::Done { model: "test/echo".to_owned() },
        ];
        let said = futures::stream::iter(deltas.map(Ok)).map(move |delta| {
            let _ = &busy;
            delta
        });
        Ok(said.boxed())
    }
}
