use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{
    Accepted, Archive as _, Inbox as _, MessageState, Overview as _, Turns as _,
};
use conversation::{ManualClock, Part, StoreError, Timestamp};

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
    let part = Part { text: "part".to_owned(), quotes: Some("2".to_owned()) };
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

#[tokio::test]
async fn near_the_limit_the_oldest_answered_keys_go_before_a_message_is_refused() {
    let (store, _) = store(Options { memory_limit: 40_000, ..Options::default() });
    let Accepted::New(first) = accept(&store, says("first", "1", "hello")).await else {
        panic!("it is the first message");
    };
    let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
    store.commit(&claim, answer("hi")).await.unwrap();
    let Accepted::New(waiting) = accept(&store, says("waiting", "1", "hello")).await else {
        panic!("it is the first message of this customer");
    };
    let _held = only(store.claim(ONE, Duration::ZERO).await.unwrap());
    for number in 0..500_u32 {
        accept(&store, says("busy", &number.to_string(), "hello")).await;
        let claim = only(store.claim(ONE, Duration::ZERO).await.unwrap());
        store.commit(&claim, answer(&number.to_string())).await.unwrap();
        assert_the_books_are_right(&store);
    }
    assert_eq!(store.message(&first).await.unwrap(), None);
    assert_eq!(store.message(&waiting).await.unwrap(), Some(MessageState::Waiting));
    store.step(|state, _| assert!(state.total_weight() <= 40_000 + 2_000));
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
                other @ (Accepted::Duplicate(..) | Accepted::Conflict) => panic!("{other:?}"),
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
