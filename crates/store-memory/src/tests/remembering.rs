use std::sync::Arc;
use std::time::Duration;

use conversation::Timestamp;
use conversation::ports::{
    Archive as _, Claim, Move, Notes as _, Noticed, Overview as _, Passage, Receipt, Receipts as _,
    Received, ReplicaReport, TurnResult, Turns as _,
};
use conversation::{
    DedupeKey, Inbound, ManualClock, Message, Note, Part, Rate, Remark, Remarked, Scope,
};

use super::{ONE, accept, answer, customer, only, says};
use crate::{MemoryStore, Options};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn store() -> (MemoryStore, ManualClock) {
    let clock = ManualClock::new(Timestamp(1_000_000));
    (MemoryStore::new(Options::default(), Arc::new(clock.clone())), clock)
}

fn assert_the_books_are_right(store: &MemoryStore) {
    store.step(|state, _| assert_eq!(state.total_weight(), state.weight_recounted()));
}

async fn note(store: &MemoryStore, key: &str, what: Remarked) -> Noticed {
    let remark = Remark { about: Some("m".to_owned()), what, at: Timestamp(3) };
    let key = DedupeKey::new(key).unwrap();
    let scope = Scope::Always;
    let note = Note { conversation: customer("anna"), key, remark, scope };
    let noticed = store.note(vec![note]).await.unwrap().remove(0);
    assert_the_books_are_right(store);
    noticed
}

async fn hear(store: &MemoryStore, passage: Passage) -> Received {
    let receipt = Receipt {
        conversation: customer("anna").digest(),
        turn: "t".to_owned(),
        part: 0,
        receipt: "wamid".to_owned(),
        passage,
        at: Timestamp(4),
    };
    let received = store.receive(vec![receipt]).await.unwrap().remove(0);
    assert_the_books_are_right(store);
    received
}

/// Commits an answer that is kept for longer than any key is remembered.
async fn commit_kept(store: &MemoryStore) -> Claim {
    let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
    let parts = vec![Part { text: "part".to_owned(), ..Part::default() }; 2];
    let kept_for = Some(10 * DAY);
    store.commit(&claim, TurnResult { parts, kept_for, ..answer("t") }).await.unwrap();
    assert_the_books_are_right(store);
    claim
}

#[tokio::test]
async fn the_books_are_right_whatever_else_happens() {
    let (store, _clock) = store();
    let rate = Some(Rate { burst: 1, period: DAY }.into());
    for key in ["fits", "notice", "over", "far over"] {
        let mut inbound = Inbound { rate, ..says("anna", key, &"words ".repeat(20)) };
        inbound.message.reference = (key == "fits").then(|| "m".to_owned());
        accept(&store, inbound).await;
        assert_the_books_are_right(&store);
    }
    let edited = || Remarked::Edited(Message::text("much longer ".repeat(40), Timestamp(2)));
    assert_eq!(note(&store, "e1", edited()).await, Noticed::Amended);
    assert_eq!(note(&store, "t1", Remarked::TakenBack).await, Noticed::Amended);
    assert_eq!(note(&store, "e2", edited()).await, Noticed::Kept);
    assert_eq!(note(&store, "r", Remarked::Reacted(vec!["x".to_owned()])).await, Noticed::Kept);

    let claim = commit_kept(&store).await;
    store.sending(&claim, 0).await.unwrap();
    assert_eq!(hear(&store, Passage::Sent).await, Received::Recorded);
    let why = "131047".to_owned();
    assert_eq!(hear(&store, Passage::Failed { why }).await, Received::Undelivered);
    let letter = store.dead_letters(1).await.unwrap().remove(0);
    assert!(store.revive(&letter.id).await.unwrap());
    assert_the_books_are_right(&store);

    let change = DedupeKey::new("change").unwrap();
    let (from, to) = (customer("anna"), customer("berta"));
    let carried = store.carry_over(vec![Move { from, to, key: change }]).await;
    assert_eq!(carried, Ok(vec![true]));
    assert_the_books_are_right(&store);
    for name in ["anna", "berta"] {
        assert!(store.forget(&customer(name)).await.unwrap());
        assert_the_books_are_right(&store);
    }
}

#[tokio::test]
async fn nothing_is_left_of_a_reply_that_was_kept_longest() {
    let (store, clock) = store();
    accept(&store, says("anna", "1", "hello")).await;
    note(&store, "r", Remarked::Reacted(Vec::new())).await;
    let claim = commit_kept(&store).await;
    for part in 0..2 {
        store.delivered(&claim, part, None).await.unwrap();
    }
    store.release(&claim).await.unwrap();
    clock.advance(9 * DAY);
    assert_eq!(hear(&store, Passage::Sent).await, Received::Recorded);
    clock.advance(2 * DAY);
    for _ in 0..4 {
        store.report(ReplicaReport::default()).await.unwrap();
    }
    store.step(|state, _| {
        assert_eq!(state.conversation_count(), 0);
        assert_eq!(state.total_weight(), 0);
    });
}
