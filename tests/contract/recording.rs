//! What is recorded without an answer of its own is pushed out by nothing before an answer knew it.

use std::time::Duration;

use conversation::ports::{Accepted, Memory, Noticed, Opened, Store, TurnResult};
use conversation::{
    Command, ConversationId, Inbound, Message, Rate, Remarked, StoreError, Timestamp,
};

use crate::harness::{AllPorts, Harness};
use crate::notes::{note, tell};
use crate::steps::{accept, accept_new, answer_next, claim_nothing, claim_one, open, texts};
use crate::words::{by_channel, customer, turn};

/// How many remarks there may be before messages are refused that no answer knew.
const MANY: usize = 1200;

/// A message of a sender who may write once in ten minutes.
fn rated(who: &ConversationId, key: &str) -> Inbound {
    let rate = Rate { burst: 1, period: Duration::from_secs(10 * 60) };
    Inbound { rate: Some(rate.into()), ..by_channel(who, key, key) }
}

/// Uses the sender's rate up, so that all that comes now is recorded.
async fn flood(store: &dyn Store, who: &ConversationId) {
    for key in ["fits", "brings the notice"] {
        accept_new(store, rated(who, key)).await;
    }
}

async fn record(store: &dyn Store, who: &ConversationId, numbers: std::ops::Range<usize>) {
    let batch: Vec<_> = numbers.map(|number| rated(who, &number.to_string())).collect();
    let count = batch.len();
    let accepted = store.accept(batch).await.unwrap();
    let recorded = accepted.iter().filter(|it| matches!(it, Accepted::Recorded(_))).count();
    assert_eq!(recorded, count);
}

/// The numbers of the recorded messages, in their order.
fn recorded(opened: &Opened) -> Vec<usize> {
    let number = |what: &Remarked| match what {
        Remarked::Unanswered(message) => message.text.parse().ok(),
        _ => None,
    };
    opened.remarks.iter().filter_map(|remark| number(&remark.what)).collect()
}

async fn answer_knowing_all(store: &dyn AllPorts, id: &str) {
    let claim = claim_one(store).await;
    let known_until = open(store, &claim).await.remarks_kept_at.last().copied();
    let result = TurnResult { known_until, ..turn(id, 1) };
    store.commit(&claim, result).await.unwrap();
}

pub(crate) async fn what_no_answer_knew_is_pushed_out_by_nothing_and_more_is_refused(
    harness: &dyn Harness,
) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    flood(&*store, &anna).await;
    answer_next(&*store, "t").await;
    record(&*store, &anna, 0..1000).await;
    let reacted =
        |n: usize| note(&anna, &format!("r{n}"), "m", Remarked::Reacted(vec![n.to_string()]));
    store.note((0..203).map(reacted).collect()).await.unwrap();
    let refused = Err(StoreError::TooManyWaiting { limit: MANY });
    assert_eq!(store.accept(vec![rated(&anna, "over")]).await, refused);
    let over = note(&anna, "over", "", Remarked::Unanswered(Message::text("x", Timestamp(1))));
    assert_eq!(store.note(vec![over.clone()]).await, refused.map(|_| Vec::new()));
    // Others are not kept out, and neither is what is no message.
    accept_new(&*store, rated(&customer("berta"), "1")).await;
    answer_next(&*store, "b").await;
    tell(&*store, reacted(203)).await;
    accept_new(&*store, by_channel(&anna, "unrated", "unrated")).await;
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    assert_eq!((opened.remarks.len(), texts(&opened)), (MANY, vec!["unrated"]));
    assert_eq!(recorded(&opened), (0..1000).collect::<Vec<_>>());
    let newest = Remarked::Reacted(vec!["203".to_owned()]);
    assert_eq!(opened.remarks.last().map(|remark| &remark.what), Some(&newest));
    let known_until = opened.remarks_kept_at.last().copied();
    store.commit(&claim, TurnResult { known_until, ..turn("t2", 1) }).await.unwrap();
    // What an answer knew makes room, and the list becomes short again.
    assert_eq!(tell(&*store, over).await, Noticed::Kept);
    record(&*store, &anna, 1000..1010).await;
    accept_new(&*store, by_channel(&anna, "last", "last")).await;
    let opened = answer_next(&*store, "t3").await;
    assert_eq!((opened.remarks.len(), recorded(&opened)[0]), (MANY - 11, 22));
    assert_eq!(recorded(&opened).last(), Some(&1009));
}

pub(crate) async fn what_a_person_has_read_makes_room(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    flood(&*store, &anna).await;
    store.take_over(&anna, "Berta").await.unwrap();
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    store.release(&claim).await.unwrap();
    record(&*store, &anna, 0..MANY + 5).await;
    let one_more = Remarked::Unanswered(Message::text("1205", Timestamp(1)));
    assert_eq!(tell(&*store, note(&anna, "n", "", one_more)).await, Noticed::Kept);
    claim_nothing(harness, &*store).await;
    store.resume(&anna).await.unwrap();
    assert!(store.accept(vec![rated(&anna, "over")]).await.is_err());
    accept_new(&*store, by_channel(&anna, "k", "hello")).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!(recorded(&opened), (6..MANY + 6).collect::<Vec<_>>());
}

pub(crate) async fn a_turn_that_begins_anew_forgets_none_that_came_during_it(
    harness: &dyn Harness,
) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    flood(&*store, &anna).await;
    answer_next(&*store, "t").await;
    record(&*store, &anna, 0..200).await;
    accept_new(&*store, by_channel(&anna, "asks", "asks")).await;
    answer_knowing_all(&*store, "t2").await;
    accept_new(&*store, by_channel(&anna, "new", "new")).await;
    let claim = claim_one(&*store).await;
    assert_eq!(open(&*store, &claim).await.remarks.len(), 200);
    record(&*store, &anna, 200..203).await;
    let reacted =
        |n: usize| note(&anna, &format!("r{n}"), "m", Remarked::Reacted(vec![n.to_string()]));
    store.note((0..202).map(reacted).collect()).await.unwrap();
    let result = TurnResult { memory: Memory::Restarts, ..turn("t3", 1) };
    store.commit(&claim, result).await.unwrap();
    accept_new(&*store, by_channel(&anna, "last", "last")).await;
    let opened = answer_next(&*store, "t4").await;
    assert_eq!((recorded(&opened), opened.remarks.len()), (vec![200, 201, 202], 203));
}

pub(crate) async fn a_new_beginning_over_the_rate_is_recorded_and_brings_no_notice(
    harness: &dyn Harness,
) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, rated(&anna, "fits")).await;
    let mut anew = rated(&anna, "anew");
    anew.message.command = Some(Command::Restart);
    let accepted = accept(&*store, anew.clone()).await;
    assert!(matches!(accepted, Accepted::Recorded(_)), "{accepted:?}");
    accept_new(&*store, rated(&anna, "brings the notice")).await;
    let opened = answer_next(&*store, "t").await;
    assert_eq!(texts(&opened), ["fits", "brings the notice"]);
    assert_eq!(opened.messages[1].message.command, Some(Command::SlowDown));
    assert_eq!(opened.remarks.len(), 1);
    assert_eq!(opened.remarks[0].what, Remarked::Unanswered(anew.message));
}

contract! {
    recording:
        what_no_answer_knew_is_pushed_out_by_nothing_and_more_is_refused,
        what_a_person_has_read_makes_room,
        a_turn_that_begins_anew_forgets_none_that_came_during_it,
        a_new_beginning_over_the_rate_is_recorded_and_brings_no_notice,
    ;
}
