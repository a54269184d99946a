//! What a provider says of sent parts, after it took them.

use std::time::Duration;

use conversation::ports::{Claim, Passage, Pause, Receipt, Receipts, Received, Store, TurnResult};
use conversation::{ConversationId, PartState, StoreError, Timestamp};

use crate::harness::Harness;
use crate::steps::{
    PAST_LEASE, accept_new, answer_next, claim_nothing, claim_one, open, part_states, texts,
};
use crate::words::{by_channel, customer, turn, turn_in_parts};

use PartState::{Delivered, Pending, Sending};
use Received::{Duplicate, Recorded, Undelivered, Unknown};

pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
const KEPT_FOR: Duration = Duration::from_secs(48 * 60 * 60);

/// A turn whose reply is kept for what the provider says of it.
pub(crate) fn kept(name: &str, answered: usize, parts: usize) -> TurnResult {
    TurnResult { kept_for: Some(KEPT_FOR), ..turn_in_parts(name, answered, parts) }
}

pub(crate) fn receipt(who: &ConversationId, turn: &str, part: usize, passage: Passage) -> Receipt {
    Receipt {
        conversation: who.digest(),
        turn: turn.to_owned(),
        part,
        receipt: format!("wamid.{part}"),
        passage,
        at: Timestamp(1_700_000_003_000),
    }
}

pub(crate) fn failed() -> Passage {
    Passage::Failed { why: "131047 \"too late\"".to_owned() }
}

pub(crate) async fn hear(store: &dyn Receipts, receipt: Receipt) -> Received {
    let mut received = store.receive(vec![receipt]).await.unwrap();
    assert_eq!(received.len(), 1);
    received.remove(0)
}

/// Accepts a message, and commits its answer in parts.
pub(crate) async fn committed(
    store: &dyn Store,
    who: &ConversationId,
    name: &str,
    parts: usize,
) -> Claim {
    accept_new(store, by_channel(who, name, name)).await;
    let claim = claim_one(store).await;
    store.commit(&claim, kept(name, 1, parts)).await.unwrap();
    claim
}

/// Answers a message in parts, all of which go out.
async fn sent(store: &dyn Store, who: &ConversationId, name: &str, parts: usize) {
    let claim = committed(store, who, name, parts).await;
    for part in 0..parts {
        store.sending(&claim, part).await.unwrap();
        store.delivered(&claim, part, Some(format!("wamid.{part}"))).await.unwrap();
    }
    store.release(&claim).await.unwrap();
}

