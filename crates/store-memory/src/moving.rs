//! Customers who move to another conversation: what is remembered of the one becomes the beginning of
//! the other, and what waits goes on there.

use conversation::ports::{Claim, MessageState, Move};
use conversation::{
    AnswerBy, ConversationId, DedupeKey, Digest, EventHub, MessageId, Said, StoreError, Timestamp,
};

use crate::conversation_state::{Conversation, Queued};
use crate::inbox::OVERHEAD;
use crate::pile::Pile;
use crate::remarks::{Kept, keep_newest};
use crate::remembered::Remembered;
use crate::state::State;
use crate::weight::Weigh;

/// How often what waits follows a customer on from where it came to, so that no circle of moves keeps
/// it going for ever.
const MOST_STEPS: u8 = 9;

/// Where a conversation goes on.
#[derive(Clone)]
pub(crate) struct Successor {
    to: ConversationId,
    /// How many conversations what waits has left before this one.
    steps: u8,
    until: Timestamp,
}

impl Successor {
    fn at(&self, now: Timestamp) -> Option<&ConversationId> {
        (now < self.until).then_some(&self.to)
    }
}

impl Weigh for Successor {
    fn weight(&self) -> usize {
        size_of_val(self) + self.to.as_str().len()
    }
}

/// What goes along with a customer.
#[derive(Default)]
struct Baggage {
    turns: Pile<std::sync::Arc<conversation::Exchange>>,
    remarks: Pile<Kept>,
}

impl Conversation {
    /// Where what waits is to go on at `now`.
    pub(crate) fn goes_on_in(&self, now: Timestamp) -> Option<&ConversationId> {
        self.leaving.as_ref().and_then(|successor| successor.at(now))
    }

    /// What is remembered, to be remembered elsewhere.
    fn pack(&mut self, now: Timestamp) -> Baggage {
        self.expire_history(now);
        let (turns, remarks) = (&mut self.history, &mut self.remarks);
        Baggage { turns: std::mem::take(turns), remarks: std::mem::take(remarks) }
    }
}

impl State {
    pub(crate) fn carry_over(
        &mut self,
        Move { from: old, to, key }: &Move,
        now: Timestamp,
        hub: &EventHub,
    ) -> Result<bool, StoreError> {
        let (from, digest) = (old.digest(), to.digest());
        let key = fresh_id(digest, key);
        if from == digest || self.is_known(key, now) {
            return Ok(false);
        }
        self.admit(OVERHEAD)?;
        let baggage = self.edit(from, |found| found.pack(now)).unwrap_or_default();
        self.bring(from, to, baggage, now, hub);
        self.keep(key, AnswerBy::Channel, MessageState::Recorded, now);
        // They are here, and not on their way to where they came from.
        self.edit(digest, |found| {
            found.moved = None;
            let goes_back = found.leaving.as_ref().is_some_and(|leaving| leaving.to == *old);
            if goes_back {
                found.leaving = None;
            }
        });
        let successor =
            Successor { to: to.clone(), steps: 0, until: now.plus(self.options.dedupe) };
        self.edit(from, |found| found.moved = Some(successor.clone()));
        if self.queue.contains(from) {
            self.set_out(from, successor, now);
        }
        self.remove_if_empty(from);
        Ok(true)
    }

    /// Lets what waits go on elsewhere. Whoever is at work on it is stale, unless a reply is on its way.
    fn set_out(&mut self, from: Digest, successor: Successor, now: Timestamp) {
        let sends = self.edit(from, |found| {
            found.leaving = Some(successor);
            found.outbox.is_some()
        });
        let is_idle = !self.queue.contains(from);
        let is_busy = self.queue.is_held(from) || self.queue.is_delayed(from);
        if is_idle || (is_busy && sends == Some(false)) {
            self.queue.make_ready(from, now);
        }
    }

    /// Puts what is remembered of one conversation before what is remembered of the other.
    fn bring(
        &mut self,
        from: Digest,
        to: &ConversationId,
        mut baggage: Baggage,
        now: Timestamp,
        hub: &EventHub,
    ) {
        let digest = to.digest();
        self.insert(digest, || Conversation::new(to.clone()));
        let (limit, until) = (self.options.history_limit, now.plus(self.options.idle));
        self.edit(digest, |found| {
            found.touch(now, until);
            put_first(&mut found.history, &mut baggage.turns);
            put_first(&mut found.remarks, &mut baggage.remarks);
            while found.history.len() > limit {
                found.history.pop_front();
            }
            keep_newest(&mut found.remarks);
        });
        self.remind_of_history(digest, now);
        self.move_person(from, digest, now, hub);
    }

    /// Lets the person who has the one conversation have the other, unless another one does.
    fn move_person(&mut self, from: Digest, to: Digest, now: Timestamp, hub: &EventHub) {
        let Some(name) = self.edit(from, |found| found.person.take()).flatten() else { return };
        self.tell_readers(from, Said::Resumed, now, hub);
        let is_free = self.conversation(to).is_some_and(|found| found.person.is_none());
        if is_free {
            self.edit(to, |found| found.person = Some(name.clone()));
            self.tell_readers(to, Said::TakenOver { name }, now, hub);
            self.queue.interrupt(to);
        }
    }

