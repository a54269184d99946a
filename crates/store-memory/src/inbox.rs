//! Taking messages in: each once, each into its conversation's line.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Accepted, Inbox, MessageState};
use conversation::{
    AnswerBy, Command, Digest, Inbound, KeyDigest, Message, MessageId, Remark, Remarked,
    StoreError, Timestamp,
};

use crate::MemoryStore;
use crate::conversation_state::{Conversation, Queued};
use crate::rate::Verdict;
use crate::remarks::MANY;
use crate::remembered::Remembered;
use crate::state::State;
use crate::transcripts::{is_news, said_by_customer};
use crate::weight::Weigh;

/// About what a message takes beyond its words: its key, its reminder, its place in the queue.
pub(crate) const OVERHEAD: usize = 256;

#[async_trait]
impl Inbox for MemoryStore {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        // The digests are taken before the lock is.
        let batch: Vec<(MessageId, Inbound)> =
            batch.into_iter().map(|inbound| (fresh_id(&inbound), inbound)).collect();
        self.step(|state, now| {
            let mut answers = Vec::with_capacity(batch.len());
            let mut refused = None;
            for (id, inbound) in batch {
                state.clear_expired(now);
                let said = said_by_customer(id, &inbound);
                match state.accept(id, inbound, now) {
                    Ok(answer) => {
                        if let Some(said) = said.filter(|_| is_news(&answer)) {
                            state.add_entry(id.conversation, said, now, &self.shared.hub);
                        }
                        answers.push(answer);
                    }
                    // One conversation that is full does not keep the others' messages out.
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
            refused.map_or(Ok(answers), Err)
        })
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        Ok(self.step(|state, now| {
            let remembered = state.conversation(id.conversation)?.keys.get(id.key, now)?;
            (remembered.token == id.token).then(|| remembered.state.clone())
        }))
    }
}

fn fresh_id(inbound: &Inbound) -> MessageId {
    MessageId {
        conversation: inbound.conversation.digest(),
        key: inbound.key.digest(),
        token: rand::random(),
    }
}

impl State {
    fn accept(
        &mut self,
        id: MessageId,
        inbound: Inbound,
        now: Timestamp,
    ) -> Result<Accepted, StoreError> {
        let Inbound { conversation, key, mut message, answer_by, request, rate } = inbound;
        let digest = id.conversation;
        if let Some(known) = self.known(digest, id.key, answer_by, now) {
            return Ok(known);
        }
        let paces = self.conversation(digest).map(|found| &found.paces);
        let verdict = paces.map_or(Verdict::Fits, |paces| paces.verdict(rate, now));
        match verdict {
            Verdict::Fits => {}
            // A notice would take the place of a new beginning, so it is left to the next message.
            Verdict::First if message.command != Some(Command::Restart) => {
                message.command = Some(Command::SlowDown);
            }
            Verdict::First | Verdict::Again => return self.record(id, answer_by, message, now),
        }
        let queued =
            Queued { id, key: Arc::from(key.as_str()), message, request, answer_by, since: now };
        self.find_room(digest, queued.weight())?;
        self.insert(digest, || Conversation::new(conversation));
        let idle_until = now.plus(self.options.idle);
        self.keep(id, answer_by, MessageState::Waiting, now);
        self.edit(digest, |found| {
            found.touch(now, idle_until);
            found.waiting.push_back(queued);
            if let Some(allowance) = rate {
                found.paces.count(verdict, allowance, now);
            }
        });
        self.queue.ensure(digest, now);
        Ok(Accepted::New(id))
    }

    /// Keeps a message over its sender's rate as a remark.
    fn record(
        &mut self,
        id: MessageId,
        answer_by: AnswerBy,
        message: Message,
        now: Timestamp,
    ) -> Result<Accepted, StoreError> {
        let at = message.at;
        let remark = Remark { about: None, what: Remarked::Unanswered(message), at };
        self.find_room_for_remark(id.conversation, &remark)?;
        self.admit(remark.weight() + OVERHEAD)?;
        self.keep(id, answer_by, MessageState::Recorded, now);
        self.keep_remark(id.conversation, remark, now);
        Ok(Accepted::Recorded(id))
    }

    /// Remembers a key, and how far what came under it has come.
    pub(crate) fn keep(
        &mut self,
        id: MessageId,
        answer_by: AnswerBy,
        state: MessageState,
        now: Timestamp,
    ) {
        let until = now.plus(self.options.dedupe);
        let remembered = Remembered { token: id.token, answer_by, until, state };
        self.edit(id.conversation, |found| found.keys.insert(id.key, remembered));
        self.expiries.remember_key(until, id);
    }

    /// Refuses a message for which nothing may go that no answer knew. What a person has who has the
    /// conversation, was read.
    pub(crate) fn find_room_for_remark(
        &self,
        digest: Digest,
        remark: &Remark,
    ) -> Result<(), StoreError> {
        let has_room = |found: &Conversation| found.person.is_some() || found.has_room_for(remark);
        match self.conversation(digest) {
            Some(found) if !has_room(found) => Err(StoreError::TooManyWaiting { limit: MANY }),
            Some(_) | None => Ok(()),
        }
    }

    /// Adds a remark, which keeps the history alive as a message does.
    pub(crate) fn keep_remark(&mut self, digest: Digest, remark: Remark, now: Timestamp) {
        let until = now.plus(self.options.idle);
        self.edit(digest, |found| {
            found.touch(now, until);
            found.remark(remark, now);
        });
        self.remind_of_history(digest, now);
    }

    fn known(
        &self,
        digest: Digest,
        key: KeyDigest,
        answer_by: AnswerBy,
        now: Timestamp,
    ) -> Option<Accepted> {
        let remembered = self.conversation(digest)?.keys.get(key, now)?;
        Some(remembered.repeated(digest, key, answer_by))
    }

    fn find_room(&self, digest: Digest, weight: usize) -> Result<(), StoreError> {
        let limit = self.options.waiting_limit;
        if self.conversation(digest).is_some_and(|found| found.waiting_count() >= limit) {
            return Err(StoreError::TooManyWaiting { limit });
        }
        self.admit(weight + OVERHEAD)
    }
}
