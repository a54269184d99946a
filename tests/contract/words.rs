//! What the customers and the models of these tests say.

use std::num::NonZeroUsize;

use conversation::ports::{Memory, TurnResult};
use conversation::{
    AnswerBy, ConversationId, DedupeKey, Fingerprint, Inbound, Message, Part, Reply, Timestamp,
};

pub(crate) const ONE: NonZeroUsize = NonZeroUsize::MIN;
pub(crate) const MANY: NonZeroUsize = NonZeroUsize::new(1000).unwrap();

/// A count that is at least one.
pub(crate) fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

/// A customer's conversation.
pub(crate) fn customer(name: &str) -> ConversationId {
    ConversationId::new("api", name).unwrap()
}

/// A message whose answer is recorded with it.
pub(crate) fn recorded(who: &ConversationId, key: &str, text: &str) -> Inbound {
    let answer_by = AnswerBy::Record(Fingerprint::of(&[text.as_bytes()]));
    Inbound { answer_by, ..by_channel(who, key, text) }
}

/// A message whose answer the channel sends.
pub(crate) fn by_channel(who: &ConversationId, key: &str, text: &str) -> Inbound {
    Inbound {
        conversation: who.clone(),
        key: DedupeKey::new(key).unwrap(),
        message: Message::text(text, Timestamp(1_700_000_000_000)),
        answer_by: AnswerBy::Channel,
        request: None,
        rate: None,
    }
}

/// The answer that the turn of this name gives.
pub(crate) fn reply(turn: &str) -> Reply {
    let text = format!("the answer of {turn}");
    Reply { text, model: "test/model".to_owned(), at: Timestamp(1_700_000_001_000) }
}

/// A turn whose answer is recorded.
pub(crate) fn turn(name: &str, answered: usize) -> TurnResult {
    turn_in_parts(name, answered, 0)
}

/// A turn whose answer goes out in parts.
pub(crate) fn turn_in_parts(name: &str, answered: usize, parts: usize) -> TurnResult {
    let part = |number| Part { text: format!("{name} part {number}"), ..Part::default() };
    TurnResult {
        turn: name.to_owned(),
        answered: count(answered),
        reply: reply(name),
        parts: (0..parts).map(part).collect(),
        memory: Memory::Continues,
        known_until: None,
        kept_for: None,
    }
}
