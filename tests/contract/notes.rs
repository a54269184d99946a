//! What happens in a conversation besides messages that want an answer.

use std::time::Duration;

use conversation::ports::{MessageState, Notes, Noticed, Pause};
use conversation::{
    Attachment, Author, Command, ConversationId, DedupeKey, Inbound, Message, Note, Remark,
    Remarked, Scope, Timestamp,
};

use crate::harness::{DEDUPE, Harness, IDLE};
use crate::steps::{
    accept_new, answer_next, claim_nothing, claim_one, only_letter, open, park_next, state, texts,
};
use crate::words::{ONE, by_channel, customer, turn};

const MINUTE: Duration = Duration::from_secs(60);

/// A message that the provider calls `reference`.
pub(crate) fn referred(who: &ConversationId, reference: &str, text: &str) -> Inbound {
    let mut inbound = by_channel(who, reference, text);
    inbound.message.reference = Some(reference.to_owned());
    inbound
}

pub(crate) fn note(who: &ConversationId, key: &str, about: &str, what: Remarked) -> Note {
    let remark = Remark { about: Some(about.to_owned()), what, at: Timestamp(1_700_000_002_000) };
    let key = DedupeKey::new(key).unwrap();
    Note { conversation: who.clone(), key, remark, scope: Scope::Always }
}

pub(crate) fn edited(who: &ConversationId, key: &str, about: &str, text: &str) -> Note {
    note(who, key, about, Remarked::Edited(Message::text(text, Timestamp(1_700_000_002_000))))
}

pub(crate) async fn tell(store: &dyn Notes, note: Note) -> Noticed {
    let mut noticed = store.note(vec![note]).await.unwrap();
    assert_eq!(noticed.len(), 1);
    noticed.remove(0)
}

pub(crate) async fn an_edit_changes_a_message_that_waits(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "chat/1", "before")).await;
    let mut inbound = referred(&anna, "chat/2", "a \"misteak\"");
    inbound.request = Some("a-request".to_owned());
    inbound.message.command = Some(Command::Restart);
    inbound.message.author =
        Author { display_name: Some("Anna \u{1F600} \\/".to_owned()), language: None };
    let id = accept_new(&*store, inbound.clone()).await;
    accept_new(&*store, referred(&anna, "chat/3", "chat/2")).await;

    let picture = Attachment {
        media_type: "image/jpeg".to_owned(),
        name: None,
        handle: "a/b".to_owned(),
        bytes: Some(1_234_567),
    };
    for (key, text) in [("e1", "a \"mistake\""), ("e2", "none\nat all \u{1F4E6}")] {
        let what = Message {
            text: text.to_owned(),
            author: Author { display_name: Some("another".to_owned()), language: None },
            attachments: vec![picture.clone()],
            ..Message::default()
        };
        let told = tell(&*store, note(&anna, key, "chat/2", Remarked::Edited(what))).await;
        assert_eq!(told, Noticed::Amended);
    }
    assert_eq!(state(&*store, &id).await, MessageState::Waiting);
    let opened = answer_next(&*store, "t").await;
    assert_eq!(texts(&opened), ["before", "none\nat all \u{1F4E6}", "chat/2"]);
    let changed = &opened.messages[1];
    assert_eq!((changed.id, changed.key.as_str()), (id, "chat/2"));
    assert_eq!(changed.request.as_deref(), Some("a-request"));
    let words = "none\nat all \u{1F4E6}".to_owned();
    let expected = Message { text: words, attachments: vec![picture], ..inbound.message };
    assert_eq!(changed.message, expected);
    assert_eq!(opened.remarks, []);
    assert_eq!(store.history(&anna).await.unwrap()[0].asked[1], expected);
}

pub(crate) async fn what_is_taken_back_while_it_waits_is_never_answered(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "stays")).await;
    let id = accept_new(&*store, referred(&anna, "2", "goes")).await;
    let told = tell(&*store, note(&anna, "n", "2", Remarked::TakenBack)).await;
    assert_eq!(told, Noticed::Amended);
    assert_eq!(state(&*store, &id).await, MessageState::TakenBack);
    assert_eq!(texts(&answer_next(&*store, "t").await), ["stays"]);
    // Handed in once more it is known.
    let again = crate::steps::accept(&*store, referred(&anna, "2", "goes")).await;
    assert_eq!(again, conversation::ports::Accepted::Duplicate(id, MessageState::TakenBack));
    claim_nothing(harness, &*store).await;
}

