//! The call of a fenced script, with what they all begin with.

use conversation::ports::Claim;
use conversation::{Digest, StoreError};
use deadpool_redis::redis::{Cmd, FromRedisValue, ToRedisArgs};

use crate::Inner;
use crate::keys::Keys;
use crate::link::GROUP;
use crate::script::Verb;

/// Spells one of a conversation's keys.
type Spell = fn(&Keys, Digest) -> String;

/// A call that takes effect only while the claim is held.
pub(crate) struct Fenced<'a> {
    inner: &'a Inner,
    verb: &'a Verb,
    conversation: Digest,
    call: Cmd,
}

impl Inner {
    /// Begins a call of `verb`. `keys` are those that follow the queue and the conversation.
    pub(crate) fn fenced<'a>(
        &'a self,
        verb: &'a Verb,
        claim: &Claim,
        keys: &[Spell],
    ) -> Fenced<'a> {
        let conversation = claim.conversation.digest();
        let mut call = verb.call();
        call.arg(self.keys.ready(self.keys.partition(conversation)));
        call.arg(self.keys.conversation(conversation));
        for spell in keys {
            call.arg(spell(&self.keys, conversation));
        }
        call.arg(GROUP)
            .arg(&claim.fence.entry)
            .arg(&claim.fence.owner)
            .arg(claim.fence.deliveries)
            .arg(claim.conversation.as_str());
        Fenced { inner: self, verb, conversation, call }
    }
}

impl Fenced<'_> {
    /// Adds an argument of the script's own.
    pub(crate) fn arg(mut self, arg: impl ToRedisArgs) -> Self {
        self.call.arg(arg);
        self
    }

    /// Runs the script. A stale claim ends all that is kept here for the sake of the turn.
    pub(crate) async fn run<T: FromRedisValue>(self) -> Result<T, StoreError> {
        let answer = self.inner.link.call(self.verb, &self.call).await;
        if matches!(answer, Err(StoreError::Stale)) {
            self.inner.telegraph.listeners.over(self.conversation);
        }
        answer
    }
}
