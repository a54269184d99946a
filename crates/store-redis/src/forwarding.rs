//! What waits goes on in the conversation to which its customer moved.
//!
//! The two may lie in different slots of a Cluster, so this takes several scripts. What waits is set
//! aside first, under a key of its own, put into the other conversation once for that key, and dropped
//! here at last. Whoever repeats it after a crash goes on with what was set aside.

use conversation::ports::Claim;
use conversation::{ConversationId, KeyDigest, StoreError};

use crate::carrying::{Baggage, Step};
use crate::errors::unreadable;
use crate::keys::Keys;
use crate::{RedisStore, stored};

/// What `forward` answers: where it goes, as the hash says it, the messages, the turns, the remarks, and
/// which person has the conversation.
type SetAside = (String, Vec<String>, Vec<String>, Vec<String>, String);

impl RedisStore {
    pub(crate) async fn let_go_on(
        &self,
        claim: &Claim,
        to: &ConversationId,
    ) -> Result<(), StoreError> {
        let inner = &self.inner;
        let from = &claim.conversation;
        inner.telegraph.listeners.over(from.digest());
        let keys = [Keys::inbox, Keys::set_aside, Keys::history, Keys::remarks, Keys::records];
        let call = inner
            .fenced(&inner.scripts.forward, claim, &keys)
            .arg(to.as_str())
            .arg(stored::key_digest(KeyDigest(rand::random())));
        let (way, messages, turns, remarks, person): SetAside = call.run().await?;
        let (Some(key), Some(left)) = (way.get(..16), way.get(16..17)) else {
            return Err(unreadable("the way of what was set aside", "it is too short"));
        };
        let messages = messages.iter().map(|it| stored::without_way(it)).collect();
        let person = (!person.is_empty()).then_some(person);
        let step = Step::following((from, to), key, left);
        self.carry_after(step, Baggage { turns, remarks, person, messages }).await?;
        let keys = [Keys::inbox, Keys::set_aside, Keys::remarks];
        inner.fenced(&inner.scripts.forwarded, claim, &keys).arg(way).run().await
    }
}
