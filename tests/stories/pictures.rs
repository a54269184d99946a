//! Pictures that customers send, and models that can see them.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::Transcripts as _;
use conversation::{Attachment, Message, Timestamp};
use tokio::time::Instant;

use crate::fakes::album::Album;
use crate::fakes::driven::Driven;
use crate::world::{World, api, chat};

fn picture(text: &str, handle: &str) -> Message {
    let attachment = Attachment {
        media_type: "image/gif".to_owned(),
        name: Some(format!("{handle}.gif")),
        handle: handle.to_owned(),
        bytes: None,
    };
    Message { attachments: vec![attachment], ..Message::text(text, Timestamp(0)) }
}

fn world() -> World {
    let world = World::new();
    assert!(world.channel.album.set(Album::default()).is_ok());
    world
}

#[tokio::test(start_paused = true)]
async fn a_model_that_sees_is_shown_the_pictures_of_what_it_answers() {
    let world = world();
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    world.say_as(&chat("ann"), picture("What is this?", "one")).await;
    let call = model.call().await;
    let question = call.prompt.utterances.last().unwrap();
    assert_eq!(question.text, "What is this?\n[attachment: image/gif, named \"one.gif\"]");
    let contents: Vec<_> = question.images.iter().map(|it| it.content().to_vec()).collect();
    assert_eq!(contents, [Album::picture("one")]);
    call.finish("A parcel");
    world.is_idle().await;

    world.say(&chat("ann"), "Really?").await;
    let call = model.call().await;
    assert!(call.prompt.utterances.iter().all(|it| it.images.is_empty()), "it has been answered");
    call.finish("Yes");
    world.is_idle().await;
    assert_eq!(world.channel.album.get().unwrap().fetched(), ["one"]);
    assert_eq!(replica.figure("openclaw_pictures_total", "shown"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_does_not_come_is_described_and_holds_neither_lease_nor_answer_up() {
    let world = world();
    let album = world.channel.album.get().unwrap();
    album.take(Duration::from_secs(4));
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let _other = world.start("other");
    let said = Instant::now();
    world.say_as(&chat("ann"), picture("one", "one")).await;
    world.say_as(&chat("ann"), picture("two", "stuck")).await;
    let call = model.call().await;
    assert_eq!(said.elapsed().as_secs(), 10);
    let question = call.prompt.utterances.last().unwrap();
    assert_eq!(question.images.len(), 1);
    assert!(question.text.contains("stuck.gif"));
    call.finish("Two parcels");
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["Two parcels"]);
    assert_eq!(replica.figure("openclaw_claims_lost_total", ""), 0);
    assert_eq!(replica.figure("openclaw_pictures_total", "left_out"), 1);
    assert_eq!(world.channel.typed().len(), 3, "typing is shown while pictures are fetched");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_for_models_that_do_not_see_or_channels_that_cannot() {
    let world = world();
    let replica = world.start("one");
    world.say_as(&chat("ann"), picture("What is this?", "one")).await;
    world.is_idle().await;
    assert!(world.channel.album.get().unwrap().fetched().is_empty());
    assert!(world.channel.texts()[0].contains("one.gif"));
    replica.drain();
    replica.ended().await;

    let model = Arc::new(Driven::new());
    let _seeing = world.start_with(Arc::new(world.store.clone()), model.clone());
    world.say_as(&api("ann"), picture("And this?", "two")).await;
    assert!(model.call().await.prompt.utterances[0].images.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_stops_the_answer_waits_for_no_picture_and_no_model_is_asked() {
    let world = world();
    let model = Arc::new(Driven::new());
    let _replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let said = Instant::now();
    world.say_as(&chat("ann"), picture("one", "stuck")).await;
    let album = world.channel.album.get().unwrap();
    world.until(async || !album.fetched().is_empty()).await;
    assert!(world.store.interrupt(&chat("ann")).await.unwrap());
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["Stopped."]);
    assert!(said.elapsed() < Duration::from_secs(5), "{:?}", said.elapsed());
    assert!(!model.has_call().await);
}
