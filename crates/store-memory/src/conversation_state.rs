//! What is stored of one conversation.

use std::sync::Arc;

use conversation::ports::{DeadLetter, Opened, Waiting};
use conversation::{
    AnswerBy, ConversationId, Exchange, Message, MessageId, Outbox, PartState, Reply, StoreError,
    Timestamp,
};

use crate::dead::DeadLetters;
use crate::moving::Successor;
use crate::pile::Pile;
use crate::queue::ClaimNumber;
use crate::rate::Paces;
use crate::remarks::Kept;
use crate::remembered::Keys;
use crate::sent::{SentReplies, state_of_answered};
use crate::transcripts::Transcript;
use crate::weight::Weigh;

/// A message that waits for its answer.
#[derive(Clone)]
pub(crate) struct Queued {
    pub(crate) id: MessageId,
    pub(crate) key: Arc<str>,
    pub(crate) message: Message,
    pub(crate) request: Option<String>,
    pub(crate) answer_by: AnswerBy,
    /// When it was accepted.
    pub(crate) since: Timestamp,
}

impl Weigh for Queued {
    fn weight(&self) -> usize {
        size_of::<MessageId>()
            + self.key.len()
            + self.message.weight()
            + size_of_val(&self.request)
            + self.request.as_ref().map_or(0, String::len)
            + size_of_val(&self.answer_by)
            + size_of_val(&self.since)
    }
}

/// One customer's conversation.
///
/// What an operator revives during a turn is kept apart until the next owner opens the
/// conversation: the turn counts its messages from the oldest it has seen, and must not take
/// another for it, however often it looks again.
pub(crate) struct Conversation {
    pub(crate) id: ConversationId,
    pub(crate) keys: Keys,
    pub(crate) paces: Paces,
    pub(crate) waiting: Pile<Queued>,
    pub(crate) revived: Pile<Queued>,
    pub(crate) history: Pile<Arc<Exchange>>,
    /// What happened besides messages.
    pub(crate) remarks: Pile<Kept>,
    /// How many remarks the turn was opened with. One that restarts the history forgets these.
    pub(crate) known_remarks: usize,
    /// How long history and remarks are kept.
    pub(crate) history_until: Timestamp,
    pub(crate) has_reminder: bool,
    pub(crate) outbox: Option<Outbox>,
    /// The messages that the newest reply answers which went to the outbox.
    pub(crate) answering: Vec<MessageId>,
    /// Which of its parts are pending again, but may have gone out.
    pub(crate) may_be_out: Vec<usize>,
    /// When the intent to send a part of it was last written.
    pub(crate) sending_since: Timestamp,
    pub(crate) sent: SentReplies,
    /// The last turn whose answer went to the outbox.
    pub(crate) last_sent: Option<String>,
    pub(crate) attempts: u32,
    /// The provider's id of the message that shows the answer in the making.
    pub(crate) draft: Option<String>,
    pub(crate) dead: DeadLetters,
    pub(crate) transcript: Transcript,
    /// What the person is called who has the conversation, if one has.
    pub(crate) person: Option<String>,
    /// During which claim something came before what its owner had seen waiting.
    pub(crate) recounted: Option<ClaimNumber>,
    /// Where what waits is to go on, for as long as something does.
    pub(crate) leaving: Option<Successor>,
    /// Where its customer went, for what comes here from where they were before.
    pub(crate) moved: Option<Successor>,
}

impl Conversation {
    pub(crate) fn new(id: ConversationId) -> Self {
        Self {
            id,
            keys: Keys::default(),
            paces: Paces::default(),
            waiting: Pile::default(),
            revived: Pile::default(),
            history: Pile::default(),
            remarks: Pile::default(),
            known_remarks: 0,
            history_until: Timestamp::default(),
            has_reminder: false,
            outbox: None,
            answering: Vec::new(),
            may_be_out: Vec::new(),
            sending_since: Timestamp::default(),
            sent: SentReplies::default(),
            last_sent: None,
            attempts: 0,
            draft: None,
            dead: DeadLetters::default(),
            transcript: Transcript::default(),
            person: None,
            recounted: None,
            leaving: None,
            moved: None,
        }
    }

    /// How many messages wait.
    pub(crate) fn waiting_count(&self) -> usize {
        self.waiting.len() + self.revived.len()
    }

    /// When the oldest message that waits was accepted.
    pub(crate) fn oldest_waiting(&self) -> Option<Timestamp> {
        self.revived.iter().chain(self.waiting.iter()).map(|queued| queued.since).min()
    }

    /// Whether there is anything to do.
    pub(crate) fn has_work(&self) -> bool {
        self.waiting_count() > 0 || self.outbox.is_some() || self.leaving.is_some()
    }

    /// Forgets what belonged to the work that is done: what comes next begins anew.
    pub(crate) fn come_to_rest(&mut self) {
        self.attempts = 0;
        self.draft = None;
    }

    /// Lets the idle time run anew; a history whose time is over does not come back.
    pub(crate) fn touch(&mut self, now: Timestamp, until: Timestamp) {
        self.expire_history(now);
        self.history_until = until;
    }

    /// Clears the history and the remarks if their time is over. Says whether it is.
    pub(crate) fn expire_history(&mut self, now: Timestamp) -> bool {
        let over = self.history_until <= now;
        if over {
            self.history.clear();
            self.remarks.clear();
        }
        over
    }

    /// The earlier turns that are still kept at `now`.
    pub(crate) fn history_at(&self, now: Timestamp) -> Vec<Arc<Exchange>> {
        if now < self.history_until { self.history.iter().cloned().collect() } else { Vec::new() }
    }

