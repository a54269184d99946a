//! How often is sent, and how often is answered.

use support::fake_telegram::Fault;

use crate::world::{World, in_group, within};

const NOTICE: &str =
    "Das war viel auf einmal: Bitte warten Sie einen Moment, bevor Sie wieder schreiben.";

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
async fn whoever_telegram_wants_to_be_left_alone_by_takes_no_worker_from_the_others() {
    let world = World::with_one_worker();
    let _gateway = world.gateway().await;
    world.telegram.fail("sendMessage", Fault::too_many(3600));
    world.telegram.says(7, "Hello?");
    within(world.telegram.wait_for_calls("sendMessage", 1)).await;
    for person in 8..12 {
        world.telegram.says(person, "And I?");
        world.texts(person, 1).await;
    }
    assert!(world.telegram.delivered().iter().all(|it| it.chat != 7));
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_groups_that_telegram_closes_for_an_hour_silence_no_customer() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    for (count, group) in [-100_501, -100_502].into_iter().enumerate() {
        world.telegram.fail("sendMessage", Fault::too_many(3600));
        world.telegram.update("message", in_group(group, 7, 1, "@the_bot hi"));
        within(world.telegram.wait_for_calls("sendMessage", count + 1)).await;
    }
    world.telegram.says(8, "And I?");
    world.texts(8, 1).await;
    assert!(world.telegram.delivered().iter().all(|it| it.chat == 8));
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_floods_a_group_uses_up_nothing_that_another_one_has() {
    const GROUP: i64 = -100_500;
    let world = World::new("rateLimit: { burst: 1, everySeconds: 3600 },");
    let _gateway = world.gateway().await;
    let says = |person: i64, id: i64, text: &str| {
        world.telegram.update("message", in_group(GROUP, person, id, text))
    };
    says(7, 1, "@the_bot one");
    world.texts(GROUP, 1).await;
    says(7, 2, "@the_bot two");
    let seen = world.texts(GROUP, 2).await;
    assert_eq!(seen[1], NOTICE);
    for id in 3..20 {
        says(7, id, "@the_bot and more");
    }
    says(8, 20, "@the_bot may I?");
    let seen = world.seen(GROUP, 3).await;
    assert!(seen[2].text.contains("may I?"), "{seen:?}");
    assert_eq!(seen[2].reply_to, Some(20));
    within(world.telegram.wait_until_taken()).await;
    assert_eq!(world.model.request_count(), 2, "the one who floods was answered once");
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
    assert_eq!((texts.len(), texts[2].as_str()), (3, NOTICE), "{texts:?}");
    assert_eq!(world.model.request_count(), 3);
    world.assert_kept_to_the_contract();
}
