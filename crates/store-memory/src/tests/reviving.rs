//! What happens to a dead letter that is revived while somebody has the conversation.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Archive as _, Claim, DeadLetter, Opened, Turns as _};
use conversation::{ManualClock, Part, Timestamp};

use super::{ONE, accept, answer, only, says};
use crate::{MemoryStore, Options};

const TEN: NonZeroUsize = NonZeroUsize::new(10).unwrap();

fn store() -> MemoryStore {
    MemoryStore::new(Options::default(), Arc::new(ManualClock::new(Timestamp(1_000_000))))
}

async fn claim(store: &MemoryStore) -> Claim {
    only(store.claim(ONE, Duration::ZERO).await.unwrap())
}

async fn letter(store: &MemoryStore) -> DeadLetter {
    store.dead_letters(1).await.unwrap().remove(0)
}

fn texts(opened: &Opened) -> Vec<&str> {
    opened.messages.iter().map(|waiting| waiting.message.text.as_str()).collect()
}

/// Leaves a reply among the dead letters.
async fn park_a_reply(store: &MemoryStore) {
    accept(store, says("anna", "1", "first")).await;
    let held = claim(store).await;
    let parts = vec![Part { text: "parked".to_owned(), quotes: None, ..Part::default() }];
    store
        .commit(&held, conversation::ports::TurnResult { parts, ..answer("parked") })
        .await
        .unwrap();
    store.park(&held, ONE, "the number is gone").await.unwrap();
}

#[tokio::test]
async fn an_owner_that_looks_again_finds_the_messages_that_it_counted() {
    let store = store();
    accept(&store, says("anna", "1", "revived")).await;
    store.park(&claim(&store).await, ONE, "no model can").await.unwrap();
    accept(&store, says("anna", "2", "counted")).await;
    let held = claim(&store).await;
    assert_eq!(texts(&store.open(&held, TEN).await.unwrap()), ["counted"]);
    assert!(store.revive(&letter(&store).await.id).await.unwrap());
    assert_eq!(texts(&store.open(&held, TEN).await.unwrap()), ["counted"]);
    store.commit(&held, answer("t")).await.unwrap();
    let next = claim(&store).await;
    assert_eq!(texts(&store.open(&next, TEN).await.unwrap()), ["revived"]);
}

#[tokio::test]
async fn what_is_revived_before_the_owner_looks_is_there_when_it_does() {
    let store = store();
    accept(&store, says("anna", "1", "revived")).await;
    store.park(&claim(&store).await, ONE, "no model can").await.unwrap();
    accept(&store, says("anna", "2", "waiting")).await;
    let held = claim(&store).await;
    assert!(store.revive(&letter(&store).await.id).await.unwrap());
    assert_eq!(texts(&store.open(&held, TEN).await.unwrap()), ["revived", "waiting"]);
}

#[tokio::test]
async fn a_reply_is_not_revived_while_somebody_has_the_conversation() {
    let store = store();
    park_a_reply(&store).await;
    accept(&store, says("anna", "2", "second")).await;
    let held = claim(&store).await;
    let dead = letter(&store).await;
    assert!(!store.revive(&dead.id).await.unwrap());
    assert_eq!(letter(&store).await, dead);
    assert_eq!(store.open(&held, TEN).await.unwrap().outbox, None);
    store.release(&held).await.unwrap();
    assert!(store.revive(&dead.id).await.unwrap());
    let held = claim(&store).await;
    assert_eq!(store.open(&held, TEN).await.unwrap().outbox.unwrap().turn, "parked");
}