    /// The remarks that are still kept at `now`.
    pub(crate) fn remarks_at(&self, now: Timestamp) -> Vec<Kept> {
        if now < self.history_until { self.remarks.iter().cloned().collect() } else { Vec::new() }
    }

    /// Brings back what was revived, ahead of what waits.
    pub(crate) fn take_in_revived(&mut self) {
        while let Some(queued) = self.revived.pop_back() {
            self.waiting.push_front(queued);
        }
    }

    /// What a new owner has to know, without the history.
    pub(crate) fn opened(&self, limit: usize, now: Timestamp) -> Opened {
        let waiting = |queued: &Queued| Waiting {
            id: queued.id,
            key: queued.key.as_ref().to_owned(),
            message: queued.message.clone(),
            request: queued.request.clone(),
        };
        let remarks = self.remarks_at(now).into_iter().map(|kept| (kept.remark, kept.at));
        let (remarks, remarks_kept_at) = remarks.unzip();
        Opened {
            messages: self.waiting.iter().take(limit).map(waiting).collect(),
            history: Vec::new(),
            outbox: self.outbox.clone(),
            attempts: self.attempts,
            draft: self.draft.clone(),
            remarks,
            remarks_kept_at,
            sending_for: self.is_sending().then(|| now.since(self.sending_since)),
            moved_to: self.goes_on_in(now).cloned(),
        }
    }

    /// Moves `answered` messages into the history with their reply. Returns their names.
    pub(crate) fn answer(
        &mut self,
        answered: usize,
        reply: &Reply,
        known_until: Option<Timestamp>,
        keep: usize,
    ) -> Vec<MessageId> {
        let taken = self.waiting.take(answered);
        let names: Vec<MessageId> = taken.iter().map(|queued| queued.id).collect();
        for id in &names {
            self.keys.set(id, |answer_by| state_of_answered(answer_by, reply));
        }
        let asked = taken.into_iter().map(|queued| queued.message).collect();
        self.history.push_back(Arc::new(Exchange { asked, reply: reply.clone(), known_until }));
        while self.history.len() > keep {
            self.history.pop_front();
        }
        names
    }

    /// Whether some part stands as being sent.
    fn is_sending(&self) -> bool {
        let mut parts = self.outbox.iter().flat_map(|outbox| &outbox.parts);
        parts.any(|part| part.state == PartState::Sending)
    }

    /// Writes down that a part is about to be sent. The provider's word may have come first: then
    /// the part, or all of the reply, needs no sending, and whoever is about to is too late.
    pub(crate) fn sending(&mut self, index: usize, now: Timestamp) -> Result<(), StoreError> {
        let Some(outbox) = &mut self.outbox else { return Err(StoreError::Stale) };
        let Some(part) = outbox.parts.get_mut(index) else { return Err(no_such_part()) };
        match part.state {
            PartState::Pending | PartState::Sending => part.state = PartState::Sending,
            PartState::Delivered(_) => return Err(StoreError::Stale),
        }
        self.sending_since = now;
        Ok(())
    }

    /// Records that a part was delivered. An outbox that went out is gone, and the attempts it
    /// took with it; recording its last part again changes nothing. Says whether there is, or
    /// may have been, such a part.
    pub(crate) fn delivered(&mut self, index: usize, receipt: Option<String>) -> bool {
        let Some(outbox) = &mut self.outbox else { return true };
        let Some(part) = outbox.parts.get_mut(index) else { return false };
        part.state = PartState::Delivered(receipt);
        if outbox.next().is_none() {
            self.outbox = None;
            self.attempts = 0;
        }
        true
    }

    /// A dead letter as an operator sees it.
    pub(crate) fn dead_letter(&self, number: u64) -> Option<DeadLetter> {
        self.dead.get(number).map(|dead| DeadLetter {
            id: number.to_string(),
            conversation: self.id.clone(),
            reason: dead.reason.clone(),
            at: dead.at,
            messages: dead.messages.iter().map(|queued| queued.message.clone()).collect(),
            outbox: dead.outbox.clone(),
        })
    }

    /// Whether nothing is kept of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
            && self.history.is_empty()
            && self.remarks.is_empty()
            && self.sent.is_empty()
            && self.dead.is_empty()
            && self.transcript.is_empty()
            && self.person.is_none()
            && !self.has_work()
    }
}

impl Weigh for Conversation {
    fn weight(&self) -> usize {
        size_of_val(self)
            + self.id.as_str().len()
            + self.keys.weight()
            + self.paces.weight()
            + self.waiting.weight()
            + self.revived.weight()
            + self.history.weight()
            + self.remarks.weight()
            + self.outbox.weight()
            + size_of_val(self.answering.as_slice())
            + size_of_val(self.may_be_out.as_slice())
            + self.sent.weight()
            + self.last_sent.as_ref().map_or(0, String::len)
            + self.draft.as_ref().map_or(0, String::len)
            + self.dead.weight()
            + self.transcript.weight()
            + self.person.as_ref().map_or(0, String::len)
            + self.leaving.weight()
            + self.moved.weight()
    }
}

/// What is answered to whoever names a part that is none.
pub(crate) fn no_such_part() -> StoreError {
    StoreError::Unreadable { what: "the outbox", why: "it has no part of that number".to_owned() }
}

/// Writes down, for a part that may or may not have gone out, that it is to be sent again.
pub(crate) fn send_again(outbox: &mut Outbox) {
    for part in &mut outbox.parts {
        match part.state {
            PartState::Sending => part.state = PartState::Pending,
            PartState::Pending | PartState::Delivered(_) => {}
        }
    }
}
