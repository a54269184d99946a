//! Dead letters: giving up on what stands first, and bringing it back.

use std::time::Duration;

use conversation::ports::{DeadLetter, MessageState, Pause, Store};
use conversation::{Message, PartState};

use crate::harness::Harness;
use crate::steps::{
    accept_new, answer_next, claim_nothing, claim_one, only_letter, open, park_next, part_states,
    state, texts,
};
use crate::words::{ONE, by_channel, count, customer, recorded, reply, turn, turn_in_parts};

use PartState::{Delivered, Pending, Sending};

fn words(letter: &DeadLetter) -> Vec<&str> {
    letter.messages.iter().map(|Message { text, .. }| text.as_str()).collect()
}

/// Leaves the conversation with an unsent reply among the dead letters.
async fn park_a_reply(store: &dyn Store, name: &str, key: &str) -> DeadLetter {
    accept_new(store, by_channel(&customer(name), key, "hello")).await;
    let claim = claim_one(store).await;
    store.commit(&claim, turn_in_parts(key, 1, 3)).await.unwrap();
    store.delivered(&claim, 0, Some("r".to_owned())).await.unwrap();
    store.sending(&claim, 1).await.unwrap();
    store.park(&claim, ONE, "the number is gone").await.unwrap();
    let letters = store.dead_letters(100).await.unwrap();
    let found = letters
        .into_iter()
        .find(|letter| letter.outbox.as_ref().is_some_and(|outbox| outbox.turn == key));
    found.expect("the parked reply")
}

pub(crate) async fn the_oldest_messages_are_parked_and_the_rest_is_answered(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let mut ids = Vec::new();
    for text in ["1", "2", "3"] {
        ids.push(accept_new(&*store, recorded(&anna, text, text)).await);
    }
    let claim = claim_one(&*store).await;
    store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.attempts, 1);
    store.park(&claim, count(2), "no model can").await.unwrap();
    let letter = only_letter(&*store).await;
    assert_eq!(words(&letter), ["1", "2"]);
    assert_eq!((&letter.conversation, letter.reason.as_str()), (&anna, "no model can"));
    assert_eq!(letter.outbox, None);
    assert!(letter.at.0 > 0);
    for id in &ids[..2] {
        let parked = MessageState::Parked { reason: "no model can".to_owned() };
        assert_eq!(state(&*store, id).await, parked);
    }
    let opened = answer_next(&*store, "t").await;
    assert_eq!((texts(&opened), opened.attempts, opened.history.len()), (vec!["3"], 0, 0));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn an_unsent_reply_is_parked_before_any_message(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let letter = park_a_reply(&*store, "anna", "t").await;
    assert_eq!((words(&letter), letter.reason.as_str()), (vec![], "the number is gone"));
    let outbox = letter.outbox.unwrap();
    assert_eq!(outbox.reply, reply("t"));
    assert_eq!(outbox.parts[0].state, Delivered(Some("r".to_owned())));
    assert_eq!(outbox.parts[1].state, Sending);
    claim_nothing(harness, &*store).await;
    assert_eq!(store.history(&customer("anna")).await.unwrap().len(), 1);
    accept_new(&*store, by_channel(&customer("anna"), "2", "next")).await;
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((texts(&opened), &opened.outbox), (vec!["next"], &None));
}

pub(crate) async fn a_message_behind_a_parked_reply_is_answered(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, by_channel(&anna, "1", "first")).await;
    accept_new(&*store, by_channel(&anna, "2", "second")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    store.park(&claim, count(5), "the number is gone").await.unwrap();
    assert_eq!(words(&only_letter(&*store).await), Vec::<&str>::new());
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["second"]);
}

pub(crate) async fn a_revived_message_goes_ahead_of_what_waits(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "1", "revived")).await;
    accept_new(&*store, recorded(&anna, "2", "revived too")).await;
    let claim = claim_one(&*store).await;
    store.park(&claim, count(2), "no model can").await.unwrap();
    accept_new(&*store, recorded(&anna, "3", "waits")).await;
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    assert_eq!(store.dead_letters(10).await, Ok(Vec::new()));
    assert_eq!(state(&*store, &id).await, MessageState::Waiting);
    let opened = answer_next(&*store, "t").await;
    assert_eq!(texts(&opened), ["revived", "revived too", "waits"]);
    assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn reviving_the_latest_first_restores_the_order(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    for text in ["1", "2", "3"] {
        accept_new(&*store, recorded(&anna, text, text)).await;
    }
    for reason in ["a", "b"] {
        park_next(&*store, reason).await;
        harness.advance(Duration::from_secs(1)).await;
    }
    let letters = store.dead_letters(10).await.unwrap();
    for letter in letters.iter().rev() {
        assert_eq!(store.revive(&letter.id).await, Ok(true));
    }
    assert_eq!(texts(&answer_next(&*store, "t").await), ["1", "2", "3"]);
}

