//! What happened in a conversation besides messages, kept as long as the history beside it.

use conversation::{Remark, Remarked, Timestamp};

use crate::conversation_state::Conversation;
use crate::pile::Pile;
use crate::weight::Weigh;

/// How many remarks are kept that an answer knew, and of those that are no messages.
const FEW: usize = 200;

/// How many remarks there may be in all, before messages are refused that no answer knew yet.
pub(crate) const MANY: usize = 1200;

/// A remark, and when it came here.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) remark: Remark,
    /// Later than that of the one before it, so that it is also their order.
    pub(crate) at: Timestamp,
}

impl Conversation {
    /// Adds a remark to those whose time is not over.
    pub(crate) fn remark(&mut self, remark: Remark, now: Timestamp) {
        let after_last = self.remarks.iter().next_back().map(|last| Timestamp(last.at.0 + 1));
        let at = after_last.map_or(now, |next| next.max(now));
        let is_message = is_message(&remark);
        self.remarks.push_back(Kept { remark, at });
        match is_message {
            true => self.drop_known_remarks(),
            false => self.drop_beside(at),
        }
    }

    /// Whether one remark more can be kept. For a message the oldest remark goes only if an answer
    /// knew it.
    pub(crate) fn has_room_for(&self, remark: &Remark) -> bool {
        let is_known = |oldest: &Kept| Some(oldest.at) <= self.known_until();
        !is_message(remark)
            || self.remarks.len() < MANY
            || self.remarks.iter().next().is_some_and(is_known)
    }

    /// Until when the answers knew what happened, as the newest turn tells.
    fn known_until(&self) -> Option<Timestamp> {
        self.history.iter().next_back().and_then(|turn| turn.known_until)
    }

    /// Makes the list shorter that a message has made longer: two go for one that comes, so that what
    /// has grown while nobody answered becomes short again.
    fn drop_known_remarks(&mut self) {
        let known_until = self.known_until();
        for _ in 0..2 {
            let count = self.remarks.len();
            let is_known =
                self.remarks.iter().next().is_some_and(|oldest| Some(oldest.at) <= known_until);
            if count <= FEW || (count <= MANY && !is_known) {
                return;
            }
            self.drop_remark(0);
        }
    }

    /// Drops the oldest reaction, or else the oldest remark that is no message, if there are too many
    /// beside the newest: neither must push out what was said.
    fn drop_beside(&mut self, newest: Timestamp) {
        if self.remarks.len() <= FEW {
            return;
        }
        let older = self.remarks.iter().enumerate().filter(|(_, kept)| kept.at != newest);
        let beside: Vec<_> = older.filter(|(_, kept)| !is_message(&kept.remark)).collect();
        if beside.len() < FEW {
            return;
        }
        let is_reaction =
            |(_, kept): &&(usize, &Kept)| matches!(kept.remark.what, Remarked::Reacted(_));
        let place = beside.iter().find(is_reaction).or(beside.first()).map(|(place, _)| *place);
        if let Some(place) = place {
            self.drop_remark(place);
        }
    }

    /// A turn at work that restarts the history forgets the remarks that it knew by their number.
    fn drop_remark(&mut self, place: usize) {
        self.remarks.remove(place);
        if place < self.known_remarks {
            self.known_remarks -= 1;
        }
    }
}

/// Whether it is a message that got no answer of its own.
fn is_message(remark: &Remark) -> bool {
    matches!(remark.what, Remarked::Unanswered(_))
}

/// Drops the oldest remarks beyond those that are kept.
pub(crate) fn keep_newest(remarks: &mut Pile<Kept>) {
    while remarks.len() > MANY {
        remarks.pop_front();
    }
}

impl Weigh for Kept {
    fn weight(&self) -> usize {
        size_of_val(&self.at) + self.remark.weight()
    }
}

impl Weigh for Remark {
    fn weight(&self) -> usize {
        let what = match &self.what {
            Remarked::Edited(message)
            | Remarked::Unanswered(message)
            | Remarked::Colleague(message) => message.weight(),
            Remarked::Reacted(emojis) => emojis.iter().map(|e| size_of_val(e) + e.len()).sum(),
            Remarked::Happened(words) => words.len(),
            Remarked::TakenBack => 0,
        };
        size_of_val(self) + self.about.as_ref().map_or(0, String::len) + what
    }
}
