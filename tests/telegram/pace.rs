//! How often is sent, and how often is answered.

use support::fake_telegram::Fault;

use crate::world::{World, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_telegram_closes_is_left_alone_until_it_is_open_again() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.fail("sendMessage", Fault::too_many(2));
    world.telegram.says(7, "Hello?");
    world.texts(7, 1).await;
    assert_eq!(world.telegram.calls("sendMessage").len(), 2, "it was not tried in between");
    world.telegram.says(8, "And I?");
    world.texts(8, 1).await;
    assert_eq!(world.model.request_count(), 2, "nothing was answered twice");
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_too_often_is_told_so_once() {
    let world = World::new("rateLimit: { burst: 2, everySeconds: 3600 },");
    let _gateway = world.gateway().await;
    for (count, text) in ["one", "two", "three"].into_iter().enumerate() {
        world.telegram.says(7, text);
        world.texts(7, count + 1).await;
    }
    for text in ["four", "five"] {
        world.telegram.says(7, text);
    }
    within(world.telegram.wait_until_taken()).await;
    world.telegram.says(8, "And I?");
    world.texts(8, 1).await;
    let texts = world.texts(7, 3).await;
    let notice =
        "Das war viel auf einmal: Bitte warten Sie einen Moment, bevor Sie wieder schreiben.";
    assert_eq!((texts.len(), texts[2].as_str()), (3, notice), "{texts:?}");
    assert_eq!(world.model.request_count(), 3);
    world.assert_kept_to_the_contract();
}
