//! Answers that are shown while they are made.

use std::time::Duration;

use channel_telegram::{Rates, Streaming, Telegram};
use conversation::ports::{Channel as _, SendError};
use conversation::{Part, Reply};
use support::fake_telegram::Fault;

use crate::world::{NOON, World, chat, waiting};

const SECOND: Duration = Duration::from_secs(1);

/// The first part of an answer, which takes the place of a draft if there is one.
fn part(world: &World, markdown: &str, draft: Option<&str>) -> Part {
    let reply = Reply { text: markdown.to_owned(), model: "a/b".to_owned(), at: NOON };
    let first = world.channel.parts(&reply, &[]).remove(0);
    Part { replaces: draft.map(str::to_owned), ..first }
}

/// Shows what there is so far, and returns the draft's id.
async fn show(world: &World, to: &str, draft: Option<&str>, so_far: &str) -> Option<String> {
    world.channel.drafts().unwrap().show(&chat(to), &[waiting("5")], draft, so_far).await
}

/// What the customer sees, and how often each message was edited.
fn seen(world: &World) -> Vec<(String, usize)> {
    world.fake.delivered().into_iter().map(|it| (it.text, it.edits)).collect()
}

fn is(text: &str, edits: usize) -> Vec<(String, usize)> {
    vec![(text.to_owned(), edits)]
}

#[tokio::test]
async fn an_answer_is_sent_once_and_edited_about_once_a_second() {
    let world = World::new();
    assert_eq!(show(&world, "7", None, "").await, None);
    let draft = show(&world, "7", None, "**One").await;
    assert_eq!(draft, Some(world.fake.delivered()[0].message_id.to_string()));
    let draft = draft.as_deref();
    assert_eq!(seen(&world), is("**One", 0));
    assert_eq!(show(&world, "7", draft, "**One** two").await.as_deref(), draft);
    assert_eq!(seen(&world), is("**One", 0), "too early");
    world.clock.advance(SECOND);
    assert_eq!(show(&world, "7", draft, "**One** two three").await.as_deref(), draft);
    assert_eq!(seen(&world), is("One two three", 1));
    world.clock.advance(SECOND);
    show(&world, "7", draft, "**One** two three").await;
    let end = part(&world, "**One** two three `four`.", draft);
    let sent = world.send_part("7", end).await.unwrap();
    assert_eq!(seen(&world), is("One two three four.", 2));
    assert_eq!(sent.receipt.as_deref(), draft);
    assert!(world.fake.violations().is_empty());
}

#[tokio::test]
async fn in_a_group_an_answer_in_the_making_replies_to_the_question_as_the_answer_does() {
    let world = World::new();
    let draft = show(&world, "-100", None, "One").await;
    world.clock.advance(SECOND * 4);
    show(&world, "-100", draft.as_deref(), "One two").await;
    world.clock.advance(SECOND * 4);
    world.send_part("-100", part(&world, "One two three", draft.as_deref())).await.unwrap();
    show(&world, "7", None, "One").await;
    let delivered = world.fake.delivered();
    let replies: Vec<_> = delivered.iter().map(|it| (it.edits, it.reply_to)).collect();
    assert_eq!(replies, [(2, Some(5)), (0, None)], "a person knows what was asked");
    assert!(world.fake.violations().is_empty());
}

#[tokio::test]
async fn another_replica_goes_on_with_the_draft_of_one_that_died() {
    let world = World::new();
    let draft = show(&world, "7", None, "One").await;
    let (rates, accord) = (Rates::default(), world.store.clone());
    let api = world.api.clone();
    let other = Telegram::new(api, Streaming::Edit, rates, accord, world.clock.clone());
    let shown = other.drafts().unwrap().show(&chat("7"), &[], draft.as_deref(), "One two").await;
    assert_eq!(shown, draft);
    assert_eq!(seen(&world), is("One two", 1));
}

#[tokio::test]
async fn a_channel_that_is_not_to_stream_has_no_drafts() {
    let world = World::new();
    let (rates, accord) = (Rates::default(), world.store.clone());
    let api = world.api.clone();
    let plain = Telegram::new(api, Streaming::Off, rates, accord, world.clock);
    assert!(plain.drafts().is_none());
}

#[tokio::test]
async fn an_end_that_changes_nothing_is_an_end() {
    let world = World::new();
    let draft = show(&world, "7", None, "all").await;
    world.send_part("7", part(&world, "all", draft.as_deref())).await.unwrap();
    assert_eq!(seen(&world), is("all", 0));
}

#[tokio::test]
async fn an_end_of_unknown_outcome_is_repeated_without_harm() {
    let world = World::new();
    let draft = show(&world, "7", None, "al").await;
    world.fake.fail("editMessageText", Fault::CutAfter);
    let end = part(&world, "all", draft.as_deref());
    let first = world.send_part("7", end.clone()).await;
    assert!(matches!(first, Err(SendError::NotSent { .. })), "{first:?}");
    world.send_part("7", end).await.unwrap();
    assert_eq!(seen(&world), is("all", 1));
}

#[tokio::test]
async fn an_end_is_formatted_plainly_if_need_be() {
    let world = World::new();
    let draft = show(&world, "7", None, "a").await;
    world.fake.fail("editMessageText", Fault::unformattable());
    world.send_part("7", part(&world, "**a** & b", draft.as_deref())).await.unwrap();
    assert_eq!(world.fake.delivered()[0].written, "a & b");
}

#[tokio::test]
async fn a_draft_that_the_customer_deleted_is_sent_anew() {
    let world = World::new();
    let draft = show(&world, "7", None, "a").await;
    let gone = Fault::failure(400, "Bad Request: message to edit not found");
    world.fake.fail("editMessageText", gone);
    world.send_part("7", part(&world, "all", draft.as_deref())).await.unwrap();
    assert_eq!(seen(&world), [("a".to_owned(), 0), ("all".to_owned(), 0)]);
}

#[tokio::test]
async fn a_draft_of_unknown_outcome_is_left_alone_until_the_answer_is_sent() {
    let world = World::new();
    world.fake.fail("sendMessage", Fault::CutBefore);
    assert_eq!(show(&world, "7", None, "a").await, None);
    world.clock.advance(SECOND);
    assert_eq!(show(&world, "7", None, "a b").await, None);
    assert_eq!(world.fake.calls("sendMessage").len(), 1);
    world.send_part("7", part(&world, "a b c", None)).await.unwrap();
    assert_eq!(seen(&world), is("a b c", 0));
    world.clock.advance(SECOND);
    assert!(show(&world, "7", None, "the next").await.is_some());
}

#[tokio::test]
async fn a_closed_chat_is_shown_nothing_and_sent_nothing() {
    let world = World::new();
    world.fake.fail("sendMessage", Fault::too_many(9));
    assert_eq!(show(&world, "7", None, "a").await, None);
    world.clock.advance(SECOND);
    assert_eq!(show(&world, "7", None, "a b").await, None);
    assert_eq!(world.fake.calls("sendMessage").len(), 1);
    let end = world.send_part("7", part(&world, "all", None)).await;
    assert_eq!(end, Err(SendError::Paced { retry_after: Duration::from_secs(8) }));
}