    pub(crate) fn forward(
        &mut self,
        claim: &Claim,
        to: &ConversationId,
        now: Timestamp,
        hub: &EventHub,
    ) -> Result<(), StoreError> {
        let from = self.check(claim)?;
        let found = self.conversation(from).ok_or(StoreError::Stale)?;
        let leaving = found.leaving.clone().filter(|leaving| leaving.at(now) == Some(to));
        let Some(leaving) = leaving.filter(|_| found.outbox.is_none()) else {
            self.end_claim(from, now);
            return Err(StoreError::Stale);
        };
        let packed = self.edit(from, |found| {
            let messages = found.waiting.take(found.waiting.len());
            for queued in &messages {
                found.keys.set(&queued.id, |_| MessageState::MovedOn);
            }
            found.come_to_rest();
            if found.waiting_count() == 0 {
                found.leaving = None;
            }
            (messages, found.pack(now))
        });
        let (messages, baggage) = packed.unwrap_or_default();
        self.bring(from, to, baggage, now, hub);
        self.arrive(to.digest(), messages, now);
        self.follow(to.digest(), leaving.steps, now);
        self.end_claim(from, now);
        self.remove_if_empty(from);
        self.remove_if_empty(to.digest());
        Ok(())
    }

    /// Takes in what waited elsewhere. It keeps its order, and stands where the time of its acceptance
    /// says: as a rule before all that waits here.
    fn arrive(&mut self, digest: Digest, messages: Vec<Queued>, now: Timestamp) {
        let (mut after, mut is_recounted) = (0, false);
        for queued in messages {
            if let Some(place) = self.take_in(digest, queued, after, now) {
                after = place + 1;
                let waiting = self.conversation(digest).map_or(0, |found| found.waiting.len());
                is_recounted |= after < waiting;
            }
        }
        if is_recounted {
            self.recount(digest, now);
        }
    }

    /// An owner counts what it answers from the oldest that waits, which is another now. It is stale,
    /// unless a reply is on its way: then it may send that, and nothing more.
    fn recount(&mut self, digest: Digest, now: Timestamp) {
        let Some(claim) = self.queue.claim_on(digest) else { return };
        let sends = self.edit(digest, |found| {
            found.recounted = Some(claim);
            found.outbox.is_some()
        });
        if sends == Some(false) {
            self.queue.make_ready(digest, now);
        }
    }

    /// Whether whoever holds the conversation counted before something came from elsewhere.
    pub(crate) fn miscounts(&self, digest: Digest) -> bool {
        let claim = self.queue.claim_on(digest);
        claim.is_some() && self.conversation(digest).is_some_and(|found| found.recounted == claim)
    }

    /// Takes in a message that waited elsewhere, unless it was accepted here as well. Says at which place.
    fn take_in(
        &mut self,
        digest: Digest,
        queued: Queued,
        after: usize,
        now: Timestamp,
    ) -> Option<usize> {
        let id = MessageId { conversation: digest, ..queued.id };
        let found = self.conversation(digest);
        let known = found.and_then(|found| found.keys.get(id.key, now));
        if known.is_some_and(|known| known.state != MessageState::MovedOn) {
            return None;
        }
        let until = queued.since.plus(self.options.dedupe);
        let (token, answer_by, state) = (id.token, queued.answer_by, MessageState::Waiting);
        let place = self.edit(digest, |found| {
            found.keys.insert(id.key, Remembered { token, answer_by, until, state });
            let mut queued = Queued { id, ..queued };
            // The way to them was the way to where they were.
            queued.message.reach = None;
            let is_earlier = |other: &&Queued| other.since < queued.since;
            let place = after + found.waiting.iter().skip(after).take_while(is_earlier).count();
            found.waiting.insert(place, queued);
            place
        });
        self.expiries.remember_key(until, id);
        self.queue.ensure(digest, now);
        place
    }

    /// Lets what came to a conversation go on, if its customer has left that as well.
    fn follow(&mut self, here: Digest, steps: u8, now: Timestamp) {
        let moved = self.conversation(here).and_then(|found| found.moved.clone());
        let moved = moved.filter(|moved| moved.at(now).is_some() && steps < MOST_STEPS);
        if let Some(moved) = moved {
            self.set_out(here, Successor { steps: steps + 1, ..moved }, now);
        }
    }
}

/// The name under which something that is no message is remembered.
pub(crate) fn fresh_id(conversation: Digest, key: &DedupeKey) -> MessageId {
    MessageId { conversation, key: key.digest(), token: rand::random() }
}

fn put_first<T: Weigh>(pile: &mut Pile<T>, brought: &mut Pile<T>) {
    while let Some(item) = brought.pop_back() {
        pile.push_front(item);
    }
}
