//! Turns: collecting, history, and putting off.

use std::time::Duration;

use conversation::ports::{Lease, MessageState, Pause, TurnResult};
use conversation::{StoreError, Timestamp};

use crate::harness::{HISTORY_LIMIT, Harness, IDLE};
use crate::steps::{
    accept_new, answer_next, assert_lease, claim_nothing, claim_one, open, state, texts,
};
use crate::words::{by_channel, count, customer, recorded, reply, turn, turn_in_parts};

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) async fn the_next_turn_knows_the_earlier_ones(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    accept_new(&*one, recorded(&anna, "1", "first")).await;
    accept_new(&*one, recorded(&anna, "2", "second")).await;
    answer_next(&*one, "t1").await;
    accept_new(&*other, recorded(&anna, "3", "third")).await;
    let opened = answer_next(&*other, "t2").await;
    let [exchange] = opened.history.as_slice() else { panic!("{:?}", opened.history) };
    let asked: Vec<&str> = exchange.asked.iter().map(|message| message.text.as_str()).collect();
    assert_eq!((asked, &exchange.reply), (vec!["first", "second"], &reply("t1")));
    let replies: Vec<_> =
        one.history(&anna).await.unwrap().into_iter().map(|exchange| exchange.reply).collect();
    assert_eq!(replies, [reply("t1"), reply("t2")]);
}

pub(crate) async fn what_a_turn_knew_stands_in_the_history(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    for (name, known_until) in [("1", Some(Timestamp(1_700_000_000_123))), ("2", None)] {
        accept_new(&*store, recorded(&anna, name, name)).await;
        let claim = claim_one(&*store).await;
        open(&*store, &claim).await;
        let result = TurnResult { known_until, ..turn(name, 1) };
        store.commit(&claim, result).await.unwrap();
    }
    let history = store.history(&anna).await.unwrap();
    let known: Vec<_> = history.iter().map(|turn| turn.known_until).collect();
    assert_eq!(known, [Some(Timestamp(1_700_000_000_123)), None]);
}

pub(crate) async fn no_one_sees_anothers_conversation(harness: &dyn Harness) {
    let store = harness.store("one").await;
    accept_new(&*store, recorded(&customer("anna"), "k", "a secret")).await;
    answer_next(&*store, "t").await;
    accept_new(&*store, recorded(&customer("berta"), "k", "hello")).await;
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["hello"], 0));
    assert_eq!(store.history(&customer("cara")).await, Ok(Vec::new()));
}

pub(crate) async fn a_turn_takes_no_more_messages_than_it_asked_for(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    for text in ["1", "2", "3", "4", "5"] {
        accept_new(&*store, recorded(&anna, text, text)).await;
    }
    let claim = claim_one(&*store).await;
    let opened = store.open(&claim, count(3)).await.unwrap();
    assert_eq!(texts(&opened), ["1", "2", "3"]);
    assert_eq!(opened.messages[1].key, "2");
    store.commit(&claim, turn("t", 3)).await.unwrap();
    assert_eq!(texts(&answer_next(&*store, "t2").await), ["4", "5"]);
}

pub(crate) async fn messages_collected_into_a_turn_are_answered_together(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    let mut ids = Vec::new();
    for key in ["1", "2", "3"] {
        ids.push(accept_new(&*store, recorded(&anna, key, "hello")).await);
    }
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.messages[0].id, ids[0]);
    store.commit(&claim, turn("t", 2)).await.unwrap();
    for id in &ids[..2] {
        assert_eq!(state(&*store, id).await, MessageState::Answered(Some(reply("t"))));
    }
    assert_eq!(state(&*store, &ids[2]).await, MessageState::Waiting);
    answer_next(&*store, "t2").await;
    assert_eq!(state(&*store, &ids[2]).await, MessageState::Answered(Some(reply("t2"))));
}

pub(crate) async fn a_commit_handed_in_twice_answers_nothing_more(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    for key in ["1", "2"] {
        accept_new(&*store, by_channel(&anna, key, key)).await;
    }
    let claim = claim_one(&*store).await;
    let sent = || turn_in_parts("t", 1, 1);
    store.commit(&claim, sent()).await.unwrap();
    let before = open(&*store, &claim).await;
    assert_eq!(store.commit(&claim, sent()).await, Ok(()));
    assert_eq!(open(&*store, &claim).await, before);
    let other = store.commit(&claim, turn_in_parts("other", 1, 1)).await;
    assert_eq!(other, Err(StoreError::Stale), "the unsent reply goes first");
    assert_eq!(open(&*store, &claim).await, before);
    store.delivered(&claim, 0, None).await.unwrap();
    assert_eq!(store.commit(&claim, sent()).await, Ok(()), "it arrives late");
    let opened = open(&*store, &claim).await;
    assert_eq!((texts(&opened), opened.outbox.as_ref()), (vec!["2"], None));
    store.commit(&claim, turn("t2", 1)).await.unwrap();
    assert_eq!(store.commit(&claim, turn("t2", 1)).await, Err(StoreError::Stale));
    assert_eq!(store.history(&anna).await.unwrap().len(), 2);
}

pub(crate) async fn a_commit_of_more_than_waits_is_refused_whole(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let id = accept_new(&*store, recorded(&customer("anna"), "k", "hello")).await;
    let claim = claim_one(&*store).await;
    let before = open(&*store, &claim).await;
    assert_eq!(store.commit(&claim, turn("t", 2)).await, Err(StoreError::Stale));
    assert_eq!(open(&*store, &claim).await, before);
    assert_eq!(store.message(&id).await, Ok(Some(MessageState::Waiting)));
}

