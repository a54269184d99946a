//! Accepting messages: each once for seven days, all of them in order.

use std::time::Duration;

use conversation::ports::{Accepted, MessageState, Opened, Store};
use conversation::{Inbound, MessageId, StoreError};

use crate::harness::{DEDUPE, Harness, WAITING_LIMIT};
use crate::steps::{
    accept, accept_new, answer_next, claim_nothing, claim_one, only_letter, open, state, texts,
};
use crate::words::{MANY, by_channel, customer, recorded, reply, turn_in_parts};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) async fn a_repeated_message_is_a_duplicate(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let id = accept_new(&*one, recorded(&anna, "k", "hello")).await;
    let again = accept(&*other, recorded(&anna, "k", "hello")).await;
    assert_eq!(again, Accepted::Duplicate(id, MessageState::Waiting));
    assert_eq!(texts(&answer_next(&*one, "t").await), ["hello"]);
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn a_duplicate_of_an_answered_message_brings_the_answer(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "k", "hello")).await;
    answer_next(&*store, "t").await;
    let again = accept(&*store, recorded(&anna, "k", "hello")).await;
    assert_eq!(again, Accepted::Duplicate(id, MessageState::Answered(Some(reply("t")))));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_key_is_remembered_for_seven_days_and_no_longer(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "k", "hello")).await;
    answer_next(&*store, "t").await;
    harness.advance(DEDUPE - HOUR).await;
    let again = accept(&*store, recorded(&anna, "k", "hello")).await;
    assert_eq!(again, Accepted::Duplicate(id, MessageState::Answered(Some(reply("t")))));
    harness.advance(2 * HOUR).await;
    let new = accept_new(&*store, recorded(&anna, "k", "hello")).await;
    assert_ne!(new, id);
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["hello"]);
}

pub(crate) async fn a_channels_key_is_remembered_for_seven_days_too(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, by_channel(&anna, "k", "hello")).await;
    answer_next(&*store, "t").await;
    harness.advance(DEDUPE - HOUR).await;
    let again = accept(&*store, by_channel(&anna, "k", "hello")).await;
    assert!(matches!(again, Accepted::Duplicate(..)), "{again:?}");
    harness.advance(2 * HOUR).await;
    accept_new(&*store, by_channel(&anna, "k", "hello")).await;
}

pub(crate) async fn a_record_lives_as_long_as_its_key(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let id = accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    answer_next(&*store, "t").await;
    harness.advance(DEDUPE - HOUR).await;
    assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
    harness.advance(2 * HOUR).await;
    assert_eq!(store.message(&id).await, Ok(None));
}

pub(crate) async fn an_old_message_leaves_the_record_of_its_successor_alone(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "k", "old")).await;
    harness.advance(DEDUPE + HOUR).await;
    let successor = accept_new(&*store, recorded(&anna, "k", "successor")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(texts(&open(&*store, &claim).await), ["old", "successor"]);
    store.commit(&claim, turn_in_parts("first", 1, 1)).await.unwrap();
    assert_eq!(state(&*store, &successor).await, MessageState::Waiting);
    let again = accept(&*store, recorded(&anna, "k", "successor")).await;
    assert_eq!(again, Accepted::Duplicate(successor, MessageState::Waiting));
}

pub(crate) async fn the_same_key_in_another_conversation_is_another_message(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let of_anna = accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let of_berta = accept_new(&*store, recorded(&customer("berta"), "k", "hello")).await;
    assert_ne!(of_anna, of_berta);
}

pub(crate) async fn the_same_key_with_another_body_is_a_conflict(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "k", "hello")).await;
    let conflict = accept(&*store, recorded(&anna, "k", "something else")).await;
    assert_eq!(conflict, Accepted::Conflict);
    assert_eq!(texts(&answer_next(&*store, "t").await), ["hello"]);
    let conflict = accept(&*store, recorded(&anna, "k", "something else")).await;
    assert_eq!(conflict, Accepted::Conflict);
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_channels_repetition_is_a_duplicate_whatever_it_says(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, by_channel(&anna, "k", "hello")).await;
    let again = accept(&*store, by_channel(&anna, "k", "hello, edited")).await;
    assert_eq!(again, Accepted::Duplicate(id, MessageState::Waiting));
}

pub(crate) async fn messages_keep_their_order(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    accept_new(&*one, recorded(&anna, "1", "first")).await;
    accept_new(&*other, recorded(&anna, "2", "second")).await;
    let batch = vec![recorded(&anna, "3", "third"), recorded(&anna, "4", "fourth")];
    one.accept(batch).await.unwrap();
    accept_new(&*other, recorded(&anna, "5", "fifth")).await;
    let opened = answer_next(&*one, "t").await;
    assert_eq!(texts(&opened), ["first", "second", "third", "fourth", "fifth"]);
}

