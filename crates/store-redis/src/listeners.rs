//! Which other replicas listen to the conversations that are answered here.
//!
//! Only what is answered here is kept: another replica may ask to listen to a turn that has just
//! ended, and nobody would ever forget it again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use conversation::Digest;

/// How many conversations are kept at most; of more than these, others hear only the end.
const MOST: usize = 16_384;
/// How many listeners of one conversation are kept at most.
const MOST_OF_ONE: usize = 64;

pub(crate) struct Listeners {
    replica: String,
    at_work: Mutex<HashMap<Digest, Vec<String>>>,
}

impl Listeners {
    /// Begins empty. `replica` is this one, which needs no telling.
    pub(crate) fn new(replica: &str) -> Self {
        Self { replica: replica.to_owned(), at_work: Mutex::default() }
    }

    /// The conversation is about to be opened. Who asks to listen from now on is noted, also
    /// before the store has told who did so earlier.
    pub(crate) fn opening(&self, conversation: Digest) {
        let mut at_work = self.at_work();
        if at_work.len() < MOST || at_work.contains_key(&conversation) {
            at_work.insert(conversation, Vec::new());
        }
    }

    /// Notes that `listener` listens, if the conversation is answered here.
    pub(crate) fn add(&self, conversation: Digest, listener: &str) {
        let mut at_work = self.at_work();
        let Some(listeners) = at_work.get_mut(&conversation) else { return };
        let is_known = listener == self.replica || listeners.iter().any(|l| l == listener);
        if !is_known && listeners.len() < MOST_OF_ONE {
            listeners.push(listener.to_owned());
        }
    }

    /// Who listens to the conversation.
    pub(crate) fn of(&self, conversation: Digest) -> Vec<String> {
        self.at_work().get(&conversation).cloned().unwrap_or_default()
    }

    /// The conversation is no longer answered here.
    pub(crate) fn over(&self, conversation: Digest) {
        self.at_work().remove(&conversation);
    }

    fn at_work(&self) -> MutexGuard<'_, HashMap<Digest, Vec<String>>> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> Digest {
        Digest((number as u128).to_be_bytes())
    }

    #[test]
    fn only_what_is_answered_here_is_listened_to() {
        let listeners = Listeners::new("here");
        listeners.add(digest(1), "there");
        assert!(listeners.of(digest(1)).is_empty());
        listeners.opening(digest(1));
        for listener in ["there", "here", "there", "elsewhere"] {
            listeners.add(digest(1), listener);
        }
        assert_eq!(listeners.of(digest(1)), ["there", "elsewhere"]);
        listeners.over(digest(1));
        listeners.add(digest(1), "late");
        assert!(listeners.at_work().is_empty());
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let listeners = Listeners::new("here");
        for number in 0..MOST + 10 {
            listeners.opening(digest(number));
            listeners.add(digest(number), "there");
        }
        assert_eq!(listeners.at_work().len(), MOST);
        for number in 0..MOST_OF_ONE + 10 {
            listeners.add(digest(0), &number.to_string());
        }
        assert_eq!(listeners.of(digest(0)).len(), MOST_OF_ONE);
    }
}
