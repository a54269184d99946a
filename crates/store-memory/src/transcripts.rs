//! Conversations as their readers follow them, and what interrupts an answer in the making.

use std::sync::Arc;

use async_trait::async_trait;
use conversation::ports::{Accepted, Event, Transcripts};
use conversation::{
    AnswerBy, ConversationId, Digest, Entry, EventHub, Inbound, MessageId, Said, StoreError,
    Timestamp,
};

use crate::MemoryStore;
use crate::conversation_state::Conversation;
use crate::pile::Pile;
use crate::state::State;
use crate::weight::Weigh;

/// How many entries of a conversation are kept: the newest.
const KEPT: usize = 200;

/// Where an entry stands among all of the store: the time, and a number within it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    time: u64,
    number: u64,
}

impl Place {
    /// The next place. It never comes again, also if the clock is set back.
    fn next(self, now: Timestamp) -> Self {
        if now.0 > self.time {
            Self { time: now.0, number: 0 }
        } else {
            Self { number: self.number + 1, ..self }
        }
    }

    /// The place that an entry's id names.
    fn named(id: &str) -> Option<Self> {
        let (time, number) = id.split_once('-')?;
        Some(Self { time: time.parse().ok()?, number: number.parse().ok()? })
    }
}

/// An entry with its place.
struct Written {
    place: Place,
    said: Arc<Said>,
}

/// The transcript of one conversation.
#[derive(Default)]
pub(crate) struct Transcript {
    entries: Pile<Written>,
    until: Timestamp,
    has_reminder: bool,
}

impl Transcript {
    /// Whether it has entries at `now`.
    pub(crate) fn is_kept(&self, now: Timestamp) -> bool {
        !self.entries.is_empty() && now < self.until
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Clears it if its time is over. Says whether it is.
    pub(crate) fn expire(&mut self, now: Timestamp) -> bool {
        let over = self.until <= now;
        if over {
            self.entries.clear();
        }
        self.has_reminder = !over;
        over
    }

    /// Adds an entry. Says whether there is a reminder of its end already.
    fn add(&mut self, written: Written, now: Timestamp, until: Timestamp) -> bool {
        if self.until <= now {
            self.entries.clear();
        }
        self.until = until;
        self.entries.push_back(written);
        while self.entries.len() > KEPT {
            self.entries.pop_front();
        }
        std::mem::replace(&mut self.has_reminder, true)
    }

    fn read(&self, after: Option<Place>, part: Part, now: Timestamp) -> Vec<(Place, Arc<Said>)> {
        if !self.is_kept(now) {
            return Vec::new();
        }
        let is_later = |written: &&Written| after.is_none_or(|after| written.place > after);
        let later = self.entries.iter().filter(is_later).count();
        let (left_out, limit) = match part {
            Part::Newest(limit) => (later.saturating_sub(limit), limit),
            Part::First(limit) => (0, limit),
        };
        let entries = self.entries.iter().skip(self.entries.len() - later + left_out).take(limit);
        entries.map(|written| (written.place, Arc::clone(&written.said))).collect()
    }
}

/// How many entries are wanted, and from which end.
#[derive(Clone, Copy, Debug)]
enum Part {
    First(usize),
    Newest(usize),
}

impl MemoryStore {
    fn entries(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        part: Part,
    ) -> Vec<Entry> {
        let (digest, after) = (conversation.digest(), after.and_then(Place::named));
        let found = self.step(|state, now| {
            let found = state.conversation(digest);
            found.map(|found| found.transcript.read(after, part, now)).unwrap_or_default()
        });
        // The words are copied outside the lock.
        let entry = |(Place { time, number }, said): (Place, Arc<Said>)| Entry {
            id: format!("{time}-{number}"),
            at: Timestamp(time),
            said: Said::clone(&said),
        };
        found.into_iter().map(entry).collect()
    }
}

#[async_trait]
impl Transcripts for MemoryStore {
    async fn transcript(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        Ok(self.entries(conversation, after, Part::Newest(limit)))
    }

    async fn page(
        &self,
        conversation: &ConversationId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        Ok(self.entries(conversation, after, Part::First(limit)))
    }

    async fn interrupt(&self, conversation: &ConversationId) -> Result<bool, StoreError> {
        Ok(self.step(|state, _| state.queue.interrupt(conversation.digest())))
    }
}

impl State {
    /// Adds an entry to a conversation's transcript, and tells its watchers.
    pub(crate) fn add_entry(&mut self, digest: Digest, said: Said, now: Timestamp, hub: &EventHub) {
        self.last_entry = self.last_entry.next(now);
        let written = Written { place: self.last_entry, said: Arc::new(said) };
        let until = now.plus(self.options.transcript);
        let had_one = self.edit(digest, |found| found.transcript.add(written, now, until));
        if had_one == Some(false) {
            self.expiries.remember_transcript(until, digest);
        }
        if hub.is_watched(digest) {
            hub.announce(digest, &Arc::new(Event::Added));
        }
    }
}

/// What a message becomes in the transcript, if its answer does too.
pub(crate) fn said_by_customer(id: MessageId, inbound: &Inbound) -> Option<Said> {
    match inbound.answer_by {
        AnswerBy::Record(_) | AnswerBy::Channel => None,
        AnswerBy::Transcript(_) => {
            let key = inbound.key.as_str().to_owned();
            Some(Said::Customer { key, message: id, text: inbound.message.text.clone() })
        }
    }
}

/// Whether a message that was handed in is new to the transcript.
pub(crate) fn is_news(accepted: &Accepted) -> bool {
    match accepted {
        Accepted::New(_) | Accepted::Recorded(_) => true,
        Accepted::Duplicate(..) | Accepted::Conflict => false,
    }
}

impl Conversation {
    /// The keys of those of the oldest `count` waiting messages that are answered by transcript, if
    /// there are any.
    pub(crate) fn answered_by_transcript(&self, count: usize) -> Option<Vec<String>> {
        let keys: Vec<String> = self
            .waiting
            .iter()
            .take(count)
            .filter(|queued| matches!(queued.answer_by, AnswerBy::Transcript(_)))
            .map(|queued| queued.key.as_ref().to_owned())
            .collect();
        (!keys.is_empty()).then_some(keys)
    }
}

impl Weigh for Transcript {
    fn weight(&self) -> usize {
        self.entries.weight()
    }
}

impl Weigh for Written {
    fn weight(&self) -> usize {
        let words = match self.said.as_ref() {
            Said::Customer { key, message: _, text } => key.len() + text.len(),
            Said::Assistant { answers, text } => {
                answers.iter().map(String::len).sum::<usize>() + text.len()
            }
            Said::Failed { answers } => answers.iter().map(String::len).sum(),
            Said::Person { name, text } => name.len() + text.len(),
            Said::TakenOver { name } => name.len(),
            Said::Resumed => 0,
        };
        size_of_val(self) + size_of::<Said>() + words
    }
}
