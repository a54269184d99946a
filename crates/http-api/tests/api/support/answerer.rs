//! Stands in for the worker pool: claims, and answers as the test says.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Claim, Event, Events as _, Memory, Opened, TurnResult, Turns as _};
use conversation::{MessageId, Reply};

use super::gateway::NOON;
use super::{FaultyStore, within};

const ONE: NonZeroUsize = NonZeroUsize::MIN;
const MANY: NonZeroUsize = NonZeroUsize::new(100).unwrap();

/// Someone who answers.
pub(crate) struct Answerer {
    store: Arc<FaultyStore>,
}

/// A turn at work.
pub(crate) struct Turn {
    store: Arc<FaultyStore>,
    claim: Claim,
    pub(crate) opened: Opened,
}

impl Answerer {
    pub(crate) fn new(store: Arc<FaultyStore>) -> Self {
        Self { store }
    }

    /// Takes up the next conversation that is ready.
    pub(crate) async fn turn(&self) -> Turn {
        within(async {
            loop {
                let claims = self.store.claim(ONE, Duration::from_secs(5)).await.unwrap();
                if let Some(claim) = claims.into_iter().next() {
                    let opened = self.store.open(&claim, MANY).await.unwrap();
                    return Turn { store: self.store.clone(), claim, opened };
                }
            }
        })
        .await
    }

    /// Answers the next conversation that is ready.
    pub(crate) async fn answer(&self, text: &str) {
        self.turn().await.commit(text).await;
    }

    /// Answers everything that comes, each with the words that were asked.
    pub(crate) fn echo_for_ever(self) {
        tokio::spawn(async move {
            loop {
                let turn = self.turn().await;
                let words: Vec<_> = turn
                    .opened
                    .messages
                    .iter()
                    .map(|waiting| waiting.message.text.clone())
                    .collect();
                turn.commit(&format!("echo: {}", words.join(" | "))).await;
            }
        });
    }
}

impl Turn {
    /// The messages that it answers.
    pub(crate) fn messages(&self) -> Vec<MessageId> {
        self.opened.messages.iter().map(|waiting| waiting.id).collect()
    }

    /// Tells those who watch.
    pub(crate) fn announce(&self, event: Event) {
        self.store.announce(&self.claim.conversation, event);
    }

    pub(crate) fn started(&self) {
        self.announce(Event::Started { messages: self.messages() });
    }

    pub(crate) fn delta(&self, text: &str) {
        self.announce(Event::Delta { at: 0, text: text.to_owned() });
    }

    /// Answers, and ends the turn.
    pub(crate) async fn commit(self, text: &str) {
        let answered = NonZeroUsize::new(self.opened.messages.len()).unwrap();
        self.commit_first(answered, text).await;
    }

    /// Answers the oldest messages only.
    pub(crate) async fn commit_first(self, answered: NonZeroUsize, text: &str) {
        let reply = Reply { text: text.to_owned(), model: "test/model".to_owned(), at: NOON };
        let turn = "turn".to_owned();
        let result = TurnResult {
            turn,
            answered,
            reply,
            parts: Vec::new(),
            memory: Memory::Continues,
            known_until: None,
            kept_for: None,
        };
        self.store.commit(&self.claim, result).await.unwrap();
    }

    /// Ends a turn that has nothing to answer.
    pub(crate) async fn leave(self) {
        assert!(self.opened.messages.is_empty());
        self.store.release(&self.claim).await.unwrap();
    }

    /// Gives up.
    pub(crate) async fn park(self, reason: &str) {
        let messages = NonZeroUsize::new(self.opened.messages.len()).unwrap();
        self.store.park(&self.claim, messages, reason).await.unwrap();
    }
}
