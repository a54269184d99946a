//! Customers who move to another conversation while they are being answered.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Move, Notes as _, SendError};
use conversation::{ConversationId, DedupeKey};

use crate::fakes::board::Board;
use crate::fakes::channel::Step;
use crate::fakes::driven::Driven;
use crate::fakes::faulty::{Effect, Fault, Faulty, Verb, When};
use crate::world::{World, chat};

async fn moves(world: &World, from: &ConversationId, to: &ConversationId) {
    let (from, to) = (from.clone(), to.clone());
    let key = DedupeKey::new("moves").unwrap();
    assert_eq!(world.store.carry_over(vec![Move { from, to, key }]).await, Ok(vec![true]));
}

/// What reached whom.
fn sent(world: &World) -> Vec<(String, String)> {
    let arrived = world.channel.arrived().into_iter();
    arrived.map(|part| (part.to.key().to_owned(), part.text)).collect()
}

fn to(who: &str, text: &str) -> (String, String) {
    (who.to_owned(), text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn who_moves_while_the_model_thinks_is_answered_there_once() {
    let world = World::new();
    assert!(world.channel.board.set(Board::default()).is_ok());
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.for_replica("one")), model.clone());
    let (old, new) = (chat("old"), chat("new"));
    world.say(&old, "Where is it?").await;
    let first = model.call().await;
    first.say("It is");
    moves(&world, &old, &new).await;
    let second = model.call().await;
    second.finish("It is on its way.");
    world.is_idle().await;
    // Whoever was at work on it stops.
    first.dropped().await;
    world.say(&new, "Thanks!").await;
    let third = model.call().await;
    third.finish("You're welcome.");
    world.is_idle().await;
    assert_eq!(sent(&world), [to("new", "It is on its way."), to("new", "You're welcome.")]);
    // What grew where the customer was is not there to be replaced.
    assert_eq!(world.channel.arrived()[0].replaces.as_deref(), None);
    let asked: Vec<_> = world.turns(&new).await.into_iter().map(|(asked, _)| asked).collect();
    assert_eq!(asked, [["Where is it?"], ["Thanks!"]]);
    assert_eq!(world.turns(&old).await, []);
    assert_eq!(replica.figure("openclaw_turns_total", "moved_on"), 1);
    replica.assert_nothing_crashed();
}

/// A reply of which a part went out before the customer moved, and a message after it.
async fn moves_amid_a_reply(world: &World) {
    let (old, new) = (chat("old"), chat("new"));
    world.say(&old, "one|two").await;
    world.until(async || world.channel.tried().len() == 2).await;
    moves(world, &old, &new).await;
    world.say(&old, "three").await;
    world.is_idle().await;
    assert_eq!(sent(world), [to("old", "re: one"), to("new", "two"), to("new", "re: three")]);
    let asked: Vec<_> = world.turns(&new).await.into_iter().map(|(asked, _)| asked).collect();
    assert_eq!(asked, [["one|two"], ["three"]]);
    assert_eq!(world.turns(&old).await, []);
}

fn paced() -> [Step; 2] {
    [Step::Send, Step::Refuse(SendError::Paced { retry_after: Duration::from_secs(5) })]
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_reply_is_sent_there_and_remembered_there() {
    let world = World::new();
    world.channel.plan(paced());
    let replica = world.start("one");
    moves_amid_a_reply(&world).await;
    replica.assert_nothing_crashed();
}

#[tokio::test(start_paused = true)]
async fn whatever_the_store_does_meanwhile_everything_is_said_once() {
    let long = Duration::from_secs(20);
    let effects = [Effect::Fail, Effect::Full, Effect::Outage(long), Effect::Slow(long)];
    for (when, effect) in
        [When::Before, When::After].into_iter().flat_map(|when| effects.map(|it| (when, it)))
    {
        for times in [1, 40] {
            let world = World::new();
            world.channel.plan(paced());
            let fault = Fault { times, ..Fault::once(Verb::Forward, when, effect) };
            let store = Arc::new(Faulty::new(world.store.clone(), [fault]));
            let replica = world.start_with(store.clone(), world.model.clone());
            moves_amid_a_reply(&world).await;
            assert!(store.met() > 0, "{when:?} {effect:?}");
            replica.assert_nothing_crashed();
        }
    }
}
