//! Models that fail: the messages wait, are tried again, and are given up in the end.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Archive as _, Event, Events as _, MessageState, ModelError};
use tokio::time::Instant;

use crate::fakes::driven::Driven;
use crate::fakes::echo::Mood;
use crate::world::{World, api};

fn every_model_fails() -> Mood {
    let failed = vec![
        ("one/a".to_owned(), ModelError::Quota("account of Ann".to_owned())),
        ("two/b".to_owned(), ModelError::Resting),
    ];
    Mood::Fails(ModelError::AllFailed(failed))
}

#[tokio::test(start_paused = true)]
async fn what_no_model_answers_becomes_a_dead_letter_that_can_be_revived() {
    let mut world = World::new();
    world.options.retry.jitter = 0.0;
    world.model.feel(every_model_fails());
    let replica = world.start("one");
    let began = Instant::now();
    let id = world.say(&api("ann"), "Hello").await;
    world.until(async || world.dead().await.len() == 1).await;
    // 1, 2, 4, 8, 16, 32 and 60 seconds lie between eight tries.
    assert_eq!(began.elapsed().as_secs(), 123);
    assert_eq!(world.model.tries(), 8);
    assert_eq!(replica.figure("openclaw_turns_total", "postponed"), 7);
    assert_eq!(replica.figure("openclaw_dead_letters_total", ""), 1);
    let reason = "no answer after 8 tries: quota, resting".to_owned();
    assert_eq!(world.dead().await[0].reason, reason);
    assert_eq!(world.state(&id).await, MessageState::Parked { reason });

    world.model.feel(Mood::Answers(Duration::ZERO));
    let letter = world.dead().await.remove(0);
    assert!(world.store.revive(&letter.id).await.unwrap());
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
    assert!(world.dead().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_turn_is_tried_again_together_with_what_came_meanwhile() {
    let world = World::new();
    world.model.feel(every_model_fails());
    let _replica = world.start("one");
    let ann = api("ann");
    let mut watch = world.store.watch_here(&ann);
    let first = world.say(&ann, "one").await;
    assert_eq!(*watch.next().await, Event::Started { messages: vec![first] });
    assert_eq!(*watch.next().await, Event::Postponed { messages: vec![first] });
    world.model.feel(Mood::Answers(Duration::ZERO));
    let second = world.say(&ann, "two").await;
    assert_eq!(world.answer(&ann, &first).await, "re: one\n\ntwo");
    assert_eq!(world.answer(&ann, &second).await, "re: one\n\ntwo");
    assert_eq!(world.model.tries(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_is_put_off_holds_no_place() {
    let mut world = World::new();
    world.options.max_concurrent = std::num::NonZeroUsize::MIN;
    world.model.feel(every_model_fails());
    let replica = world.start("one");
    world.say(&api("ann"), "ann").await;
    world.until(async || world.model.tries() == 1 && replica.pool.in_flight() == 0).await;
    world.model.feel(Mood::Answers(Duration::ZERO));
    let asked = Instant::now();
    let id = world.say(&api("bob"), "bob").await;
    world.answer(&api("bob"), &id).await;
    assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_model_that_never_answers_is_a_model_that_fails() {
    let mut world = World::new();
    world.options.turn_timeout = Duration::from_secs(30);
    world.options.max_attempts = 2;
    world.model.feel(Mood::Hangs);
    let _replica = world.start("one");
    let id = world.say(&api("ann"), "Hello").await;
    world.until(async || world.dead().await.len() == 1).await;
    let reason = "no answer after 2 tries: the turn took too long".to_owned();
    assert_eq!(world.state(&id).await, MessageState::Parked { reason });
}

#[tokio::test(start_paused = true)]
async fn a_last_resort_that_answers_when_the_time_is_over_is_heard() {
    let mut world = World::new();
    world.options.turn_timeout = Duration::from_secs(30);
    world.options.max_attempts = 1;
    world.model.feel(Mood::Answers(Duration::from_secs(31)));
    let _replica = world.start("one");
    let id = world.say(&api("ann"), "Hello").await;
    assert_eq!(world.answer(&api("ann"), &id).await, "re: Hello");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_cut_or_says_nothing_is_tried_again() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let _replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let id = world.say(&api("ann"), "Hello").await;
    let cut = model.call().await;
    cut.say("Half an ans");
    drop(cut);
    model.call().await.finish("  \n ");
    model.call().await.finish("A whole answer");
    assert_eq!(world.answer(&api("ann"), &id).await, "A whole answer");
}

#[tokio::test(start_paused = true)]
async fn a_model_that_says_when_to_ask_again_is_asked_then() {
    let world = World::new();
    let after = Duration::from_secs(600);
    world.model.feel(Mood::Fails(ModelError::RateLimited { retry_after: Some(after) }));
    let _replica = world.start("one");
    let asked = Instant::now();
    let id = world.say(&api("ann"), "Hello").await;
    world.until(async || world.model.tries() == 1).await;
    world.model.feel(Mood::Answers(Duration::ZERO));
    world.answer(&api("ann"), &id).await;
    assert_eq!(asked.elapsed().as_secs(), after.as_secs());
}
