//! Learning who the bot is.

use std::sync::Arc;

use channel_telegram::{Listener, Me, Reception, TakeError, Taken, introduce};
use conversation::ports::Accord as _;
use serde_json::{Value, json};
use support::fake_telegram::Fault;

use crate::world::{Shelf, World};

/// A reception of a replica that has just started.
fn nameless(world: &World, shelf: &Arc<Shelf>) -> Arc<Reception> {
    let reception = world.reception(shelf);
    let me = Me { id: world.options.token.bot(), username: None };
    reception.listen(Listener::new(me, &world.options));
    reception
}

/// A message of a group that calls someone by this name.
fn calls(update: i64, username: &str) -> Value {
    json!({"update_id": update, "message": {"message_id": update, "from": {"id": 7},
        "chat": {"id": -100, "type": "supergroup"}, "text": format!("@{username} hi")}})
}

#[tokio::test]
async fn what_telegram_told_one_replica_another_knows_though_telegram_tells_nobody() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let first = nameless(&world, &shelf);
    assert_eq!(first.take(calls(1, "the_bot"), None).await, Err(TakeError::Undecided));
    introduce(&world.api, &first, &world.options, &*world.store).await;
    assert_eq!(first.take(calls(1, "the_bot"), None).await, Ok(Taken::Done));

    world.fake.fail_by(|call| {
        (call.method == "getMe").then(|| Fault::failure(500, "Internal Server Error"))
    });
    let second = nameless(&world, &shelf);
    let introduced = introduce(&world.api, &second, &world.options, &*world.store);
    let asked = world.fake.wait_for_calls("getMe", 2);
    tokio::select! {
        () = introduced => panic!("Telegram told it"),
        () = asked => {}
    }
    assert_eq!(second.take(calls(2, "the_bot"), None).await, Ok(Taken::Done));
    assert_eq!(second.take(calls(3, "someone"), None).await, Ok(Taken::Done));
    let texts: Vec<String> = shelf.texts().into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["@the_bot hi", "@the_bot hi"]);
}

#[tokio::test]
async fn what_telegram_says_counts_more_than_what_was_known() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    world.store.agree("telegram/424242/username", "an_older_bot").await.unwrap();
    let reception = nameless(&world, &shelf);
    introduce(&world.api, &reception, &world.options, &*world.store).await;
    reception.take(calls(1, "an_older_bot"), None).await.unwrap();
    reception.take(calls(2, "the_bot"), None).await.unwrap();
    assert_eq!(shelf.texts().len(), 1);
}
