//! The way in: updates that are taken, whichever way they came.

use std::sync::Arc;

use arc_swap::ArcSwap;
use conversation::ports::{Inbox, Move, Notes, Noticed};
use conversation::{Clock, Inbound, Note, Remark, Remarked, Scope, StoreError};
use serde_json::Value;

use crate::{Listener, Update, figures};

/// Takes updates into the store: messages, and what happens beside them.
pub struct Reception {
    listener: ArcSwap<Listener>,
    inbox: Arc<dyn Inbox>,
    notes: Arc<dyn Notes>,
    clock: Arc<dyn Clock>,
}

/// What an update asks for once it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing more.
    Done,
    /// The tapped button's query is to be answered.
    Acknowledge {
        /// Its id.
        query: String,
    },
}

/// Why an update was not taken. It has to come again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It names someone in a group, and the bot hasn't learnt its own name yet.
    #[error("the bot doesn't know its own name yet")]
    Undecided,
}

impl Reception {
    /// Listens with `listener`, and stores what is heard.
    #[must_use]
    pub fn new(
        listener: Listener,
        inbox: Arc<dyn Inbox>,
        notes: Arc<dyn Notes>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { listener: ArcSwap::from_pointee(listener), inbox, notes, clock }
    }

    /// Listens like this from now on: the bot's name may become known only after the start.
    pub fn listen(&self, listener: Listener) {
        self.listener.store(Arc::new(listener));
    }

    /// Takes an update that the request of this id brought. On `Ok` it is durable.
    ///
    /// # Errors
    /// [`TakeError`], upon which it has to come again.
    pub async fn take(&self, update: Value, request: Option<&str>) -> Result<Taken, TakeError> {
        let update = self.listener.load().update(update, self.clock.now());
        let kind = update.kind();
        let taken = self.act(update, request).await?;
        figures::took(kind);
        Ok(taken)
    }

    async fn act(&self, update: Update, request: Option<&str>) -> Result<Taken, TakeError> {
        match update {
            Update::Message(inbound) => self.accept(*inbound, request).await?,
            Update::Callback { query, said } => {
                if let Some(inbound) = said {
                    self.accept(*inbound, request).await?;
                }
                return Ok(Taken::Acknowledge { query });
            }
            Update::Notes(notes) => self.notes.note(notes).await.map(drop)?,
            Update::Afterthought { note, said } => {
                // Both have one key. So whichever was stored is stored once, however often the update
                // comes, and the other one never.
                if self.notes.note(vec![*note]).await?.contains(&Noticed::Ignored) {
                    self.accept(*said, request).await?;
                }
            }
            Update::Moved { from, to, key } => {
                self.notes.carry_over(vec![Move { from, to, key }]).await.map(drop)?;
            }
            Update::Ignored(_) => {}
            Update::Undecided => return Err(TakeError::Undecided),
            Update::Unknown { kind } => {
                tracing::warn!(kind, "Telegram sent an update that can't be understood");
            }
        }
        Ok(Taken::Done)
    }

    async fn accept(&self, inbound: Inbound, request: Option<&str>) -> Result<(), StoreError> {
        let inbound = Inbound { request: request.map(str::to_owned), ..inbound };
        let unanswered = unanswered(&inbound);
        match self.inbox.accept(vec![inbound]).await {
            Ok(accepted) => accepted.iter().for_each(figures::accepted),
            // Telegram would let all other chats wait behind this one. So what is too much for it is
            // kept, and known to the next answer, but gets none of its own.
            Err(StoreError::TooManyWaiting { limit }) => {
                tracing::debug!(limit, "a message is kept without an answer: too many wait");
                self.notes.note(vec![unanswered]).await?;
                figures::recorded();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// A message as something that is kept beside the history.
fn unanswered(inbound: &Inbound) -> Note {
    let Inbound { conversation, key, message, .. } = inbound.clone();
    let at = message.at;
    let remark = Remark { about: None, what: Remarked::Unanswered(message), at };
    Note { conversation, key, remark, scope: Scope::Always }
}
