//! The way in: updates that are taken, whichever way they came.

use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use conversation::ports::Inbox;
use conversation::{Clock, Inbound, StoreError};
use serde_json::Value;

use crate::{Aside, Listener, Update, figures};

/// Whoever sees to what happens beside messages.
#[async_trait]
pub trait Asides: Send + Sync {
    /// Takes it durably. It may come again, and then in the same words.
    ///
    /// # Errors
    /// [`StoreError`], upon which it does come again.
    async fn take(&self, aside: Aside) -> Result<(), StoreError>;
}

/// Takes updates: messages into the store, and everything else to where it belongs.
pub struct Reception {
    listener: ArcSwap<Listener>,
    inbox: Arc<dyn Inbox>,
    asides: Arc<dyn Asides>,
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

impl Reception {
    /// Takes what `listener` hears into `inbox`, and the rest to `asides`.
    #[must_use]
    pub fn new(
        listener: Listener,
        inbox: Arc<dyn Inbox>,
        asides: Arc<dyn Asides>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { listener: ArcSwap::from_pointee(listener), inbox, asides, clock }
    }

    /// Listens like this from now on: the bot's name may become known only after the start.
    pub fn listen(&self, listener: Listener) {
        self.listener.store(Arc::new(listener));
    }

    /// Takes an update that the request of this id brought. On `Ok` it is durable.
    ///
    /// # Errors
    /// [`StoreError`], upon which it has to come again.
    pub async fn take(&self, update: Value, request: Option<&str>) -> Result<Taken, StoreError> {
        let update = self.listener.load().update(update, self.clock.now());
        let kind = update.kind();
        let taken = self.act(update, request).await?;
        figures::took(kind);
        Ok(taken)
    }

    async fn act(&self, update: Update, request: Option<&str>) -> Result<Taken, StoreError> {
        match update {
            Update::Message(heard) | Update::Start(heard) => {
                self.accept(heard.inbound, request).await?;
            }
            Update::Callback { query, heard } => {
                if let Some(heard) = heard {
                    self.accept(heard.inbound, request).await?;
                }
                return Ok(Taken::Acknowledge { query });
            }
            Update::Aside(aside) => self.asides.take(aside).await?,
            Update::Ignored(_) => {}
            Update::Unknown { kind } => {
                tracing::warn!(kind, "Telegram sent an update that can't be understood");
            }
        }
        Ok(Taken::Done)
    }

    async fn accept(&self, inbound: Inbound, request: Option<&str>) -> Result<(), StoreError> {
        let inbound = Inbound { request: request.map(str::to_owned), ..inbound };
        self.inbox.accept(vec![inbound]).await.map(drop)
    }
}
