//! Replies of which the provider says, after it took them, that they will not arrive.

use conversation::PartState;
use conversation::ports::{MessageState, Passage, Pause, Received, TurnResult};
use futures::future::join_all;

use crate::harness::Harness;
use crate::receipts::{HOUR, committed, failed, hear, kept, receipt};
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, assert_all_verbs_stale, claim_nothing, claim_one,
    only_letter, open, part_states, state, texts,
};
use crate::words::{ONE, by_channel, customer, recorded, reply, turn};

use PartState::{Delivered, Pending};
use Received::{Duplicate, Recorded, Undelivered, Unknown};

fn undelivered() -> MessageState {
    MessageState::Undelivered { reason: "131047 \"too late\"".to_owned() }
}

pub(crate) async fn a_failed_part_makes_the_reply_undelivered(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let first = accept_new(&*store, by_channel(&anna, "1", "hello")).await;
    let second = accept_new(&*store, recorded(&anna, "2", "are you there?")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, kept("t", 2, 2)).await.unwrap();
    let later = accept_new(&*store, by_channel(&anna, "3", "not part of it")).await;
    for part in 0..2 {
        store.sending(&claim, part).await.unwrap();
        store.delivered(&claim, part, None).await.unwrap();
    }
    store.release(&claim).await.unwrap();
    assert_eq!(hear(&*store, receipt(&anna, "t", 0, Passage::Sent)).await, Recorded);

    let said = vec![
        receipt(&anna, "t", 0, failed()),
        receipt(&anna, "t", 0, failed()),
        receipt(&anna, "t", 0, Passage::Read),
        receipt(&anna, "t", 1, failed()),
    ];
    let heard = store.receive(said).await;
    assert_eq!(heard, Ok(vec![Undelivered, Duplicate, Duplicate, Recorded]));
    assert_eq!(state(&*store, &first).await, undelivered());
    assert_eq!(state(&*store, &second).await, undelivered());
    assert_eq!(state(&*store, &later).await, MessageState::Waiting);
    let letter = only_letter(&*store).await;
    assert_eq!(letter.reason, "undelivered: 131047 \"too late\"");
    assert_eq!((&letter.conversation, letter.messages.len()), (&anna, 0));
    let outbox = letter.outbox.unwrap();
    assert_eq!((outbox.turn.as_str(), &outbox.reply), ("t", &reply("t")));
    assert!(outbox.parts.iter().all(|part| part.state == Pending), "{outbox:?}");
    // What the customer said and was answered stays known to the next turn.
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((texts(&opened), opened.history.len()), (vec!["not part of it"], 1));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn an_undelivered_reply_can_be_sent_again(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, recorded(&anna, "1", "hello")).await;
    let by_channel = accept_new(&*store, by_channel(&anna, "2", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, kept("t", 2, 2)).await.unwrap();
    for part in 0..2 {
        store.sending(&claim, part).await.unwrap();
        store.delivered(&claim, part, None).await.unwrap();
    }
    store.release(&claim).await.unwrap();
    for _ in 0..2 {
        assert_eq!(hear(&*store, receipt(&anna, "t", 1, failed())).await, Undelivered);
        assert_eq!(state(&*store, &id).await, undelivered());
        assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
        assert_eq!(state(&*store, &id).await, MessageState::Answered(Some(reply("t"))));
        assert_eq!(state(&*store, &by_channel).await, MessageState::Answered(None));
        let claim = claim_one(&*store).await;
        assert_eq!(part_states(&open(&*store, &claim).await), [Pending, Pending]);
        store.sending(&claim, 0).await.unwrap();
        // What is said of it from now on counts anew.
        assert_eq!(hear(&*store, receipt(&anna, "t", 0, Passage::Sent)).await, Recorded);
        let opened = open(&*store, &claim).await;
        assert_eq!(part_states(&opened), [Delivered(Some("wamid.0".to_owned())), Pending]);
        store.sending(&claim, 1).await.unwrap();
        store.delivered(&claim, 1, None).await.unwrap();
        store.release(&claim).await.unwrap();
        claim_nothing(harness, &*store).await;
    }
    assert_eq!(store.dead_letters(10).await, Ok(Vec::new()));
}

pub(crate) async fn a_reply_that_is_given_up_leaves_its_messages_undelivered(
    harness: &dyn Harness,
) {
    let store = harness.all_ports("one").await;
    for (name, kept_for) in [("kept", kept("t", 2, 2).kept_for), ("not kept", None)] {
        let who = customer(name);
        let first = accept_new(&*store, by_channel(&who, "1", "hello")).await;
        let second = accept_new(&*store, recorded(&who, "2", "are you there?")).await;
        let claim = claim_one(&*store).await;
        let result = TurnResult { kept_for, ..kept("t", 2, 2) };
        store.commit(&claim, result).await.unwrap();
        let later = accept_new(&*store, by_channel(&who, "3", "not part of it")).await;
        store.sending(&claim, 0).await.unwrap();
        store.delivered(&claim, 0, None).await.unwrap();
        let refused = MessageState::Undelivered { reason: "refused \"now\"".to_owned() };
        // Once at first, and once more after it was sent again in vain.
        let mut claim = claim;
        for _ in 0..2 {
            store.park(&claim, ONE, "refused \"now\"").await.unwrap();
            assert_eq!(state(&*store, &first).await, refused);
            assert_eq!(state(&*store, &second).await, refused);
            assert_eq!(state(&*store, &later).await, MessageState::Waiting);
            // Its parts make no second letter.
            let heard = hear(&*store, receipt(&who, "t", 0, failed())).await;
            assert_eq!(heard, if kept_for.is_some() { Recorded } else { Unknown });
            assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
            assert_eq!(state(&*store, &first).await, MessageState::Answered(None));
            assert_eq!(state(&*store, &second).await, MessageState::Answered(Some(reply("t"))));
            claim = claim_one(&*store).await;
        }
        let delivered = Delivered(None);
        assert_eq!(part_states(&open(&*store, &claim).await), [delivered, Pending]);
        store.delivered(&claim, 1, None).await.unwrap();
        let opened = open(&*store, &claim).await;
        assert_eq!((opened.outbox.as_ref(), texts(&opened)), (None, vec!["not part of it"]));
        store.commit(&claim, turn("t2", 1)).await.unwrap();
        claim_nothing(harness, &*store).await;
    }
}

pub(crate) async fn a_failure_stops_the_rest_of_the_reply(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    let claim = committed(&*one, &anna, "t", 3).await;
    one.sending(&claim, 0).await.unwrap();
    one.delivered(&claim, 0, None).await.unwrap();
    one.sending(&claim, 1).await.unwrap();
    assert_eq!(hear(&*other, receipt(&anna, "t", 0, failed())).await, Undelivered);
    assert_all_verbs_stale(&*one, &claim).await;
    claim_nothing(harness, &*one).await;
    // What waits behind it is answered.
    let claim = committed(&*one, &anna, "t2", 3).await;
    accept_new(&*one, by_channel(&anna, "next", "next")).await;
    assert_eq!(hear(&*other, receipt(&anna, "t2", 2, failed())).await, Undelivered);
    assert_all_verbs_stale(&*one, &claim).await;
    let opened = answer_next(&*other, "t3").await;
    assert_eq!((opened.outbox.as_ref(), texts(&opened)), (None, vec!["next"]));
    harness.advance(PAST_LEASE).await;
    claim_nothing(harness, &*one).await;
    assert_eq!(one.dead_letters(10).await.unwrap().len(), 2);
    let figures = one.queue().await.unwrap();
    assert_eq!((figures.ready, figures.claimed, figures.delayed, figures.dead), (0, 0, 0, 2));
}

pub(crate) async fn a_failure_stops_a_reply_that_nobody_holds(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    for (name, delay) in [("released", None), ("put off", Some(HOUR))] {
        let who = customer(name);
        let claim = committed(&*store, &who, "t", 2).await;
        store.sending(&claim, 0).await.unwrap();
        match delay {
            None => store.release(&claim).await.unwrap(),
            Some(delay) => store.retry_at(&claim, delay, Pause::Receipt).await.unwrap(),
        }
        assert_eq!(hear(&*store, receipt(&who, "t", 0, failed())).await, Undelivered);
        harness.advance(delay.unwrap_or_default() + PAST_LEASE).await;
        let claim = claim_one(&*store).await;
        let opened = open(&*store, &claim).await;
        assert_eq!((opened.outbox, opened.messages, opened.attempts), (None, Vec::new(), 0));
        store.release(&claim).await.unwrap();
        claim_nothing(harness, &*store).await;
    }
}

/// The provider tells several replicas of several failures at once.
pub(crate) async fn of_many_failures_one_makes_a_dead_letter(harness: &dyn Harness) {
    let stores = [harness.all_ports("one").await, harness.all_ports("other").await];
    let anna = customer("anna");
    let claim = committed(&*stores[0], &anna, "t", 3).await;
    let told = (0..12).map(|n| hear(&*stores[n % 2], receipt(&anna, "t", n % 3, failed())));
    let heard = join_all(told).await;
    let count = |wanted| heard.iter().filter(|received| **received == wanted).count();
    assert_eq!((count(Undelivered), count(Recorded), count(Duplicate)), (1, 2, 9));
    only_letter(&*stores[0]).await;
    assert_all_verbs_stale(&*stores[0], &claim).await;
    claim_nothing(harness, &*stores[1]).await;
}
