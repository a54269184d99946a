//! Lets the model answer, and tells those who wait of the answer in the making.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Channel, Delta, Event, LanguageModel, ModelError, Waiting};
use conversation::{ConversationId, Prompt};
use futures::StreamExt as _;
use tokio::time::{sleep, timeout};

use crate::Parts;
use crate::bounds::shorten;
use crate::failure::Failure;

/// The longest reply, in bytes. A model that goes on is not listened to any more.
const LONGEST_REPLY: usize = 32 * 1024;

/// How often the customer is shown that an answer is being made.
const TYPING_EVERY: Duration = Duration::from_secs(4);

/// How much longer a turn listens than the models have. They share that time among themselves, and
/// the last resort among them answers when it is over: it must still be heard.
const LAST_WORD: Duration = Duration::from_secs(2);

/// What a model said, and which one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) model: String,
}

/// The answer to a prompt, or why there is none. The models have `patience` altogether.
pub(crate) async fn answer(
    parts: &Parts,
    conversation: &ConversationId,
    prompt: Prompt,
    patience: Duration,
) -> Result<Answer, Failure> {
    let listening = listen(&*parts.model, Arc::new(prompt), |event| {
        parts.events.announce(conversation, event);
    });
    timeout(patience.saturating_add(LAST_WORD), listening).await.unwrap_or(Err(Failure::TimedOut))
}

/// Does the `work`, and shows meanwhile that an answer to `newest` is being made.
pub(crate) async fn while_typing<T>(
    channel: &dyn Channel,
    conversation: &ConversationId,
    newest: &Waiting,
    work: impl Future<Output = T>,
) -> T {
    let typing = pin!(async {
        loop {
            channel.typing(conversation, newest).await;
            sleep(TYPING_EVERY).await;
        }
    });
    let typing: std::pin::Pin<&mut (dyn Future<Output = Infallible> + Send)> = typing;
    tokio::select! {
        biased;
        never = typing => match never {},
        done = work => done,
    }
}

async fn listen(
    model: &dyn LanguageModel,
    prompt: Arc<Prompt>,
    announce: impl Fn(Event),
) -> Result<Answer, Failure> {
    let mut deltas = model.answer(prompt).await.map_err(Failure::Model)?;
    let mut text = String::new();
    let mut said = 0;
    while let Some(delta) = deltas.next().await {
        match delta.map_err(Failure::Model)? {
            Delta::Text(words) => {
                text.push_str(&words);
                if text.len() > LONGEST_REPLY {
                    return finished(shorten(text, LONGEST_REPLY), model.name().to_owned());
                }
                let at = said;
                said += words.encode_utf16().count();
                announce(Event::Delta { at, text: words });
            }
            Delta::Restart => {
                text.clear();
                said = 0;
                announce(Event::Restarted);
            }
            Delta::Done { model } => return finished(text, model),
        }
    }
    Err(Failure::Model(ModelError::Cut("the stream ended before the answer did".to_owned())))
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
        let prompt = Arc::new(Prompt { system: "".into(), utterances: Vec::new() });
        let answer = listen(&Parrot(script), prompt, |event| events.borrow_mut().push(event)).await;
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