pub(crate) async fn when_all_is_taken_back_there_is_nothing_to_do(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "goes")).await;
    tell(&*store, note(&anna, "n", "1", Remarked::TakenBack)).await;
    let claim = claim_one(&*store).await;
    let opened = open(&*store, &claim).await;
    assert_eq!((opened.messages, opened.outbox, opened.remarks), (Vec::new(), None, Vec::new()));
    store.release(&claim).await.unwrap();
    claim_nothing(harness, &*store).await;
    accept_new(&*store, referred(&anna, "2", "comes")).await;
    assert_eq!(texts(&answer_next(&*store, "t").await), ["comes"]);
}

pub(crate) async fn what_was_taken_back_leaves_no_attempts_behind(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    for (name, is_released) in [("released", true), ("put off", false)] {
        let who = customer(name);
        accept_new(&*store, referred(&who, "1", "goes")).await;
        let claim = claim_one(&*store).await;
        store.drafted(&claim, "a draft").await.unwrap();
        store.retry_at(&claim, Duration::ZERO, Pause::Failure).await.unwrap();
        tell(&*store, note(&who, "n", "1", Remarked::TakenBack)).await;
        let claim = claim_one(&*store).await;
        match is_released {
            true => store.release(&claim).await.unwrap(),
            false => store.retry_at(&claim, MINUTE, Pause::Failure).await.unwrap(),
        }
        claim_nothing(harness, &*store).await;
        accept_new(&*store, referred(&who, "2", "comes")).await;
        let opened = answer_next(&*store, "t").await;
        assert_eq!((texts(&opened), opened.attempts), (vec!["comes"], 0), "{name}");
        assert_eq!(opened.draft, None, "{name}");
    }
}

pub(crate) async fn an_edit_during_a_turn_is_kept_as_a_remark(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "first")).await;
    let claim = claim_one(&*store).await;
    let edit = edited(&anna, "e", "1", "changed");
    assert_eq!(tell(&*store, edit.clone()).await, Noticed::Kept);
    let back = note(&anna, "b", "1", Remarked::TakenBack);
    assert_eq!(tell(&*store, back.clone()).await, Noticed::Kept);
    let opened = open(&*store, &claim).await;
    assert_eq!(texts(&opened), ["first"]);
    assert_eq!(opened.remarks, [edit.remark.clone(), back.remark.clone()]);
    store.commit(&claim, turn("t", 1)).await.unwrap();
    // They belong to the history, which the next turns know.
    for key in ["2", "3"] {
        accept_new(&*store, referred(&anna, key, key)).await;
        let opened = answer_next(&*store, key).await;
        assert_eq!(opened.remarks, [edit.remark.clone(), back.remark.clone()]);
    }
}

pub(crate) async fn an_edit_of_what_was_answered_is_kept_as_a_remark(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, referred(&anna, "1", "first")).await;
    answer_next(&*store, "t").await;
    let edit = edited(&anna, "e", "1", "changed");
    assert_eq!(tell(&*store, edit.clone()).await, Noticed::Kept);
    assert_eq!(state(&*store, &id).await, MessageState::Answered(None));
    assert_eq!(store.history(&anna).await.unwrap()[0].asked[0].text, "first");
    claim_nothing(harness, &*store).await;
    accept_new(&*store, referred(&anna, "2", "second")).await;
    let about_another = edited(&anna, "e2", "1", "changed again");
    assert_eq!(tell(&*store, about_another.clone()).await, Noticed::Kept);
    let opened = answer_next(&*store, "t2").await;
    assert_eq!(texts(&opened), ["second"]);
    assert_eq!(opened.remarks, [edit.remark, about_another.remark]);
}