pub(crate) async fn a_part_only_goes_forward(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    sent(&*store, &anna, "t", 2).await;
    let first = |passage| receipt(&anna, "t", 0, passage);
    let said = vec![
        first(Passage::Sent),
        first(Passage::Sent),
        first(Passage::Read),
        first(Passage::Delivered),
        first(Passage::Read),
        first(failed()),
        receipt(&anna, "t", 1, Passage::Delivered),
        receipt(&anna, "t", 1, Passage::Sent),
        receipt(&anna, "t", 1, failed()),
    ];
    let heard = store.receive(said).await.unwrap();
    let first = [Recorded, Duplicate, Recorded, Duplicate, Duplicate, Duplicate];
    assert_eq!(heard[..6], first);
    assert_eq!(heard[6..], [Recorded, Duplicate, Duplicate]);
    assert_eq!(store.dead_letters(10).await, Ok(Vec::new()));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn of_a_reply_that_is_not_kept_nothing_is_known(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let (anna, berta) = (customer("anna"), customer("berta"));
    sent(&*store, &anna, "t", 1).await;
    for (who, turn, part) in [(&berta, "t", 0), (&anna, "another", 0), (&anna, "t", 1)] {
        assert_eq!(hear(&*store, receipt(who, turn, part, failed())).await, Unknown);
    }
    accept_new(&*store, by_channel(&berta, "1", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("not kept", 1, 1)).await.unwrap();
    store.sending(&claim, 0).await.unwrap();
    assert_eq!(hear(&*store, receipt(&berta, "not kept", 0, Passage::Sent)).await, Unknown);
    assert_eq!(part_states(&open(&*store, &claim).await), [Sending]);
    store.delivered(&claim, 0, None).await.unwrap();
    store.release(&claim).await.unwrap();

    harness.advance(KEPT_FOR - HOUR).await;
    assert_eq!(hear(&*store, receipt(&anna, "t", 0, Passage::Sent)).await, Recorded);
    harness.advance(2 * HOUR).await;
    assert_eq!(hear(&*store, receipt(&anna, "t", 0, failed())).await, Unknown);

    sent(&*store, &customer("clara"), "t", 1).await;
    assert_eq!(store.forget(&customer("clara")).await, Ok(true));
    assert_eq!(hear(&*store, receipt(&customer("clara"), "t", 0, failed())).await, Unknown);
    assert_eq!(store.dead_letters(10).await, Ok(Vec::new()));
}

pub(crate) async fn the_newest_fifty_replies_are_kept(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let turns: Vec<String> = (0..52).map(|number| format!("t{number}")).collect();
    for turn in &turns {
        sent(&*store, &anna, turn, 2).await;
        assert_eq!(hear(&*store, receipt(&anna, turn, 1, Passage::Sent)).await, Recorded);
    }
    let all = turns.iter().map(|turn| receipt(&anna, turn, 1, Passage::Read)).collect();
    let heard = store.receive(all).await.unwrap();
    assert_eq!(heard[..2], [Unknown; 2]);
    assert_eq!(heard[2..], [Recorded; 50]);
}

pub(crate) async fn a_receipt_settles_whether_a_part_went_out(harness: &dyn Harness) {
    let (dead, alive) = (harness.all_ports("dead").await, harness.all_ports("alive").await);
    let anna = customer("anna");
    let lost = committed(&*dead, &anna, "t", 3).await;
    dead.sending(&lost, 0).await.unwrap();
    harness.advance(PAST_LEASE).await;
    assert_eq!(hear(&*alive, receipt(&anna, "t", 0, Passage::Sent)).await, Recorded);
    // A part that was never written down as being sent is none of the provider's business.
    assert_eq!(hear(&*alive, receipt(&anna, "t", 1, Passage::Read)).await, Recorded);
    let held = claim_one(&*alive).await;
    let opened = open(&*alive, &held).await;
    let receipt = Some("wamid.0".to_owned());
    assert_eq!(part_states(&opened), [Delivered(receipt), Pending, Pending]);
    assert_eq!(opened.sending_for, None);
}

pub(crate) async fn a_receipt_ends_the_wait_for_it(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let claim = committed(&*store, &anna, "t", 1).await;
    store.sending(&claim, 0).await.unwrap();
    store.retry_at(&claim, HOUR, Pause::Receipt).await.unwrap();
    accept_new(&*store, by_channel(&anna, "2", "second")).await;
    claim_nothing(harness, &*store).await;
    assert_eq!(hear(&*store, receipt(&anna, "t", 0, Passage::Delivered)).await, Recorded);
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((opened.outbox.as_ref(), texts(&opened)), (None, vec!["second"]));
    harness.advance(2 * HOUR).await;
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_receipt_counts_also_after_the_part_is_pending_again(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let claim = committed(&*store, &anna, "t", 2).await;
    store.sending(&claim, 0).await.unwrap();
    store.retry_at(&claim, HOUR, Pause::Failure).await.unwrap();
    assert_eq!(hear(&*store, receipt(&anna, "t", 0, Passage::Delivered)).await, Recorded);
    // It is not waited for any longer, and does not go out twice.
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    assert_eq!(part_states(&opened), [Delivered(Some("wamid.0".to_owned())), Pending]);
    assert_eq!(store.sending(&claim, 0).await, Err(StoreError::Stale));
    store.sending(&claim, 1).await.unwrap();
    store.retry_at(&claim, HOUR, Pause::Failure).await.unwrap();
    assert_eq!(hear(&*store, receipt(&anna, "t", 1, Passage::Sent)).await, Recorded);
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.outbox, None);
    store.release(&claim).await.unwrap();
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_reply_that_is_complete_by_a_receipt_leaves_nothing_to_do(
    harness: &dyn Harness,
) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let claim = committed(&*store, &anna, "t", 1).await;
    store.sending(&claim, 0).await.unwrap();
    store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.attempts, 1);
    store.sending(&claim, 0).await.unwrap();
    store.release(&claim).await.unwrap();
    assert_eq!(hear(&*store, receipt(&anna, "t", 0, Passage::Sent)).await, Recorded);
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    assert_eq!((opened.outbox, opened.messages, opened.attempts), (None, Vec::new(), 0));
    store.release(&claim).await.unwrap();
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_receipt_may_come_before_the_owners_own_word(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    let claim = committed(&*one, &anna, "t", 2).await;
    for part in 0..2 {
        one.sending(&claim, part).await.unwrap();
        assert_eq!(hear(&*other, receipt(&anna, "t", part, Passage::Sent)).await, Recorded);
        // It would be a second time.
        assert_eq!(one.sending(&claim, part).await, Err(StoreError::Stale));
        one.delivered(&claim, part, Some(format!("wamid.{part}"))).await.unwrap();
    }
    assert_eq!(open(&*one, &claim).await.outbox, None);
    one.release(&claim).await.unwrap();
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn receipts_of_many_are_answered_in_their_order(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let names: Vec<String> = (0..6).map(|number| format!("customer {number}")).collect();
    for name in &names {
        sent(&*store, &customer(name), "t", 1).await;
    }
    let passage = |number: usize| if number.is_multiple_of(3) { failed() } else { Passage::Read };
    let said = names.iter().enumerate().flat_map(|(number, name)| {
        let turn = if number == 4 { "unknown" } else { "t" };
        let one = receipt(&customer(name), turn, 0, passage(number));
        [one.clone(), one]
    });
    let heard = store.receive(said.collect()).await.unwrap();
    let pairs: Vec<_> = heard.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    let (read, failed) = ((Recorded, Duplicate), (Undelivered, Duplicate));
    assert_eq!(pairs, [failed, read, read, failed, (Unknown, Unknown), read]);
}

/// Owner and provider say at once what became of a part; whoever is first, the rest goes on.
pub(crate) async fn owner_and_provider_agree_whoever_is_first(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    for round in 0..10 {
        let name = format!("t{round}");
        let claim = committed(&*one, &anna, &name, 2).await;
        for part in 0..2 {
            one.sending(&claim, part).await.unwrap();
            let recording = one.delivered(&claim, part, Some(format!("wamid.{part}")));
            let hearing = hear(&*other, receipt(&anna, &name, part, Passage::Sent));
            let (recorded, heard) = tokio::join!(recording, hearing);
            assert_eq!((recorded, heard), (Ok(()), Recorded));
        }
        one.release(&claim).await.unwrap();
        claim_nothing(harness, &*other).await;
    }
    accept_new(&*one, by_channel(&anna, "last", "last")).await;
    let claim = claim_one(&*one).await;
    assert_eq!(open(&*one, &claim).await.history.len(), 10);
    one.commit(&claim, turn("last", 1)).await.unwrap();
}
