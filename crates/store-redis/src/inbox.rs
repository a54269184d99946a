//! The durable inbox: one script call for each message, all of a batch in one round trip.

use async_trait::async_trait;
use conversation::ports::{Accepted, Inbox, MessageState};
use conversation::{Allowance, AnswerBy, Command, Inbound, MessageId, Rate, StoreError};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::errors::unreadable;
use crate::stored::{self, Incoming};
use crate::{Inner, RedisStore, millis};

/// What the script answers: a word, and the record of a duplicate.
type Answer = Vec<String>;

/// How many messages travel in one round trip, so that no batch holds up everything else.
const CHUNK: usize = 250;

#[async_trait]
impl Inbox for RedisStore {
    async fn accept(&self, batch: Vec<Inbound>) -> Result<Vec<Accepted>, StoreError> {
        let inner = &self.inner;
        let mut accepted = Vec::with_capacity(batch.len());
        let mut outcome = Ok(());
        for chunk in batch.chunks(CHUNK) {
            let taken = inner.accept_chunk(chunk, &mut accepted).await;
            let is_away = matches!(taken, Err(StoreError::Unavailable(_) | StoreError::Refused(_)));
            // One conversation without room must not keep out the others of the batch.
            outcome = outcome.and(taken);
            if is_away {
                // The rest would only wait for the same error.
                break;
            }
        }
        outcome.map(|()| accepted)
    }

    async fn message(&self, id: &MessageId) -> Result<Option<MessageState>, StoreError> {
        let mut get = Cmd::new();
        get.arg("HGET").arg(self.inner.keys.records(id.conversation));
        get.arg(stored::key_digest(id.key));
        let Some(record) = self.inner.link.run_settled::<Option<String>>(&get).await? else {
            return Ok(None);
        };
        let (token, state) = stored::record(&record)?;
        Ok((token == id.token).then_some(state))
    }
}

/// A rate as the script takes it.
struct Limit {
    /// How long one message takes to be forgotten, in milliseconds.
    period: u64,
    /// How far the rate may be ahead of the time, in milliseconds.
    ahead: u64,
}

impl Limit {
    /// Nothing, if the rate keeps nobody out. A script counts exactly up to 2⁵³, so what is longer
    /// than a year counts as a year, and a larger burst than 100,000 as that.
    fn new(rate: Rate) -> Option<Self> {
        const YEAR: u64 = 365 * 24 * 60 * 60 * 1000;
        let period = millis(rate.period).min(YEAR);
        let burst = u64::from(rate.burst.clamp(1, 100_000));
        (period > 0).then(|| Self { period, ahead: period * (burst - 1) })
    }
}

impl Inner {
    async fn accept_chunk(
        &self,
        chunk: &[Inbound],
        accepted: &mut Vec<Accepted>,
    ) -> Result<(), StoreError> {
        let script = &self.scripts.accept;
        let mut calls = Pipeline::with_capacity(chunk.len());
        let mut ids = Vec::with_capacity(chunk.len());
        for inbound in chunk {
            let digest = inbound.conversation.digest();
            let incoming = Incoming::new(inbound, digest, self.listener(inbound))?;
            ids.push(incoming.id);
            let mut call = self.accept_call(inbound, &incoming);
            self.for_readers(&mut call, inbound, incoming.id)?;
            calls.add_command(call);
        }
        // By itself each message would be read, stored and synced to the disk before the next one is
        // read. Together they are synced once.
        if chunk.len() > 1 && self.link.topology().spans_partitions() {
            calls.atomic();
        }
        let answers: Vec<Answer> = self.link.call_all(script, &calls).await?;
        let mut outcome = Ok(());
        for ((answer, id), inbound) in answers.iter().zip(ids).zip(chunk) {
            match self.read_answer(answer, id) {
                Ok(answer) => {
                    self.tell_of_message(inbound.answer_by, &answer);
                    accepted.push(answer);
                }
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    /// This replica, if whoever sent the message waits for its answer here.
    fn listener(&self, inbound: &Inbound) -> &str {
        match inbound.answer_by {
            AnswerBy::Record(_) => &self.options.replica,
            AnswerBy::Channel | AnswerBy::Transcript(_) => "",
        }
    }

    fn accept_call(&self, inbound: &Inbound, incoming: &Incoming) -> Cmd {
        let digest = incoming.id.conversation;
        let ready = self.keys.ready(self.keys.partition(digest));
        let is_crowded = self.link.topology().is_crowded(ready);
        // Those who share a conversation have their rates in one hash, by sender.
        let sender = inbound.rate.and_then(|allowance| allowance.sender);
        let (rate, sender) = match sender {
            Some(sender) => (self.keys.rates(digest), stored::sender(sender)),
            None => (self.keys.rate(digest), String::new()),
        };
        let mut call = self.scripts.accept.call();
        call.arg(ready)
            .arg(self.keys.conversation(digest))
            .arg(self.keys.inbox(digest))
            .arg(self.keys.history(digest))
            .arg(self.keys.records(digest))
            .arg(self.keys.watchers(digest))
            .arg(rate)
            .arg(self.keys.remarks(digest))
            .arg(self.keys.transcript(digest))
            .arg(inbound.conversation.as_str())
            .arg(&incoming.key)
            .arg(&incoming.before_time)
            .arg(&incoming.after_time)
            .arg(millis(self.options.dedupe))
            .arg(self.options.waiting_limit)
            .arg(millis(self.options.idle))
            .arg(self.listener(inbound))
            .arg(millis(self.options.listening))
            .arg(u8::from(is_crowded));
        match inbound.rate.and_then(|Allowance { rate, .. }| Limit::new(rate)) {
            Some(Limit { period, ahead }) => call.arg(period).arg(ahead),
            None => call.arg("").arg(""),
        };
        let begins_anew = inbound.message.command == Some(Command::Restart);
        call.arg(sender).arg(u8::from(begins_anew));
        call
    }

    fn read_answer(&self, answer: &Answer, fresh: MessageId) -> Result<Accepted, StoreError> {
        let mut words = answer.iter().map(String::as_str);
        match (words.next(), words.next()) {
            (Some("new"), _) => Ok(Accepted::New(fresh)),
            (Some("recorded"), _) => Ok(Accepted::Recorded(fresh)),
            (Some("conflict"), _) => Ok(Accepted::Conflict),
            (Some("full"), _) => Err(StoreError::Full),
            (Some("many"), of_others) => {
                let limit = of_others.and_then(|limit| limit.parse().ok());
                let limit = limit.unwrap_or(self.options.waiting_limit);
                Err(StoreError::TooManyWaiting { limit })
            }
            (Some("duplicate"), Some(record)) => {
                let (token, state) = stored::record(record)?;
                Ok(Accepted::Duplicate(MessageId { token, ..fresh }, state))
            }
            (other, _) => Err(unreadable("the answer to accept", &format!("{other:?}"))),
        }
    }
}
