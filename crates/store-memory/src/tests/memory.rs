use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{
    Accepted, Archive as _, Inbox as _, MessageState, Overview as _, Turns as _,
};
use conversation::{ManualClock, MessageId, Part, StoreError, Timestamp};

use super::{ONE, accept, answer, customer, only, says};
use crate::{MemoryStore, Options};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn store(options: Options) -> (MemoryStore, ManualClock) {
    let clock = ManualClock::new(Timestamp(1_000_000));
    (MemoryStore::new(options, Arc::new(clock.clone())), clock)
}

fn assert_the_books_are_right(store: &MemoryStore) {
    store.step(|state, _| assert_eq!(state.total_weight(), state.weight_recounted()));
}

/// Lets one customer's conversation go through everything that is ever stored.
async fn live(store: &MemoryStore, name: &str) {
    for key in ["1", "2", "3", "4"] {
        accept(store, says(name, key, &"words ".repeat(50))).await;
    }
    let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
    store.park(&claim, ONE, "the first makes trouble").await.unwrap();
    let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
    let part = Part { text: "part".to_owned(), quotes: Some("2".to_owned()), ..Part::default() };
    let mut sent = answer(name);
    sent.parts = vec![part.clone(), part];
    store.commit(&claim, sent).await.unwrap();
    store.sending(&claim, 0).await.unwrap();
    store.delivered(&claim, 0, Some("receipt".to_owned())).await.unwrap();
    store.park(&claim, ONE, "the second part does not go out").await.unwrap();
    let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
    store.commit(&claim, answer("last")).await.unwrap();
    assert_the_books_are_right(store);
}

#[tokio::test]
async fn the_books_are_right_after_everything_that_can_happen() {
    let (store, clock) = store(Options::default());
    live(&store, "anna").await;
    for letter in store.dead_letters(10).await.unwrap() {
        assert!(store.revive(&letter.id).await.unwrap());
        assert_the_books_are_right(&store);
    }
    let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
    let opened = store.open(&claim, ONE).await.unwrap();
    assert!(opened.outbox.is_some());
    assert_the_books_are_right(&store);
    clock.advance(8 * DAY);
    accept(&store, says("anna", "1", "again")).await;
    assert_the_books_are_right(&store);
    assert!(store.forget(&customer("anna")).await.unwrap());
    assert_the_books_are_right(&store);
}

#[tokio::test]
async fn nothing_is_left_of_a_conversation_when_all_of_it_has_expired() {
    let (store, clock) = store(Options::default());
    for number in 0..20 {
        accept(&store, says(&format!("customer {number}"), "1", "hello")).await;
        let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
        store.commit(&claim, answer("hi")).await.unwrap();
    }
    clock.advance(8 * DAY);
    for _ in 0..4 {
        store.report(conversation::ports::ReplicaReport::default()).await.unwrap();
    }
    store.step(|state, _| {
        assert_eq!(state.conversation_count(), 0);
        assert_eq!(state.total_weight(), 0);
    });
}

#[tokio::test]
async fn a_conversation_that_goes_on_keeps_its_history_past_the_first_reminder() {
    let (store, clock) = store(Options::default());
    for number in 0..4_u32 {
        accept(&store, says("anna", &number.to_string(), "hello")).await;
        let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
        store.commit(&claim, answer(&number.to_string())).await.unwrap();
        clock.advance(Duration::from_secs(20 * 60));
    }
    assert_eq!(store.history(&customer("anna")).await.unwrap().len(), 4);
}

/// Has messages of this customer answered until the store takes no more. Returns the first one.
async fn fill_with_answered(store: &MemoryStore, name: &str) -> MessageId {
    let mut first = None;
    for number in 0..500_u32 {
        match store.accept(vec![says(name, &number.to_string(), "hello")]).await {
            Ok(answers) => match answers[..] {
                [Accepted::New(id)] => drop(first.get_or_insert(id)),
                ref other => panic!("{other:?}"),
            },
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                return first.unwrap();
            }
        }
        let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
        store.commit(&claim, answer(&number.to_string())).await.unwrap();
        assert_the_books_are_right(store);
    }
    panic!("the limit was passed");
}

#[tokio::test]
async fn a_full_store_forgets_no_key_before_its_time() {
    let (store, clock) = store(Options { memory_limit: 40_000, ..Options::default() });
    let first = fill_with_answered(&store, "anna").await;
    store.step(|state, _| assert!(state.total_weight() <= 40_000 + 2_000));
    // The history goes after half an hour and makes room, the keys stay.
    clock.advance(6 * DAY);
    fill_with_answered(&store, "berta").await;
    let repeated = accept(&store, says("anna", "0", "hello")).await;
    assert!(matches!(repeated, Accepted::Duplicate(id, _) if id == first), "{repeated:?}");
    clock.advance(2 * DAY);
    assert!(matches!(accept(&store, says("cara", "1", "hi")).await, Accepted::New(_)));
}

#[tokio::test]
async fn a_store_full_of_waiting_messages_refuses_more_and_loses_none() {
    let (store, _) = store(Options { memory_limit: 20_000, ..Options::default() });
    let mut accepted = Vec::new();
    let refused = loop {
        let number = accepted.len().to_string();
        match store.accept(vec![says(&number, "1", &"x".repeat(500))]).await {
            Ok(mut answers) => match answers.remove(0) {
                Accepted::New(id) => accepted.push(id),
                other @ (Accepted::Duplicate(..) | Accepted::Conflict | Accepted::Recorded(_)) => {
                    panic!("{other:?}")
                }
            },
            Err(error) => break error,
        }
        assert!(accepted.len() < 40, "the limit was passed");
    };
    assert_eq!(refused, StoreError::Full);
    assert!(accepted.len() > 5);
    for id in &accepted {
        assert_eq!(store.message(id).await.unwrap(), Some(MessageState::Waiting));
    }
    assert_the_books_are_right(&store);
}