pub(crate) async fn what_is_put_off_or_revived_can_be_changed_too(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "put off")).await;
    let claim = claim_one(&*store).await;
    store.retry_at(&claim, 5 * MINUTE, Pause::Failure).await.unwrap();
    assert_eq!(tell(&*store, edited(&anna, "e1", "1", "once")).await, Noticed::Amended);
    harness.advance(6 * MINUTE).await;
    let claim = claim_one(&*store).await;
    assert_eq!(texts(&open(&*store, &claim).await), ["once"]);
    store.park(&claim, ONE, "too often").await.unwrap();
    assert_eq!(tell(&*store, edited(&anna, "e2", "1", "dead")).await, Noticed::Kept);

    // One that is revived during a turn waits beside the others until that is over.
    accept_new(&*store, referred(&anna, "2", "second")).await;
    let claim = claim_one(&*store).await;
    open(&*store, &claim).await;
    assert_eq!(store.revive(&only_letter(&*store).await.id).await, Ok(true));
    assert_eq!(tell(&*store, edited(&anna, "e3", "1", "in between")).await, Noticed::Kept);
    store.release(&claim).await.unwrap();
    assert_eq!(tell(&*store, edited(&anna, "e4", "1", "twice")).await, Noticed::Amended);
    assert_eq!(texts(&answer_next(&*store, "t").await), ["twice", "second"]);
}

pub(crate) async fn a_note_is_stored_once_in_seven_days(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    let anna = customer("anna");
    let reacted = note(&anna, "n", "1", Remarked::Reacted(vec!["\u{1F44D}".to_owned()]));
    let batch = vec![reacted.clone(), reacted.clone()];
    assert_eq!(one.note(batch).await, Ok(vec![Noticed::Kept, Noticed::Duplicate]));
    harness.advance(DEDUPE - MINUTE).await;
    assert_eq!(tell(&*other, reacted.clone()).await, Noticed::Duplicate);
    let elsewhere = Note { conversation: customer("berta"), ..reacted.clone() };
    assert_eq!(tell(&*other, elsewhere).await, Noticed::Kept);
    harness.advance(2 * MINUTE).await;
    assert_eq!(tell(&*other, reacted.clone()).await, Noticed::Kept);
    accept_new(&*one, by_channel(&anna, "k", "hello")).await;
    assert_eq!(answer_next(&*one, "t").await.remarks, [reacted.remark]);
}

pub(crate) async fn an_amendment_handed_in_twice_changes_nothing_more(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, referred(&anna, "1", "first")).await;
    let (early, late) = (edited(&anna, "a", "1", "early"), edited(&anna, "b", "1", "late"));
    let noticed = store.note(vec![early.clone(), late, early]).await;
    assert_eq!(noticed, Ok(vec![Noticed::Amended, Noticed::Amended, Noticed::Duplicate]));
    assert_eq!(texts(&answer_next(&*store, "t").await), ["late"]);
}

pub(crate) async fn every_kind_of_remark_is_kept_and_starts_no_turn(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let kinds = [
        Remarked::Edited(Message::text("words", Timestamp(7))),
        Remarked::TakenBack,
        Remarked::Reacted(vec!["\u{1F44D}".to_owned()]),
        Remarked::Reacted(Vec::new()),
        Remarked::Colleague(Message::text("we called her", Timestamp(8))),
        Remarked::Happened("the customer's number changed".to_owned()),
    ];
    let number = |(number, what): (usize, Remarked)| note(&anna, &number.to_string(), "m", what);
    let mut notes: Vec<Note> = kinds.into_iter().enumerate().map(number).collect();
    notes[5].remark.about = None;
    assert_eq!(store.note(notes.clone()).await, Ok(vec![Noticed::Kept; 6]));
    claim_nothing(harness, &*store).await;
    accept_new(&*store, by_channel(&anna, "k", "hello")).await;
    let remarks: Vec<Remark> = notes.into_iter().map(|note| note.remark).collect();
    assert_eq!(answer_next(&*store, "t").await.remarks, remarks);
}

pub(crate) async fn the_newest_two_hundred_remarks_are_kept(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let happened = |n: usize| note(&anna, &n.to_string(), "m", Remarked::Happened(n.to_string()));
    let noticed = store.note((0..203).map(happened).collect()).await;
    assert_eq!(noticed, Ok(vec![Noticed::Kept; 203]));
    accept_new(&*store, by_channel(&anna, "k", "hello")).await;
    let remarks = answer_next(&*store, "t").await.remarks;
    let words = |remark: &Remark| remark.what.clone();
    let expected: Vec<_> = (3..203).map(|n: usize| Remarked::Happened(n.to_string())).collect();
    assert_eq!(remarks.iter().map(words).collect::<Vec<_>>(), expected);
}

