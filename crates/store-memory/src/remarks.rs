//! What happened in a conversation besides messages, kept as long as the history beside it.

use conversation::{Remark, Remarked, Timestamp};

use crate::conversation_state::Conversation;
use crate::pile::Pile;
use crate::weight::Weigh;

/// How many remarks of a conversation are kept.
const REMARKS: usize = 200;

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
        self.remarks.push_back(Kept { remark, at });
        if self.remarks.len() > REMARKS {
            drop_oldest(&mut self.remarks);
        }
    }
}

/// Drops the oldest reaction but the newest remark, or else the oldest remark: reactions must not push
/// out what was said.
fn drop_oldest(remarks: &mut Pile<Kept>) {
    let newest = remarks.iter().next_back().map(|kept| kept.at);
    let is_old_reaction =
        |kept: &Kept| matches!(kept.remark.what, Remarked::Reacted(_)) && Some(kept.at) != newest;
    if remarks.pull(is_old_reaction).is_none() {
        remarks.pop_front();
    }
}

/// Drops the oldest remarks beyond those that are kept.
pub(crate) fn keep_newest(remarks: &mut Pile<Kept>) {
    while remarks.len() > REMARKS {
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
