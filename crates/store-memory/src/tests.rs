//! What only this store has: bounded memory, its own way of waking, and what it does with what is
//! revived during a turn. Everything else is in the contract suite, which both stores pass.

mod memory;
mod remembering;
mod reviving;
mod waking;

use std::num::NonZeroUsize;

use conversation::ports::{Accepted, Claim, Inbox as _, Memory, TurnResult};
use conversation::{
    AnswerBy, ConversationId, DedupeKey, Fingerprint, Inbound, Message, Reply, Timestamp,
};

use crate::MemoryStore;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn customer(name: &str) -> ConversationId {
    ConversationId::new("api", name).unwrap()
}

fn says(name: &str, key: &str, text: &str) -> Inbound {
    Inbound {
        conversation: customer(name),
        key: DedupeKey::new(key).unwrap(),
        message: Message::text(text, Timestamp(1)),
        request: None,
        rate: None,
        answer_by: AnswerBy::Record(Fingerprint::of(&[text.as_bytes()])),
    }
}

async fn accept(store: &MemoryStore, inbound: Inbound) -> Accepted {
    store.accept(vec![inbound]).await.unwrap().remove(0)
}

fn answer(turn: &str) -> TurnResult {
    let reply = Reply { text: turn.to_owned(), model: "test/test".to_owned(), at: Timestamp(2) };
    TurnResult {
        turn: turn.to_owned(),
        answered: ONE,
        reply,
        parts: Vec::new(),
        memory: Memory::Continues,
        known_until: None,
        kept_for: None,
    }
}

fn only(mut claims: Vec<Claim>) -> Claim {
    assert_eq!(claims.len(), 1);
    claims.remove(0)
}
