//! Answers that are shown while they are made.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::fakes::board::Board;
use crate::fakes::driven::Driven;
use crate::fakes::faulty::{Effect, Fault, Faulty, Verb, When};
use crate::fakes::overseen::Overseen;
use crate::world::{LEASE, World, api, chat};

fn shown(message: &str, text: &str) -> (String, String) {
    (message.to_owned(), text.to_owned())
}

fn world() -> World {
    let world = World::new();
    assert!(world.channel.board.set(Board::default()).is_ok());
    world
}

fn board(world: &World) -> &Board {
    world.channel.board.get().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_answer_grows_in_one_message_which_the_first_part_replaces() {
    let world = world();
    let model = Arc::new(Driven::new());
    let store = Arc::new(Overseen::new(world.store.clone()));
    let _replica = world.start_with(store.clone(), model.clone());
    world.say(&chat("ann"), "Hello").await;
    let call = model.call().await;
    for _ in 0..10 {
        call.say("more ");
        sleep(Duration::from_millis(300)).await;
    }
    call.finish("|and the end");
    world.is_idle().await;

    let drafts = board(&world).shown();
    assert_eq!(drafts[0].text, "more ", "the first words are shown at once");
    assert!(drafts.iter().all(|shown| shown.message == "draft-0"));
    assert!(drafts.windows(2).all(|pair| pair[1].text.starts_with(&pair[0].text)));
    let pauses = drafts.windows(2).map(|pair| pair[1].at - pair[0].at);
    assert!(pauses.into_iter().all(|pause| pause >= Duration::from_secs(1)));
    assert_eq!(drafts.len(), 3);
    assert_eq!(store.drafted(), ["draft-0"]);
    let arrived = world.channel.arrived();
    assert_eq!(arrived[0].replaces.as_deref(), Some("draft-0"));
    assert_eq!(arrived[0].text, "more ".repeat(10));
    assert_eq!((arrived[1].replaces.as_deref(), arrived[1].text.as_str()), (None, "and the end"));
}

#[tokio::test(start_paused = true)]
async fn showing_never_holds_the_answer_up_and_is_over_before_it_is_sent() {
    let world = world();
    board(&world).take(Duration::from_secs(3));
    let model = Arc::new(Driven::new());
    let _replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    world.say(&chat("ann"), "Hello").await;
    let call = model.call().await;
    call.say("one ");
    sleep(Duration::from_secs(1)).await;
    call.finish("two");
    // The first draft is on its way for two more seconds: its id is needed to replace it.
    world.is_idle().await;
    assert_eq!(board(&world).texts(), [shown("draft-0", "one ")]);
    let arrived = world.channel.arrived();
    assert_eq!(arrived[0].replaces.as_deref(), Some("draft-0"));
    assert_eq!(world.channel.tried()[0], board(&world).shown()[0].at);
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_takes_for_ever_is_not_waited_for() {
    let world = world();
    board(&world).take(Duration::from_secs(24 * 60 * 60));
    let model = Arc::new(Driven::new());
    let _replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    world.say(&chat("ann"), "Hello").await;
    let call = model.call().await;
    call.say("one ");
    sleep(Duration::from_secs(1)).await;
    call.finish("two");
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["one two"]);
    assert_eq!(world.channel.arrived()[0].replaces, None);
}

#[tokio::test(start_paused = true)]
async fn the_next_owner_goes_on_with_the_draft_of_a_dead_one() {
    let world = world();
    let model = Arc::new(Driven::new());
    let one = world.start_with(Arc::new(world.store.for_replica("one")), model.clone());
    world.say(&chat("ann"), "Hello").await;
    let call = model.call().await;
    call.say("I am the first");
    world.until(async || board(&world).texts().len() == 1).await;
    one.kill().await;

    let _two = world.start_with(Arc::new(world.store.for_replica("two")), model.clone());
    let call = model.call().await;
    call.say("I am");
    sleep(Duration::from_millis(1)).await;
    call.finish(" another");
    world.is_idle().await;
    let drafts = [shown("draft-0", "I am the first"), shown("draft-0", "I am")];
    assert_eq!(board(&world).texts(), drafts);
    assert_eq!(world.channel.texts(), ["I am another"]);
    assert_eq!(world.channel.arrived()[0].replaces.as_deref(), Some("draft-0"));
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_dies_while_it_writes_its_draft_down_leaves_one_draft_at_most_behind() {
    for (when, drafts) in
        [(When::Before, ["draft-0", "draft-1"]), (When::After, ["draft-0", "draft-0"])]
    {
        let world = world();
        let model = Arc::new(Driven::new());
        let dies = Fault::once(Verb::Drafted, when, Effect::Freeze);
        let store = Arc::new(Faulty::new(world.store.for_replica("one"), [dies]));
        let one = world.start_with(store.clone(), model.clone());
        world.say(&chat("ann"), "Hello").await;
        let first = model.call().await;
        first.say("I am the first");
        store.frozen().await;
        one.kill().await;

        let _two = world.start_with(Arc::new(world.store.for_replica("two")), model.clone());
        let call = model.call().await;
        call.say("I am");
        world.until(async || board(&world).texts().len() == 2).await;
        call.finish(" another");
        world.is_idle().await;
        let shown: Vec<_> = board(&world).texts().into_iter().map(|(draft, _)| draft).collect();
        assert_eq!(shown, drafts);
        assert_eq!(world.channel.texts(), ["I am another"]);
        assert_eq!(world.channel.arrived()[0].replaces.as_deref(), Some(drafts[1]));
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_try_goes_on_with_the_draft_of_one_that_failed() {
    let world = world();
    let model = Arc::new(Driven::new());
    let _replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    world.say(&chat("ann"), "Hello").await;
    let call = model.call().await;
    call.say("I was about");
    world.until(async || board(&world).texts().len() == 1).await;
    drop(call);
    let call = model.call().await;
    call.finish("Good day");
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["Good day"]);
    assert_eq!(world.channel.arrived()[0].replaces.as_deref(), Some("draft-0"));
    assert!(world.dead().await.is_empty());

    world.say(&chat("ann"), "And now?").await;
    let call = model.call().await;
    call.finish("A new one");
    world.is_idle().await;
    assert_eq!(world.channel.arrived()[1].replaces, None, "the draft was used up");
}

#[tokio::test(start_paused = true)]
async fn nothing_more_is_shown_once_the_lease_may_be_over() {
    let world = world();
    let model = Arc::new(Driven::new());
    let faults = [
        Fault::always(Verb::Renew, When::Before, Effect::Freeze),
        // It claims nothing more, so that whatever it shows it shows under this one claim.
        Fault { skip: 1, ..Fault::always(Verb::Claim, When::Before, Effect::Freeze) },
    ];
    let store = Arc::new(Faulty::new(world.store.for_replica("one"), faults));
    let one = world.start_with(store, model.clone());
    // Between two heartbeats, so that the lease ends while none is there to notice.
    sleep(Duration::from_millis(700)).await;
    world.say(&chat("ann"), "Hello").await;
    let call = model.call().await;
    call.say("one ");
    world.until(async || board(&world).texts().len() == 1).await;
    sleep(LEASE).await;
    assert_eq!(one.pool.in_flight(), 1, "the turn goes on");
    call.say("two ");
    call.dropped().await;
    assert_eq!(board(&world).texts(), [shown("draft-0", "one ")]);
}

#[tokio::test(start_paused = true)]
async fn answers_that_no_channel_sends_have_no_drafts() {
    let world = world();
    let _replica = world.start("one");
    let id = world.say(&api("ann"), "Hello").await;
    world.answer(&api("ann"), &id).await;
    assert!(board(&world).texts().is_empty());
}
