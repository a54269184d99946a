//! Reading a conversation along, on any replica.

use std::time::Duration;

use conversation::ports::{Accepted, Event, MessageState, Pause};
use conversation::{
    AnswerBy, ConversationId, Entry, Fingerprint, Inbound, MessageId, Rate, Said, StoreError, Watch,
};
use futures::future::join_all;

use crate::harness::{AllPorts, Harness};
use crate::steps::{
    PAST_LEASE, accept, accept_new, answer_next, claim_nothing, claim_one, hear, hear_committed,
    only_letter, park_next, state,
};
use crate::words::{ONE, by_channel, customer, recorded, reply, turn, turn_in_parts};

/// How many entries are kept.
const KEPT: usize = 200;
/// How long they are kept after the last one.
const DAYS_30: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A message that is answered by transcript.
pub(crate) fn read_along(who: &ConversationId, key: &str, text: &str) -> Inbound {
    let answer_by = AnswerBy::Transcript(Fingerprint::of(&[text.as_bytes()]));
    Inbound { answer_by, ..by_channel(who, key, text) }
}

/// All entries there are.
pub(crate) async fn entries(store: &dyn AllPorts, who: &ConversationId) -> Vec<Entry> {
    store.transcript(who, None, 1000).await.unwrap()
}

/// What the entries say.
pub(crate) async fn said(store: &dyn AllPorts, who: &ConversationId) -> Vec<Said> {
    entries(store, who).await.into_iter().map(|entry| entry.said).collect()
}

fn by_customer(key: &str, message: MessageId, text: &str) -> Said {
    Said::Customer { key: key.to_owned(), message, text: text.to_owned() }
}

fn by_assistant(answers: &[&str], turn: &str) -> Said {
    Said::Assistant { answers: keys(answers), text: reply(turn).text }
}

fn keys(answers: &[&str]) -> Vec<String> {
    answers.iter().map(|&key| key.to_owned()).collect()
}

