//! Lets the model answer, and tells those who wait of the answer in the making.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use conversation::Prompt;
use conversation::ports::{Delta, Event, LanguageModel, ModelError, Waiting};
use futures::StreamExt as _;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::bounds::shorten;
use crate::failure::Failure;
use crate::turn::Turn;

/// The longest reply, in bytes. A model that goes on is not listened to any more.
const LONGEST_REPLY: usize = 32 * 1024;

/// How often all that was said so far is told.
const SO_FAR_EVERY: Duration = Duration::from_secs(1);

/// How much longer a turn listens than the models have. They share that time among themselves, and
/// the last resort among them answers when it is over: it must still be heard.
const LAST_WORD: Duration = Duration::from_secs(2);

/// What a model said, and which one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) model: String,
}

/// What came of listening to a model.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The whole answer.
    Whole(Answer),
    /// A reader stopped it before it was whole, and this was said before.
    Stopped(Option<Answer>),
}

impl Turn<'_> {
    /// Asks the model, and shows the answer to these messages in the making where the channel can.
    pub(crate) async fn ask(
        &self,
        prompt: Arc<Prompt>,
        answered: &[Waiting],
    ) -> Result<Heard, Failure> {
        let (said, heard) = watch::channel(String::new());
        let channel = self.pool.channel(&self.holding.claim.conversation);
        let hearing = self.hear(prompt, said);
        match channel.and_then(|channel| channel.drafts()) {
            Some(drafts) => self.while_drafting(drafts, answered, heard, hearing).await,
            None => hearing.await,
        }
    }

    /// Listens to the model until it has answered, its time is over, or a reader stops it.
    async fn hear(
        &self,
        prompt: Arc<Prompt>,
        said: watch::Sender<String>,
    ) -> Result<Heard, Failure> {
        let (parts, patience) = (&self.pool.parts, self.pool.options.turn_timeout);
        let announce = |event| parts.events.announce(&self.holding.claim.conversation, event);
        let listening = listen(&*parts.model, prompt, &said, announce);
        tokio::select! {
            biased;
            () = self.holding.interrupted() => {
                let text = said.borrow().clone();
                Ok(Heard::Stopped(finished(text, parts.model.name().to_owned()).ok()))
            }
            heard = timeout(patience.saturating_add(LAST_WORD), listening) => {
                heard.unwrap_or(Err(Failure::TimedOut)).map(Heard::Whole)
            }
            never = repeat(said.subscribe(), announce) => match never {},
        }
    }
}

async fn listen(
    model: &dyn LanguageModel,
    prompt: Arc<Prompt>,
    said: &watch::Sender<String>,
    announce: impl Fn(Event),
) -> Result<Answer, Failure> {
    let mut deltas = model.answer(prompt).await.map_err(Failure::Model)?;
    let mut at = 0;
    while let Some(delta) = deltas.next().await {
        match delta.map_err(Failure::Model)? {
            Delta::Text(words) => {
                said.send_modify(|text| text.push_str(&words));
                if said.borrow().len() > LONGEST_REPLY {
                    let text = shorten(said.send_replace(String::new()), LONGEST_REPLY);
                    return finished(text, model.name().to_owned());
                }
                let length = words.encode_utf16().count();
                announce(Event::Delta { at, text: words });
                at += length;
            }
            Delta::Restart => {
                said.send_modify(String::clear);
                at = 0;
                announce(Event::Restarted);
            }
            Delta::Done { model } => return finished(said.send_replace(String::new()), model),
        }
    }
    Err(Failure::Model(ModelError::Cut("the stream ended before the answer did".to_owned())))
}

/// Tells again and again all that was said so far, also while the model is silent: somebody may have
/// come since. An event costs only those who listen to this conversation.
async fn repeat(said: watch::Receiver<String>, announce: impl Fn(Event)) -> Infallible {
    loop {
        sleep(SO_FAR_EVERY).await;
        let text = said.borrow().clone();
        if !text.is_empty() {
            announce(Event::SoFar { text });
        }
    }
}

fn finished(mut text: String, model: String) -> Result<Answer, Failure> {
    text.truncate(text.trim_end().len());
    let blank = text.len() - text.trim_start().len();
    text.drain(..blank);
    if text.is_empty() { Err(Failure::Empty) } else { Ok(Answer { text, model }) }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use async_trait::async_trait;
    use conversation::ports::DeltaStream;

    use super::*;

    /// Says the same every time it is asked, and goes on for ever if the script ends in text.
    struct Parrot(Vec<Result<Delta, ModelError>>);

    #[async_trait]
    impl LanguageModel for Parrot {
        fn name(&self) -> &str {
            "test/parrot"
        }

        async fn answer(&self, _: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
            let script = self.0.clone();
            let endless = match script.last() {
                Some(Ok(Delta::Text(last))) => Some(last.clone()),
                _ => None,
            };
            let tail = endless.map(|text| futures::stream::repeat(Ok(Delta::Text(text))));
            let tail = futures::stream::iter(tail).flatten();
            Ok(futures::stream::iter(script).chain(tail).boxed())
        }
    }

    fn text(words: &str) -> Result<Delta, ModelError> {
        Ok(Delta::Text(words.to_owned()))
    }

    fn done() -> Result<Delta, ModelError> {
        Ok(Delta::Done { model: "test/second".to_owned() })
    }

    async fn hear(script: Vec<Result<Delta, ModelError>>) -> (Result<Answer, Failure>, Vec<Event>) {
        let events = RefCell::new(Vec::new());
        let prompt = Arc::new(Prompt::new("", Vec::new()));
        let said = watch::Sender::new(String::new());
        let announce = |event| events.borrow_mut().push(event);
        let answer = listen(&Parrot(script), prompt, &said, announce).await;
        (answer, events.into_inner())
    }

    #[tokio::test]
    async fn an_answer_is_whole_and_trimmed_and_told_in_pieces() {
        let (answer, events) = hear(vec![text("\n Hello"), text(" you \n"), done()]).await;
        let expected = Answer { text: "Hello you".into(), model: "test/second".into() };
        assert_eq!(answer.unwrap(), expected);
        let told = [(0, "\n Hello"), (7, " you \n")]
            .map(|(at, text)| Event::Delta { at, text: text.into() });
        assert_eq!(events, told);
    }

    #[tokio::test]
    async fn what_was_said_before_a_restart_is_void() {
        let (answer, events) =
            hear(vec![text("I am"), Ok(Delta::Restart), text("Yes"), done()]).await;
        assert_eq!(answer.unwrap().text, "Yes");
        assert_eq!(events[1], Event::Restarted);
    }

    #[tokio::test]
    async fn an_answer_without_words_is_a_failure() {
        let (answer, _) = hear(vec![text(" \n"), done()]).await;
        assert!(matches!(answer, Err(Failure::Empty)), "{answer:?}");
    }

    #[tokio::test]
    async fn a_stream_that_ends_without_saying_so_was_cut() {
        let (answer, _) = hear(vec![text("I am"), Ok(Delta::Restart)]).await;
        assert!(matches!(answer, Err(Failure::Model(ModelError::Cut(_)))), "{answer:?}");
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut_at_a_sentence() {
        let (answer, events) = hear(vec![text("On and on it goes. ")]).await;
        let answer = answer.unwrap();
        assert!(answer.text.len() <= LONGEST_REPLY + 8);
        assert!(answer.text.ends_with("goes. …"));
        assert_eq!(answer.model, "test/parrot");
        assert!(events.len() * 19 <= LONGEST_REPLY);
    }
}
