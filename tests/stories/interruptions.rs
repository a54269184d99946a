//! Answers that a reader stops, and readers who come late.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Event, Events as _, Handovers as _, MessageState, Transcripts as _};
use conversation::{Author, Message, Timestamp};
use tokio::time::{sleep, timeout};

use crate::fakes::driven::Driven;
use crate::fakes::echo::asked;
use crate::world::{World, api, chat};

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_stopped_is_left_at_what_was_said() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.for_replica("one")), model.clone());
    let ann = api("ann");
    let id = world.say(&ann, "Tell me everything").await;
    let call = model.call().await;
    call.say("First of all ");
    sleep(Duration::from_millis(1)).await;
    assert!(world.store.interrupt(&ann).await.unwrap());
    call.dropped().await;
    assert_eq!(world.answer(&ann, &id).await, "First of all");
    let MessageState::Answered(Some(reply)) = world.state(&id).await else { panic!("no reply") };
    assert_eq!(reply.model, "test/driven");
    world.is_idle().await;
    assert_eq!(replica.figure("openclaw_turns_total", "answered"), 1);
    assert_eq!(replica.figure("openclaw_answers_stopped_total", ""), 1);
    assert!(!model.has_call().await, "and it is not asked again");

    world.say(&ann, "And then?").await;
    let call = model.call().await;
    sleep(Duration::from_secs(10)).await;
    call.finish("The next answer is not stopped");
    world.is_idle().await;
    assert_eq!(world.turns(&ann).await[1].1, "The next answer is not stopped");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_stopped_before_its_first_word_says_so() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let _replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let author = Author { language: Some("tr".to_owned()), ..Author::default() };
    let message = Message { author, ..Message::text("Merhaba", Timestamp(0)) };
    world.say_as(&chat("ann"), message).await;
    let call = model.call().await;
    call.say("Some words that another model takes back");
    call.restart();
    assert!(world.store.interrupt(&chat("ann")).await.unwrap());
    call.dropped().await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["Durduruldu."]);
}

#[tokio::test(start_paused = true)]
async fn those_who_come_late_hear_about_once_a_second_all_that_was_said() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let _replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let ann = api("ann");
    let mut watch = world.store.watch_here(&ann);
    let id = world.say(&ann, "Hello").await;
    let call = model.call().await;
    for words in ["one ", "two ", "three "] {
        call.say(words);
        sleep(Duration::from_millis(400)).await;
    }
    sleep(Duration::from_secs(2)).await;
    // Who comes while the model is silent does not wait for its next word.
    let mut late = world.store.watch_here(&ann);
    let heard = timeout(Duration::from_secs(1), late.next()).await.unwrap();
    assert_eq!(*heard, Event::SoFar { text: "one two three ".to_owned() });
    call.say("four ");
    call.finish("five");
    world.answer(&ann, &id).await;

    let mut told = Vec::new();
    loop {
        match &*watch.next().await {
            Event::SoFar { text } => told.push(format!("[{text}]")),
            Event::Delta { text, .. } => told.push(text.clone()),
            Event::Committed { .. } => break,
            _ => {}
        }
    }
    let so_far = "[one two three ]";
    let expected = ["one ", "two ", "three ", so_far, so_far, so_far, so_far, "four ", "five"];
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn a_person_who_takes_a_conversation_over_gets_what_was_not_answered_yet() {
    let world = World::new();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let ann = chat("ann");
    let first = world.say(&ann, "Hello").await;
    let call = model.call().await;
    world.store.take_over(&ann, "Anna").await.unwrap();
    call.dropped().await;
    world.is_idle().await;
    let second = world.say(&ann, "Is anyone there?").await;
    world.is_idle().await;
    assert!(world.channel.tried().is_empty(), "the person answers");
    for id in [first, second] {
        assert_eq!(world.state(&id).await, MessageState::Recorded);
    }
    assert_eq!(replica.figure("openclaw_turns_total", "idle"), 2);

    assert!(world.store.resume(&ann).await.unwrap());
    world.say(&ann, "Thank you").await;
    let call = model.call().await;
    assert_eq!(asked(&call.prompt), "Hello\n\nIs anyone there?\n\nThank you");
    call.finish("You are welcome");
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["You are welcome"]);
}