/// Hears that there is a new entry, before anything else but what is named.
async fn hear_added(watch: &mut Watch) {
    loop {
        match hear(watch).await {
            Event::Added => return,
            Event::Committed { .. } | Event::Parked { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) async fn a_message_and_its_answer_are_entries_on_every_replica(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    assert_eq!(entries(&*one, &anna).await, []);
    let text = "\u{1f600} \"quoted\" \\ \n\u{0} end/\u{7f}";
    let id = accept_new(&*one, read_along(&anna, "k/1", text)).await;
    assert_eq!(said(&*other, &anna).await, [by_customer("k/1", id, text)]);
    let claim = claim_one(&*other).await;
    let mut result = turn("t", 1);
    result.reply.text = text.to_owned();
    other.commit(&claim, result).await.unwrap();
    let answer = Said::Assistant { answers: keys(&["k/1"]), text: text.to_owned() };
    let all = entries(&*one, &anna).await;
    assert_eq!(
        all.iter().map(|entry| &entry.said).collect::<Vec<_>>(),
        [&by_customer("k/1", id, text), &answer]
    );
    assert_eq!(all, entries(&*other, &anna).await);
    assert!(all[0].at <= all[1].at);
    assert!(all.iter().all(|entry| entry.id.bytes().all(|byte| byte.is_ascii_graphic())));
    assert_eq!(state(&*one, &id).await, MessageState::Answered(None));
    assert_eq!(one.history(&anna).await.unwrap().len(), 1);
}

pub(crate) async fn an_answer_names_all_it_answers_that_are_read_along(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    accept_new(&*store, recorded(&anna, "2", "by record")).await;
    accept_new(&*store, by_channel(&anna, "3", "by channel")).await;
    accept_new(&*store, read_along(&anna, "4", "again")).await;
    answer_next(&*store, "t").await;
    let told = said(&*store, &anna).await;
    assert_eq!((told.len(), &told[2]), (3, &by_assistant(&["1", "4"], "t")));
}

pub(crate) async fn other_conversations_have_no_transcript(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let mut watch = store.watch(&anna).await.unwrap();
    accept_new(&*store, recorded(&anna, "1", "hello")).await;
    answer_next(&*store, "t1").await;
    accept_new(&*store, by_channel(&anna, "2", "hello")).await;
    park_next(&*store, "no model can").await;
    assert_eq!(entries(&*store, &anna).await, []);
    assert!(matches!(hear(&mut watch).await, Event::Committed { .. }));
    assert!(matches!(hear(&mut watch).await, Event::Parked { .. }));
    accept_new(&*store, read_along(&customer("berta"), "1", "hello")).await;
    assert_eq!(entries(&*store, &anna).await, []);
}

pub(crate) async fn a_repetition_adds_nothing(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    let handed = (0..12).map(|round| {
        let store = if round % 2 == 0 { &one } else { &other };
        let inbound = read_along(&anna, "k", "hello");
        async move { accept(&**store, inbound).await }
    });
    let answers = join_all(handed).await;
    let new = answers.iter().filter(|answer| matches!(answer, Accepted::New(_))).count();
    assert_eq!((new, said(&*one, &anna).await.len()), (1, 1));
    assert_eq!(accept(&*one, read_along(&anna, "k", "other words")).await, Accepted::Conflict);
    let claim = claim_one(&*one).await;
    one.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    one.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    let again = accept(&*other, read_along(&anna, "k", "hello")).await;
    assert!(matches!(again, Accepted::Duplicate(_, MessageState::Answered(None))), "{again:?}");
    assert_eq!(said(&*one, &anna).await.len(), 2);
}

pub(crate) async fn what_is_given_up_is_an_entry_and_so_is_its_late_answer(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    accept_new(&*store, recorded(&anna, "2", "hello")).await;
    let claim = claim_one(&*store).await;
    store.park(&claim, crate::words::count(2), "no model can").await.unwrap();
    assert_eq!(said(&*store, &anna).await[1..], [Said::Failed { answers: keys(&["1"]) }]);
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    answer_next(&*store, "t").await;
    assert_eq!(said(&*store, &anna).await[2..], [by_assistant(&["1"], "t")]);
}

pub(crate) async fn a_reply_that_can_not_be_sent_fails_no_message(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    let claim = claim_one(&*store).await;
    store.commit(&claim, turn_in_parts("t", 1, 1)).await.unwrap();
    accept_new(&*store, read_along(&anna, "2", "hello")).await;
    store.park(&claim, ONE, "nobody takes it").await.unwrap();
    let told = said(&*store, &anna).await;
    assert_eq!((told.len(), &told[1]), (3, &by_assistant(&["1"], "t")));
}

pub(crate) async fn a_stale_owner_adds_nothing(harness: &dyn Harness) {
    let (dead, alive) = (harness.all_ports("dead").await, harness.all_ports("alive").await);
    let anna = customer("anna");
    accept_new(&*dead, read_along(&anna, "k", "hello")).await;
    let lost = claim_one(&*dead).await;
    harness.advance(PAST_LEASE).await;
    let held = claim_one(&*alive).await;
    assert_eq!(dead.commit(&lost, turn("late", 1)).await, Err(StoreError::Stale));
    assert_eq!(dead.park(&lost, ONE, "late").await, Err(StoreError::Stale));
    assert_eq!(said(&*alive, &anna).await.len(), 1);
    alive.commit(&held, turn("right", 1)).await.unwrap();
    assert_eq!(said(&*alive, &anna).await[1..], [by_assistant(&["k"], "right")]);
}

pub(crate) async fn a_reader_goes_on_where_it_stopped(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let texts = async |after: Option<&str>, limit: usize| -> Vec<String> {
        let found = store.transcript(&anna, after, limit).await.unwrap();
        let text = |entry: Entry| match entry.said {
            Said::Customer { text, .. } => text,
            other => panic!("{other:?}"),
        };
        found.into_iter().map(text).collect()
    };
    for number in 1..=5 {
        accept_new(&*store, read_along(&anna, &number.to_string(), &number.to_string())).await;
    }
    let ids: Vec<String> =
        entries(&*store, &anna).await.into_iter().map(|entry| entry.id).collect();
    assert_eq!(texts(Some(&ids[1]), 10).await, ["3", "4", "5"]);
    assert_eq!(texts(Some(&ids[1]), 2).await, ["4", "5"], "the newest");
    assert_eq!(texts(Some(&ids[4]), 10).await, [""; 0]);
    assert_eq!(texts(None, 3).await, ["3", "4", "5"]);
    assert_eq!(texts(None, 0).await, [""; 0]);
    for invalid in ["", "-", "+", "$", "(1-1", "1", "x-1", "1-x", "1-1-1", "99999999999999999999-1"]
    {
        assert_eq!(texts(Some(invalid), 10).await.len(), 5, "{invalid}");
    }
    // An id from before all that is kept.
    assert_eq!(texts(Some("1-0"), 10).await.len(), 5);
    let page = async |after: Option<&str>, limit: usize| -> Vec<String> {
        let page = store.page(&anna, after, limit).await.unwrap();
        page.into_iter().map(|entry| entry.id).collect()
    };
    assert_eq!(page(None, 2).await, ids[..2], "the oldest");
    assert_eq!(page(Some(&ids[1]), 2).await, ids[2..4]);
    assert_eq!(page(Some(&ids[3]), 2).await, ids[4..]);
    assert_eq!(page(Some(&ids[4]), 2).await, ids[5..]);
    assert_eq!(page(Some("nonsense"), 9).await, ids);
    assert_eq!(page(None, 0).await, ids[5..]);
}

pub(crate) async fn the_newest_entries_are_kept_and_no_id_comes_twice(harness: &dyn Harness) {
    let stores = [harness.all_ports("one").await, harness.all_ports("other").await];
    let anna = customer("anna");
    for round in 0..5_usize {
        let handed = (0..50).map(|number: usize| {
            let key = format!("{round}.{number}");
            let (store, inbound) = (&stores[number % 2], read_along(&anna, &key, &key));
            async move { accept_new(&**store, inbound).await }
        });
        join_all(handed).await;
        answer_next(&*stores[0], &round.to_string()).await;
    }
    let all = entries(&*stores[1], &anna).await;
    assert_eq!(all.len(), KEPT);
    let mut ids: Vec<&str> = all.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), KEPT);
    assert!(matches!(&all[KEPT - 1].said, Said::Assistant { answers, .. } if answers.len() == 50));
    for (index, entry) in all.iter().enumerate() {
        let rest = stores[0].transcript(&anna, Some(&entry.id), KEPT).await.unwrap();
        assert_eq!(rest, all[index + 1..]);
    }
}

pub(crate) async fn a_transcript_ends_some_time_after_its_last_entry(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    harness.advance(DAYS_30 - Duration::from_secs(60)).await;
    answer_next(&*store, "t").await;
    harness.advance(DAYS_30 - Duration::from_secs(60)).await;
    assert_eq!(entries(&*store, &anna).await.len(), 2);
    harness.advance(Duration::from_secs(60)).await;
    assert_eq!(entries(&*store, &anna).await, []);
    accept_new(&*store, read_along(&anna, "2", "hello again")).await;
    assert_eq!(entries(&*store, &anna).await.len(), 1);
}

pub(crate) async fn forgetting_erases_the_transcript(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    answer_next(&*store, "t").await;
    let old = entries(&*store, &anna).await;
    assert_eq!(store.forget(&anna).await, Ok(true));
    assert_eq!(entries(&*store, &anna).await, []);
    accept_new(&*store, read_along(&anna, "1", "hello")).await;
    let new = entries(&*store, &anna).await;
    assert!(old.iter().all(|entry| entry.id != new[0].id));
    assert_eq!(store.transcript(&anna, Some(&old[1].id), 10).await.unwrap(), new);
}

pub(crate) async fn watchers_everywhere_hear_of_each_entry(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    let mut near = one.watch(&anna).await.unwrap();
    let mut far = other.watch(&anna).await.unwrap();
    let mut here = one.watch_here(&anna);
    accept_new(&*one, read_along(&anna, "1", "hello")).await;
    for watch in [&mut near, &mut far, &mut here] {
        assert_eq!(hear(watch).await, Event::Added);
    }
    answer_next(&*one, "t").await;
    for watch in [&mut near, &mut far, &mut here] {
        hear_committed(watch).await;
        assert_eq!(hear(watch).await, Event::Added);
    }
    accept_new(&*one, read_along(&anna, "2", "hello")).await;
    park_next(&*one, "no model can").await;
    for watch in [&mut near, &mut far, &mut here] {
        hear_added(watch).await;
        assert!(matches!(hear(watch).await, Event::Parked { .. }));
        assert_eq!(hear(watch).await, Event::Added);
    }
}

pub(crate) async fn an_entry_can_be_read_when_it_is_heard_of(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    let mut watch = other.watch(&anna).await.unwrap();
    for round in 1..=20_usize {
        accept_new(&*one, read_along(&anna, &round.to_string(), "hello")).await;
        hear_added(&mut watch).await;
        assert_eq!(entries(&*other, &anna).await.len(), 2 * round - 1);
        answer_next(&*one, "t").await;
        hear_added(&mut watch).await;
        assert_eq!(entries(&*other, &anna).await.len(), 2 * round);
    }
}

pub(crate) async fn a_message_over_its_rate_is_an_entry_too(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let rate = Some(Rate { burst: 1, period: Duration::from_secs(600) }.into());
    for key in ["1", "2", "3"] {
        accept(&*store, Inbound { rate, ..read_along(&anna, key, key) }).await;
    }
    assert_eq!(said(&*store, &anna).await.len(), 3);
    let opened = answer_next(&*store, "t").await;
    assert_eq!((opened.messages.len(), opened.remarks.len()), (2, 1));
    assert_eq!(said(&*store, &anna).await[3..], [by_assistant(&["1", "2"], "t")]);
}

pub(crate) async fn a_message_that_is_refused_is_no_entry(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    for key in 0..crate::harness::WAITING_LIMIT {
        accept_new(&*store, read_along(&anna, &key.to_string(), "hello")).await;
    }
    let refused = store.accept(vec![read_along(&anna, "over", "hello")]).await;
    assert!(matches!(refused, Err(StoreError::TooManyWaiting { .. })), "{refused:?}");
    assert_eq!(entries(&*store, &anna).await.len(), crate::harness::WAITING_LIMIT);
    // One that is put off and answered later leaves no more than that either.
    let claim = claim_one(&*store).await;
    store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
    assert_eq!(entries(&*store, &anna).await.len(), crate::harness::WAITING_LIMIT);
    let claim = claim_one(&*store).await;
    store.release(&claim).await.unwrap();
    claim_one(&*store).await;
    claim_nothing(harness, &*store).await;
}
