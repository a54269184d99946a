//! What happened in a conversation besides messages, kept as long as the history beside it.

use conversation::{Remark, Remarked};

use crate::conversation_state::Conversation;
use crate::pile::Pile;
use crate::weight::Weigh;

/// How many remarks of a conversation are kept: the newest.
const REMARKS: usize = 200;

impl Conversation {
    /// Adds a remark to those whose time is not over.
    pub(crate) fn remark(&mut self, remark: Remark) {
        self.remarks.push_back(remark);
        keep_newest(&mut self.remarks);
    }
}

/// Drops the oldest remarks beyond those that are kept.
pub(crate) fn keep_newest(remarks: &mut Pile<Remark>) {
    while remarks.len() > REMARKS {
        remarks.pop_front();
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
