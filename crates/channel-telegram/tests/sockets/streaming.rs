//! Answers that are shown while they are made.

use std::time::Duration;

use channel_telegram::Draft;
use conversation::ports::{Channel as _, SendError};
use conversation::{Part, Reply};
use support::fake_telegram::Fault;

use crate::world::{NOON, World, chat, waiting};

const SECOND: Duration = Duration::from_secs(1);

fn part(world: &World, markdown: &str) -> Part {
    let reply = Reply { text: markdown.to_owned(), model: "a/b".to_owned(), at: NOON };
    world.channel.parts(&reply, &[]).remove(0)
}

fn draft(to: &str) -> Draft {
    Draft::new(&chat(to), &waiting("90.5")).unwrap()
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
    let mut draft = draft("7");
    world.channel.show(&mut draft, "").await;
    world.channel.show(&mut draft, "**One").await;
    assert_eq!(seen(&world), is("**One", 0));
    world.channel.show(&mut draft, "**One** two").await;
    assert_eq!(seen(&world), is("**One", 0), "too early");
    world.clock.advance(SECOND);
    world.channel.show(&mut draft, "**One** two three").await;
    assert_eq!(seen(&world), is("One two three", 1));
    world.clock.advance(SECOND);
    world.channel.show(&mut draft, "**One** two three").await;
    let end = part(&world, "**One** two three `four`.");
    let sent = world.channel.finish(&mut draft, &end).await.unwrap();
    assert_eq!(seen(&world), is("One two three four.", 2));
    assert_eq!(sent.receipt, draft.message_id().map(|id| id.to_string()));
    assert!(world.fake.violations().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_complete_at_once_is_just_sent() {
    let world = World::new();
    let mut draft = draft("-100/33");
    world.channel.finish(&mut draft, &part(&world, "a")).await.unwrap();
    assert_eq!(seen(&world), is("a", 0));
    assert_eq!(world.fake.delivered()[0].topic, Some(33));
}

#[tokio::test]
async fn an_end_that_changes_nothing_is_an_end() {
    let world = World::new();
    let mut draft = draft("7");
    world.channel.show(&mut draft, "all").await;
    world.channel.finish(&mut draft, &part(&world, "all")).await.unwrap();
    assert_eq!(seen(&world), is("all", 0));
}

#[tokio::test]
async fn an_end_of_unknown_outcome_is_repeated_without_harm() {
    let world = World::new();
    let mut draft = draft("7");
    world.channel.show(&mut draft, "al").await;
    world.fake.fail("editMessageText", Fault::CutAfter);
    let end = part(&world, "all");
    let first = world.channel.finish(&mut draft, &end).await;
    assert!(matches!(first, Err(SendError::NotSent { .. })), "{first:?}");
    world.channel.finish(&mut draft, &end).await.unwrap();
    assert_eq!(seen(&world), is("all", 1));
}

#[tokio::test]
async fn an_end_is_formatted_plainly_if_need_be() {
    let world = World::new();
    let mut draft = draft("7");
    world.channel.show(&mut draft, "a").await;
    world.fake.fail("editMessageText", Fault::unformattable());
    world.channel.finish(&mut draft, &part(&world, "**a** & b")).await.unwrap();
    assert_eq!(world.fake.delivered()[0].written, "a & b");
}

#[tokio::test]
async fn a_draft_that_the_customer_deleted_is_sent_anew() {
    let world = World::new();
    let mut draft = draft("7");
    world.channel.show(&mut draft, "a").await;
    world
        .fake
        .fail("editMessageText", Fault::failure(400, "Bad Request: message to edit not found"));
    world.channel.finish(&mut draft, &part(&world, "all")).await.unwrap();
    assert_eq!(seen(&world), [("a".to_owned(), 0), ("all".to_owned(), 0)]);
}

#[tokio::test]
async fn a_draft_of_unknown_outcome_is_left_alone() {
    let world = World::new();
    let mut draft = draft("7");
    world.fake.fail("sendMessage", Fault::CutBefore);
    world.channel.show(&mut draft, "a").await;
    world.clock.advance(SECOND);
    world.channel.show(&mut draft, "a b").await;
    assert_eq!(world.fake.calls("sendMessage").len(), 1);
    world.channel.finish(&mut draft, &part(&world, "a b c")).await.unwrap();
    assert_eq!(seen(&world), is("a b c", 0));
}

#[tokio::test]
async fn a_closed_chat_is_shown_nothing() {
    let world = World::new();
    let mut draft = draft("7");
    world.fake.fail("sendMessage", Fault::too_many(9));
    world.channel.show(&mut draft, "a").await;
    world.clock.advance(SECOND);
    world.channel.show(&mut draft, "a b").await;
    assert_eq!(world.fake.calls("sendMessage").len(), 1);
    let end = world.channel.finish(&mut draft, &part(&world, "all")).await;
    assert_eq!(
        end.unwrap_err(),
        SendError::NotSent {
            why: "it would be faster than Telegram allows".to_owned(),
            retry_after: Some(Duration::from_secs(8)),
        }
    );
}