pub(crate) async fn the_history_keeps_the_latest_turns(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    for number in 0..HISTORY_LIMIT + 3 {
        accept_new(&*store, recorded(&anna, &number.to_string(), "hello")).await;
        answer_next(&*store, &number.to_string()).await;
    }
    let history = store.history(&anna).await.unwrap();
    assert_eq!(history.len(), HISTORY_LIMIT);
    assert_eq!(history[0].reply, reply("3"));
    assert_eq!(history[HISTORY_LIMIT - 1].reply, reply(&(HISTORY_LIMIT + 2).to_string()));
}

pub(crate) async fn an_idle_conversation_loses_its_history_and_not_its_work(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "answered")).await;
    answer_next(&*store, "t").await;
    accept_new(&*store, recorded(&anna, "2", "waits")).await;
    harness.advance(IDLE - MINUTE).await;
    assert_eq!(store.history(&anna).await.unwrap().len(), 1);
    harness.advance(2 * MINUTE).await;
    assert_eq!(store.history(&anna).await, Ok(Vec::new()));
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["waits"], 0));
    assert_eq!(store.history(&anna).await.unwrap().len(), 1);
}

pub(crate) async fn a_message_keeps_the_history_alive(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "hello")).await;
    answer_next(&*store, "t").await;
    harness.advance(IDLE * 2 / 3).await;
    accept_new(&*store, recorded(&anna, "2", "hello")).await;
    harness.advance(IDLE * 2 / 3).await;
    assert_eq!(store.history(&anna).await.unwrap().len(), 1);
}

pub(crate) async fn an_answer_keeps_the_history_alive(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "hello")).await;
    answer_next(&*store, "t").await;
    accept_new(&*store, recorded(&anna, "2", "hello")).await;
    harness.advance(IDLE * 2 / 3).await;
    answer_next(&*store, "t2").await;
    harness.advance(IDLE * 2 / 3).await;
    assert_eq!(store.history(&anna).await.unwrap().len(), 2);
}

pub(crate) async fn an_expired_history_does_not_come_back(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "hello")).await;
    answer_next(&*store, "t").await;
    harness.advance(IDLE + MINUTE).await;
    accept_new(&*store, recorded(&anna, "2", "hello")).await;
    let opened = answer_next(&*store, "t2").await;
    assert_eq!(opened.history, Vec::new());
    let history = store.history(&anna).await.unwrap();
    assert_eq!(history.iter().map(|turn| &turn.reply).collect::<Vec<_>>(), [&reply("t2")]);
}

pub(crate) async fn what_is_put_off_is_not_ready_before_its_time(harness: &dyn Harness) {
    let (one, other) = (harness.store("one").await, harness.store("other").await);
    let anna = customer("anna");
    accept_new(&*one, recorded(&anna, "1", "first")).await;
    let claim = claim_one(&*one).await;
    open(&*one, &claim).await;
    one.retry_at(&claim, 5 * MINUTE, Pause::Failure).await.unwrap();
    assert_lease(&*one, &claim, Lease::Lost).await;
    claim_nothing(harness, &*other).await;
    // Not even a message makes it ready sooner.
    accept_new(&*other, recorded(&anna, "2", "second")).await;
    harness.advance(4 * MINUTE).await;
    claim_nothing(harness, &*other).await;
    harness.advance(2 * MINUTE).await;
    let opened = answer_next(&*other, "t").await;
    assert_eq!((texts(&opened), opened.attempts), (vec!["first", "second"], 1));
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn attempts_are_counted_until_a_commit(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let anna = customer("anna");
    accept_new(&*store, recorded(&anna, "1", "hello")).await;
    for attempts in 0..3 {
        let claim = claim_one(&*store).await;
        assert_eq!(open(&*store, &claim).await.attempts, attempts);
        store.retry_at(&claim, MINUTE, Pause::Failure).await.unwrap();
        harness.advance(2 * MINUTE).await;
    }
    // Neither a takeover nor a release counts.
    let claim = claim_one(&*store).await;
    store.release(&claim).await.unwrap();
    let claim = claim_one(&*store).await;
    harness.advance(2 * MINUTE).await;
    let taken = claim_one(&*store).await;
    assert_eq!(taken.fence.deliveries, claim.fence.deliveries + 1);
    assert_eq!(open(&*store, &taken).await.attempts, 3);
    store.commit(&taken, turn_in_parts("t", 1, 1)).await.unwrap();
    assert_eq!(open(&*store, &taken).await.attempts, 0);
    store.retry_at(&taken, MINUTE, Pause::Failure).await.unwrap();
    harness.advance(2 * MINUTE).await;
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.attempts, 1);
}

pub(crate) async fn several_that_are_put_off_come_back_each_in_its_time(harness: &dyn Harness) {
    let store = harness.store("one").await;
    let names = ["in one", "in three", "in five"];
    for name in names {
        accept_new(&*store, recorded(&customer(name), "k", "hello")).await;
    }
    for _ in names {
        let claim = claim_one(&*store).await;
        let delay = match claim.conversation.key() {
            "in one" => MINUTE,
            "in three" => 3 * MINUTE,
            _ => 5 * MINUTE,
        };
        store.retry_at(&claim, delay, Pause::Failure).await.unwrap();
    }
    for name in names {
        claim_nothing(harness, &*store).await;
        harness.advance(MINUTE + MINUTE / 2).await;
        let claim = claim_one(&*store).await;
        assert_eq!(claim.conversation.key(), name);
        store.commit(&claim, turn("t", 1)).await.unwrap();
        harness.advance(MINUTE / 2).await;
    }
}