pub(crate) async fn reactions_push_out_nothing_but_reactions(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let reacted =
        |n: usize| note(&anna, &n.to_string(), "m", Remarked::Reacted(vec![n.to_string()]));
    let happened = Remarked::Happened("a \"what\":{\"reacted\":[".to_owned());
    tell(&*store, note(&anna, "happened", "m", happened.clone())).await;
    let noticed = store.note((0..202).map(reacted).collect()).await;
    assert_eq!(noticed, Ok(vec![Noticed::Kept; 202]));
    accept_new(&*store, by_channel(&anna, "k", "hello")).await;
    let remarks = answer_next(&*store, "t").await.remarks;
    assert_eq!((remarks.len(), &remarks[0].what), (200, &happened));
    let expected: Vec<_> = (3..202).map(|n| Remarked::Reacted(vec![n.to_string()])).collect();
    let kept: Vec<_> = remarks[1..].iter().map(|remark| remark.what.clone()).collect();
    assert_eq!(kept, expected);
}

pub(crate) async fn remarks_are_kept_as_long_as_the_history(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    accept_new(&*store, by_channel(&anna, "1", "hello")).await;
    answer_next(&*store, "t").await;
    harness.advance(IDLE * 2 / 3).await;
    // What happens keeps the history alive, as a message does.
    tell(&*store, note(&anna, "n", "1", Remarked::TakenBack)).await;
    harness.advance(IDLE * 2 / 3).await;
    assert_eq!(store.history(&anna).await.unwrap().len(), 1);
    harness.advance(IDLE * 2 / 3).await;
    assert_eq!(store.history(&anna).await, Ok(Vec::new()));
    tell(&*store, note(&anna, "n2", "2", Remarked::TakenBack)).await;
    accept_new(&*store, by_channel(&anna, "2", "hello again")).await;
    let opened = answer_next(&*store, "t2").await;
    assert_eq!((opened.remarks.len(), opened.history.len()), (1, 0));
    assert_eq!(opened.remarks[0].about.as_deref(), Some("2"));
}

pub(crate) async fn remarks_are_forgotten_with_the_person(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let taken_back = note(&anna, "n", "1", Remarked::TakenBack);
    tell(&*store, taken_back.clone()).await;
    assert_eq!(store.forget(&anna).await, Ok(true));
    accept_new(&*store, by_channel(&anna, "1", "hello")).await;
    assert_eq!(answer_next(&*store, "t").await.remarks, []);
    assert_eq!(tell(&*store, taken_back).await, Noticed::Kept);
}

/// An owner takes the message up while its sender changes it: either the owner sees the change, or
/// a remark on it.
pub(crate) async fn a_change_is_never_lost_on_an_owner_at_work(harness: &dyn Harness) {
    let (one, other) = (harness.all_ports("one").await, harness.all_ports("other").await);
    for round in 0..20 {
        let anna = customer(&format!("anna {round}"));
        accept_new(&*one, referred(&anna, "1", "old")).await;
        let telling = tell(&*other, edited(&anna, "e", "1", "new"));
        let (noticed, claim) = tokio::join!(telling, claim_one(&*one));
        let opened = open(&*one, &claim).await;
        match noticed {
            Noticed::Amended => {
                assert_eq!((texts(&opened), opened.remarks.len()), (vec!["new"], 0))
            }
            Noticed::Kept => assert_eq!((texts(&opened), opened.remarks.len()), (vec!["old"], 1)),
            Noticed::Duplicate | Noticed::Ignored => panic!("it was told once, and is stored"),
        }
        one.commit(&claim, turn("t", 1)).await.unwrap();
    }
    claim_nothing(harness, &*one).await;
}

pub(crate) async fn a_dead_letter_is_not_changed_by_what_is_said_of_it(harness: &dyn Harness) {
    let store = harness.all_ports("one").await;
    let anna = customer("anna");
    let id = accept_new(&*store, referred(&anna, "1", "dead")).await;
    park_next(&*store, "too often").await;
    assert_eq!(tell(&*store, note(&anna, "n", "1", Remarked::TakenBack)).await, Noticed::Kept);
    assert_eq!(only_letter(&*store).await.messages[0].text, "dead");
    assert_eq!(state(&*store, &id).await, MessageState::Parked { reason: "too often".into() });
}
