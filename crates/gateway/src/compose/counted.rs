//! The inbox as the channels have it: what it takes in counts among what this replica accepted.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Accepted, Inbox, MessageState};
use conversation::{Inbound, MessageId, StoreError};
use http_api::Vitals;

/// An inbox whose messages are counted. The API counts its own.
pub(super) struct Counted {
    inbox: Arc<dyn Inbox>,
    vitals: Arc<Vitals>,
}

impl Counted {
    pub(super) fn new(inbox: Arc<dyn Inbox>, vitals: Arc<Vitals>) -> Self {
        Self { inbox, vitals }
    }
}

#[async_trait]
impl Inbox for Counted {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        let accepted = self.inbox.accept(batch).await?;
        let is_taken = |it: &&Accepted| match it {
            Accepted::New(_) | Accepted::Recorded(_) => true,
            Accepted::Duplicate(..) | Accepted::Conflict => false,
        };
        self.vitals.count_accepted(accepted.iter().filter(is_taken).count());
        Ok(accepted)
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        self.inbox.message(id).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use conversation::{
        AnswerBy, ConversationId, DedupeKey, Message, Rate, SystemClock, Timestamp,
    };
    use http_api::{OllamaLink, StoreLink};
    use store_memory::{MemoryStore, Options};

    use super::*;

    #[tokio::test]
    async fn what_the_channels_take_in_is_counted_once_with_what_gets_no_answer() {
        let vitals = Vitals::new("1", StoreLink::Embedded, OllamaLink::NotConfigured);
        let vitals = Arc::new(vitals);
        let store = MemoryStore::new(Options::default(), Arc::new(SystemClock));
        let inbox = Counted::new(Arc::new(store), Arc::clone(&vitals));
        let rate = Rate { burst: 1, period: Duration::from_secs(3600) };
        let says = |key: &str| Inbound {
            conversation: ConversationId::new("telegram", "7").unwrap(),
            key: DedupeKey::new(key).unwrap(),
            message: Message::text(key, Timestamp(1)),
            answer_by: AnswerBy::Channel,
            request: None,
            rate: Some(rate.into()),
        };
        let batch = ["fits", "notice", "over", "fits"].map(says).to_vec();
        assert_eq!(inbox.accept(batch).await.unwrap().len(), 4);
        assert_eq!(vitals.accepted_total(), 3);
    }
}
