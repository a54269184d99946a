//! What a store can do besides its protocol. Of all this only receipts can be taken away.

use std::time::Duration;

use async_trait::async_trait;
use conversation::ports::{
    Accord, Handovers, Move, Notes, Noticed, Receipt, Receipts, Received, Saying, Spoken,
    Transcripts,
};
use conversation::{ConversationId, Entry, Note, Rate, StoreError};

use super::protection::Protection;
use super::store::Faulty;

#[async_trait]
impl Notes for Faulty {
    async fn note(&self, notes: Vec<Note>) -> Result<Vec<Noticed>, StoreError> {
        self.inner.note(notes).await
    }

    async fn carry_over(&self, moves: Vec<Move>) -> Result<Vec<bool>, StoreError> {
        self.inner.carry_over(moves).await
    }
}

#[async_trait]
impl Receipts for Faulty {
    async fn receive(&self, receipts: Vec<Receipt>) -> Result<Vec<Received>, StoreError> {
        if self.missing == Some(Protection::Receipts) {
            return Ok(vec![Received::Unknown; receipts.len()]);
        }
        self.inner.receive(receipts).await
    }
}

#[async_trait]
impl Accord for Faulty {
    async fn pass(&self, lane: &str, rate: Rate) -> Result<Option<Duration>, StoreError> {
        self.inner.pass(lane, rate).await
    }

    async fn close(&self, lane: &str, pause: Duration) -> Result<(), StoreError> {
        self.inner.close(lane, pause).await
    }

    async fn hold(&self, office: &str, holder: &str, term: Duration) -> Result<bool, StoreError> {
        self.inner.hold(office, holder, term).await
    }

    async fn resign(&self, office: &str, holder: &str) -> Result<(), StoreError> {
        self.inner.resign(office, holder).await
    }

    async fn agree(&self, name: &str, proposal: &str) -> Result<String, StoreError> {
        self.inner.agree(name, proposal).await
    }
}

#[async_trait]
impl Transcripts for Faulty {
    async fn transcript(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.inner.transcript(conversation, after, limit).await
    }

    async fn page(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.inner.page(conversation, after, limit).await
    }

    async fn interrupt(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        self.inner.interrupt(conversation).await
    }
}

#[async_trait]
impl Handovers for Faulty {
    async fn take_over(&self, conversation: &ConversationId, name: &str) -> Result<(), StoreError> {
        self.inner.take_over(conversation, name).await
    }

    async fn resume(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        self.inner.resume(conversation).await
    }

    async fn taken_over_by(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<String>, StoreError> {
        self.inner.taken_over_by(conversation).await
    }

    async fn say(
        &self,
        conversation: &ConversationId,
        saying: Saying,
    ) -> Result<Spoken, StoreError> {
        self.inner.say(conversation, saying).await
    }
}