pub(crate) async fn the_request_that_brought_a_message_is_known_to_whoever_answers(
    harness: &dyn Harness,
) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    let brought = |key, request: Option<&str>| Inbound {
        request: request.map(str::to_owned),
        ..recorded(&anna, key, "hello")
    };
    accept_new(&*one, brought("1", Some("first-request"))).await;
    accept_new(&*other, brought("2", None)).await;
    let again = accept(&*other, brought("1", Some("a-repetition"))).await;
    assert!(matches!(again, Accepted::Duplicate(..)), "{again:?}");
    let requests = |opened: &Opened| {
        let requests = opened.messages.iter().map(|waiting| waiting.request.clone());
        requests.collect::<Vec<_>>()
    };
    let claim = claim_one(&*other).await;
    let expected = [Some("first-request".to_owned()), None];
    assert_eq!(requests(&open(&*other, &claim).await), expected);
    other.park(&claim, MANY, "later").await.unwrap();
    let letter = only_letter(&*one).await;
    one.revive(&letter.id).await.unwrap();
    let claim = claim_one(&*one).await;
    assert_eq!(requests(&open(&*one, &claim).await), expected, "it outlives being a dead letter");
}

pub(crate) async fn a_batch_reaches_every_conversation_it_names(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let (anna, berta) = (customer("anna"), customer("berta"));
    let known = accept_new(&*store, recorded(&berta, "0", "earlier")).await;
    let batch = vec![
        recorded(&anna, "1", "anna's first"),
        recorded(&berta, "0", "earlier"),
        recorded(&berta, "1", "berta's"),
        recorded(&anna, "2", "anna's second"),
        recorded(&anna, "1", "anna's first"),
        recorded(&anna, "2", "a conflict"),
    ];
    let answers = store.accept(batch).await.unwrap();
    let [new_1, duplicate, new_2, new_3, within, conflict] = answers.as_slice() else {
        panic!("six answers, not {answers:?}");
    };
    let Accepted::New(first) = new_1 else { panic!("{new_1:?}") };
    assert!(matches!((new_2, new_3), (Accepted::New(_), Accepted::New(_))), "{answers:?}");
    assert_eq!(*duplicate, Accepted::Duplicate(known, MessageState::Waiting));
    assert_eq!(*within, Accepted::Duplicate(*first, MessageState::Waiting));
    assert_eq!(*conflict, Accepted::Conflict);
    for _ in 0..2 {
        let claim = claim_one(&*store).await;
        let opened = open(&*store, &claim).await;
        if claim.conversation == anna {
            assert_eq!(texts(&opened), ["anna's first", "anna's second"]);
        } else {
            assert_eq!(texts(&opened), ["earlier", "berta's"]);
        }
    }
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn an_empty_batch_is_accepted(harness: &dyn Harness) {
    let store = harness.store("one").await;
    assert_eq!(store.accept(Vec::new()).await, Ok(Vec::new()));
}

pub(crate) async fn no_more_messages_wait_than_may(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let all = (0..WAITING_LIMIT).map(|n| recorded(&anna, &n.to_string(), "hello"));
    store.accept(all.collect()).await.unwrap();
    let refused = store.accept(vec![recorded(&anna, "more", "hello")]).await;
    assert_eq!(refused, Err(StoreError::TooManyWaiting { limit: WAITING_LIMIT }));
    let again = accept(&*store, recorded(&anna, "0", "hello")).await;
    assert!(matches!(again, Accepted::Duplicate(_, MessageState::Waiting)), "{again:?}");
    accept_new(&*store, recorded(&customer("berta"), "1", "hello")).await;
    for _ in 0..2 {
        answer_next(&*store, "t").await;
    }
    accept_new(&*store, recorded(&anna, "more", "hello")).await;
}

pub(crate) async fn without_its_token_a_message_is_not_told_of(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "k", "hello")).await;
    let mut guessed = id;
    guessed.token[0] ^= 1;
    assert_eq!(store.message(&guessed).await, Ok(None));
    answer_next(&*store, "t").await;
    assert_eq!(store.message(&guessed).await, Ok(None));
    let nobody = MessageId { conversation: customer("nobody").digest(), ..id };
    assert_eq!(store.message(&nobody).await, Ok(None));
}

pub(crate) async fn a_message_is_told_as_waiting_and_then_as_answered(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "1", "hello")).await;
    let unrecorded = accept_new(&*store, by_channel(&anna, "2", "hello")).await;
    assert_eq!(state(&*store, &id).await, MessageState::Waiting);
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    assert_eq!(state(&*store, &id).await, MessageState::Waiting);
    store.commit(&claim, turn_in_parts("t", 2, 1)).await.unwrap();
    assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
    assert_eq!(state(&*store, &unrecorded).await, MessageState::Answered(None));
}

pub(crate) async fn of_many_who_bring_the_same_message_one_brings_a_new_one(harness: &dyn Harness) {
    let mut tasks = Vec::new();
    for owner in ["one", "other", "third"] {
        let store = harness.store(owner).await;
        for _ in 0..4 {
            let store = std::sync::Arc::clone(&store);
            tasks.push(tokio::spawn(bring_ten(store)));
        }
    }
    let mut ids = Vec::new();
    for task in tasks {
        ids.extend(task.await.unwrap());
    }
    assert_eq!(ids.len(), 10, "each of the ten messages is new to one of twelve who bring it");
    let store = harness.store("last").await;
    assert_eq!(answer_next(&*store, "t").await.messages.len(), 10);
}

async fn bring_ten(store: std::sync::Arc<dyn Store>) -> Vec<MessageId> {
    let mut new = Vec::new();
    for number in 0..10 {
        let message = recorded(&customer("anna"), &number.to_string(), "hello");
        match accept(&*store, message).await {
            Accepted::New(id) => new.push(id),
            Accepted::Duplicate(..) => {}
            Accepted::Conflict | Accepted::Recorded(_) => panic!("the bodies are equal, and slow"),
        }
    }
    new
}