pub(crate) async fn a_revived_message_queues_an_idle_conversation(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    accept_new(&*one, recorded(&customer("anna"), "k", "hello")).await;
    park_next(&*one, "no model can").await;
    claim_nothing(harness, &*other).await;
    assert_eq!(other.revive(&only_letter(&*other).await.id).await, Ok(true));
    assert_eq!(texts(&answer_next(&*other, "t").await), ["hello"]);
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn a_revived_reply_goes_on_where_it_stopped(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let letter = park_a_reply(&*store, "anna", "t").await;
    accept_new(&*store, by_channel(&customer("anna"), "2", "waits")).await;
    assert_eq!(store.revive(&letter.id).await, Ok(true));
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    // The operator has decided that what may have gone out is sent again.
    assert_eq!(part_states(&opened), [Delivered(Some("r".to_owned())), Pending, Pending]);
    assert_eq!((texts(&opened), opened.attempts), (vec!["waits"], 0));
    for part in 1..3 {
        store.delivered(&claim, part, None).await.unwrap();
    }
    store.release(&claim).await.unwrap();
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["waits"]);
}

pub(crate) async fn a_revived_reply_that_finds_another_stays_dead(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let letter = park_a_reply(&*store, "anna", "t1").await;
    accept_new(&*store, by_channel(&customer("anna"), "2", "second")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t2", 1, 1)).await.unwrap();
    assert_eq!(store.revive(&letter.id).await, Ok(false));
    assert_eq!(only_letter(&*store).await, letter);
    assert_eq!(open(&*store, &claim).await.outbox.unwrap().turn, "t2");
    store.delivered(&claim, 0, None).await.unwrap();
    store.release(&claim).await.unwrap();
    assert_eq!(store.revive(&letter.id).await, Ok(true));
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.outbox.unwrap().turn, "t1");
}

pub(crate) async fn a_message_revived_during_a_turn_is_not_taken_for_its_own(
    harness: &dyn Harness,
) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let revived = accept_new(&*store, recorded(&anna, "1", "revived")).await;
    park_next(&*store, "no model can").await;
    let answered = accept_new(&*store, recorded(&anna, "2", "answered")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(texts(&open(&*store, &claim).await), ["answered"]);
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    store.commit(&claim, turn("t", 1)).await.unwrap();
    assert_eq!(state(&*store, &answered).await, MessageState::Answered(Some(reply("t"))));
    assert_eq!(state(&*store, &revived).await, MessageState::Waiting);
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["revived"]);
}

pub(crate) async fn a_reply_is_not_revived_during_a_turn(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let letter = park_a_reply(&*store, "anna", "revived").await;
    accept_new(&*store, by_channel(&customer("anna"), "2", "second")).await;
    let claim = claim_one(&*store).await;
    let before = open(&*store, &claim).await;
    assert_eq!(store.revive(&letter.id).await, Ok(false));
    assert_eq!(only_letter(&*store).await, letter);
    assert_eq!(open(&*store, &claim).await, before);
    store.commit(&claim, turn("t", 1)).await.unwrap();
    assert_eq!(store.revive(&letter.id).await, Ok(true));
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.outbox.unwrap().turn, "revived");
}

pub(crate) async fn a_dead_letter_is_revived_once(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    park_next(&*store, "no model can").await;
    let letter = only_letter(&*store).await;
    assert_eq!(store.revive(&letter.id).await, Ok(true));
    assert_eq!(store.revive(&letter.id).await, Ok(false));
    for nonsense in ["", "nonsense", "dead_00", "99999999999999999999999"] {
        assert_eq!(store.revive(nonsense).await, Ok(false), "{nonsense}");
    }
    assert_eq!(texts(&answer_next(&*store, "t").await), ["hello"]);
}

pub(crate) async fn dead_letters_come_oldest_first_and_no_more_than_asked(harness: &dyn Harness) {
    let store = harness.store("one").await;
    for number in 0..5 {
        let name = number.to_string();
        accept_new(&*store, recorded(&customer(&name), "k", &name)).await;
        park_next(&*store, "no model can").await;
        harness.advance(Duration::from_secs(1)).await;
    }
    let letters = store.dead_letters(3).await.unwrap();
    assert_eq!(letters.iter().flat_map(words).collect::<Vec<_>>(), ["0", "1", "2"]);
    assert_eq!(store.dead_letters(10).await.unwrap().len(), 5);
}

pub(crate) async fn dead_letters_never_expire(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    park_next(&*store, "no model can").await;
    for _ in 0..9 {
        harness.advance(Duration::from_secs(24 * 60 * 60)).await;
    }
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    assert_eq!(texts(&answer_next(&*store, "t").await), ["hello"]);
    claim_nothing(harness, &*store).await;
}
