//! Notes that count only where the conversation knows the message that they are about.

use std::time::Duration;

use conversation::ports::{Noticed, Pause};
use conversation::{ConversationId, Note, Remarked, Scope};

use crate::harness::{Harness, IDLE};
use crate::notes::{edited, note, referred, tell};
use crate::steps::{accept_new, answer_next, claim_nothing, claim_one, open, park_next, texts};
use crate::words::{by_channel, customer};

fn if_known(who: &ConversationId, key: &str, about: &str) -> Note {
    Note { scope: Scope::OfKnownMessages, ..edited(who, key, about, key) }
}

pub(crate) async fn an_edit_of_an_unknown_message_leaves_no_trace(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    assert_eq!(tell(&*store, if_known(&anna, "e1", "1")).await, Noticed::Ignored);
    assert_eq!(store.forget(&anna).await, Ok(false), "nothing is kept of it");
    accept_new(&*store, referred(&anna, "12", "says \"reference\":\"1\"")).await;
    assert_eq!(tell(&*store, if_known(&anna, "e1", "1")).await, Noticed::Ignored);
    assert_eq!(tell(&*store, if_known(&anna, "e1", "2")).await, Noticed::Ignored);
    let about_nothing =
        Note { remark: edited(&anna, "e", "", "").remark, ..if_known(&anna, "e1", "") };
    assert_eq!(tell(&*store, about_nothing).await, Noticed::Ignored);
    // The key is free: the same may be stored as something else.
    assert_eq!(tell(&*store, edited(&anna, "e1", "1", "new")).await, Noticed::Kept);
    assert_eq!(tell(&*store, if_known(&anna, "e1", "1")).await, Noticed::Duplicate);
}

pub(crate) async fn an_edit_of_a_known_message_counts_wherever_that_stands(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "a/1", "as it was")).await;
    assert_eq!(tell(&*store, if_known(&anna, "waits", "a/1")).await, Noticed::Amended);
    let claim = claim_one(&*store).await;
    assert_eq!(texts(&open(&*store, &claim).await), ["waits"]);
    assert_eq!(tell(&*store, if_known(&anna, "at work", "a/1")).await, Noticed::Kept);
    store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    answer_next(&*store, "t").await;
    assert_eq!(tell(&*store, if_known(&anna, "answered", "a/1")).await, Noticed::Kept);
    accept_new(&*store, referred(&anna, "a/2", "given up")).await;
    park_next(&*store, "too often").await;
    assert_eq!(tell(&*store, if_known(&anna, "dead", "a/2")).await, Noticed::Kept);
    let recorded = Remarked::Unanswered(referred(&anna, "a/3", "recorded").message);
    tell(&*store, note(&anna, "a/3", "", recorded)).await;
    assert_eq!(tell(&*store, if_known(&anna, "remarked", "a/3")).await, Noticed::Kept);
    for (key, about) in [("none", "a/4"), ("half", "a/"), ("another's", "a/1")] {
        let who = if key == "another's" { customer("berta") } else { anna.clone() };
        assert_eq!(tell(&*store, if_known(&who, key, about)).await, Noticed::Ignored, "{key}");
    }
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn a_message_is_known_as_long_as_the_history(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "hello")).await;
    answer_next(&*store, "t").await;
    harness.advance(IDLE * 2 / 3).await;
    assert_eq!(tell(&*store, if_known(&anna, "e1", "1")).await, Noticed::Kept);
    harness.advance(IDLE * 4 / 3).await;
    assert_eq!(tell(&*store, if_known(&anna, "e2", "1")).await, Noticed::Ignored);
    // What was ignored keeps nothing alive, and the next turn knows nothing of it.
    accept_new(&*store, by_channel(&anna, "2", "again")).await;
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((opened.history.len(), opened.remarks.len()), (0, 0));
}

contract! {
    scopes:
        an_edit_of_an_unknown_message_leaves_no_trace,
        an_edit_of_a_known_message_counts_wherever_that_stands,
        a_message_is_known_as_long_as_the_history,
    ;
}
