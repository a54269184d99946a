//! What the faulty store can do besides the protocol: conversations that are taken over, and those
//! that are read along.

use async_trait::async_trait;
use conversation::ports::{Handovers, Saying, Spoken, Transcripts};
use conversation::{ConversationId, Entry, StoreError};

use super::FaultyStore;

#[async_trait]
impl Handovers for FaultyStore {
    async fn take_over(&self, conversation: &ConversationId, name: &str) -> Result<(), StoreError> {
        self.check()?;
        self.inner.take_over(conversation, name).await
    }

    async fn resume(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        self.check()?;
        self.inner.resume(conversation).await
    }

    async fn taken_over_by(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<String>, StoreError> {
        self.check()?;
        self.inner.taken_over_by(conversation).await
    }

    async fn say(
        &self,
        conversation: &ConversationId,
        saying: Saying,
    ) -> Result<Spoken, StoreError> {
        self.check()?;
        self.answer(self.inner.say(conversation, saying).await)
    }
}

#[async_trait]
impl Transcripts for FaultyStore {
    async fn transcript(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.check()?;
        self.inner.transcript(conversation, after, limit).await
    }

    async fn page(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.check()?;
        self.inner.page(conversation, after, limit).await
    }

    async fn interrupt(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        self.check()?;
        self.inner.interrupt(conversation).await
    }
}
