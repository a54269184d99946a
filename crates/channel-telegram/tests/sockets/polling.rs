//! Asking for updates.

use std::time::Duration;

use channel_telegram::{ApiError, BotApi, PollError, Poller, Post, WebhookRegistration};
use conversation::StoreError;
use conversation::ports::Accord as _;
use serde_json::json;
use support::fake_telegram::Fault;

use crate::world::{Shelf, World, secret};

const NOW: Duration = Duration::ZERO;

fn texts(shelf: &Shelf) -> Vec<String> {
    shelf.texts().into_iter().map(|(_, text)| text).collect()
}

#[tokio::test]
async fn updates_are_taken_once_and_then_forgotten_by_telegram() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let mut poller = Poller::new(world.api.clone(), world.reception(&shelf));
    for text in ["one", "two"] {
        world.fake.says(7, text);
    }
    assert_eq!(poller.round(NOW).await.unwrap(), 2);
    world.fake.says(7, "three");
    assert_eq!(poller.round(NOW).await.unwrap(), 1);
    assert_eq!(poller.round(NOW).await.unwrap(), 0);
    assert_eq!(world.fake.pending(), 0);
    assert_eq!(texts(&shelf), ["one", "two", "three"]);
}

#[tokio::test]
async fn an_update_that_could_not_be_stored_comes_again_before_those_behind_it() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let mut poller = Poller::new(world.api.clone(), world.reception(&shelf));
    for text in ["one", "two", "three"] {
        world.fake.says(7, text);
    }
    let away = || StoreError::Unavailable("away".to_owned());
    poller.round(NOW).await.unwrap();
    assert_eq!(texts(&shelf).len(), 3);
    for text in ["four", "five"] {
        world.fake.says(7, text);
    }
    shelf.fail(&[away()]);
    assert!(matches!(poller.round(NOW).await, Err(PollError::Take(_))));
    assert_eq!(poller.round(NOW).await.unwrap(), 2);
    assert_eq!(texts(&shelf), ["one", "two", "three", "four", "five"]);
}

#[tokio::test]
async fn whoever_follows_takes_nothing_twice() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let reception = world.reception(&shelf);
    world.fake.says(7, "one");
    Poller::new(world.api.clone(), reception.clone()).round(NOW).await.unwrap();
    assert_eq!(world.fake.pending(), 1, "nobody told Telegram that it was taken");
    Poller::new(world.api.clone(), reception).round(NOW).await.unwrap();
    assert_eq!(texts(&shelf), ["one"]);
}

/// An update in which a customer typed this, word for word as JSON has it.
fn typed(update: i64, text: &str, more: &str) -> String {
    format!(
        r#"{{"update_id":{update},"message":{{"message_id":5,"from":{{"id":7}},
            "chat":{{"id":7,"type":"private"}},"text":"{text}","more":{more}}}}}"#
    )
}

#[tokio::test]
async fn what_readers_of_json_refuse_is_heard_and_stops_nothing() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let mut poller = Poller::new(world.api.clone(), world.reception(&shelf));
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let updates = [
        typed(1, r"half \ud83d of it", "0"),
        typed(2, "endless", "1e999"),
        typed(3, "deep", &deep),
        r#"{"update_id":4,"new_kind":1e999}"#.to_owned(),
    ];
    for update in &updates {
        assert!(serde_json::from_str::<serde_json::Value>(update).is_err(), "{update:.100}");
    }
    let body = format!(r#"{{"ok":true,"result":[{}]}}"#, updates.join(","));
    world.fake.fail("getUpdates", Fault::Answer { status: 200, body });
    assert_eq!(poller.round(NOW).await.unwrap(), 4);
    assert_eq!(texts(&shelf), ["half \u{FFFD} of it", "endless", "deep"]);
    poller.round(NOW).await.unwrap();
    assert_eq!(world.fake.calls("getUpdates")[1].parameters["offset"], 5);
}

#[tokio::test]
async fn updates_without_a_number_are_no_round_and_do_not_hold_up_those_that_have_one() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let mut poller = Poller::new(world.api.clone(), world.reception(&shelf));
    world.fake.raw_update(json!({"message": {"text": "no number"}}));
    let round = poller.round(NOW).await;
    assert!(matches!(round, Err(PollError::Unnumbered(1))), "{round:?}");
    world.fake.says(7, "one");
    assert_eq!(poller.round(NOW).await.unwrap(), 2);
    assert_eq!(texts(&shelf), ["one"]);
}

/// A tap on a button of the bot's.
fn taps(world: &World, query: &str) {
    let message = json!({"message_id": 5, "chat": {"id": 7, "type": "private"}, "date": 0});
    let tap = json!({"id": query, "from": {"id": 7}, "data": "yes", "message": message});
    world.fake.update("callback_query", tap);
}

#[tokio::test]
async fn a_tapped_button_is_answered() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    taps(&world, "77");
    let mut poller = Poller::new(world.api.clone(), world.reception(&shelf));
    poller.round(NOW).await.unwrap();
    while world.fake.acknowledged().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.fake.acknowledged(), ["77"]);
    assert_eq!(texts(&shelf), ["yes"]);
}

#[tokio::test]
async fn taps_whose_acknowledgement_hangs_hold_up_nobody_and_are_bounded() {
    let mut world = World::new();
    // As good as for ever: a round that waited for one of them would never end.
    world.options.timeouts.request = Duration::from_secs(3600);
    let api = BotApi::new(&world.options).unwrap();
    world.fake.fail_by(|call| (call.method == "answerCallbackQuery").then_some(Fault::Hang));
    let shelf = Shelf::new(&world);
    let mut poller = Poller::new(api, world.reception(&shelf));
    for tap in 0..40 {
        taps(&world, &tap.to_string());
    }
    world.fake.says(8, "And I?");
    let round = tokio::time::timeout(Duration::from_secs(60), poller.round(NOW)).await;
    assert_eq!(round.expect("the round waits for an acknowledgement").unwrap(), 41);
    assert_eq!(texts(&shelf).last().map(String::as_str), Some("And I?"));
    world.fake.wait_for_calls("answerCallbackQuery", 16).await;
    assert_eq!(poller.round(NOW).await.unwrap(), 0);
    assert_eq!(world.fake.calls("answerCallbackQuery").len(), 16);
}

#[tokio::test]
async fn a_second_one_who_asks_is_told_of_the_first() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let mut first = Poller::new(world.api.clone(), world.reception(&shelf));
    let mut second = Poller::new(world.api.clone(), world.reception(&shelf));
    let first = tokio::spawn(async move { first.round(Duration::from_secs(30)).await.unwrap() });
    world.fake.wait_for_calls("getUpdates", 1).await;
    let refused = second.round(NOW).await;
    assert!(matches!(refused, Err(PollError::Api(ApiError::Conflict(_)))), "{refused:?}");
    world.fake.says(7, "one");
    assert_eq!(first.await.unwrap(), 1);
}

#[tokio::test]
async fn nobody_can_ask_while_a_webhook_is_set() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let secret = secret();
    let url = "http://127.0.0.1:9/webhooks/telegram";
    let webhook = WebhookRegistration { url, secret: &secret, max_connections: 1 };
    world.api.set_webhook(&webhook).await.unwrap();
    let refused = Poller::new(world.api.clone(), world.reception(&shelf)).round(NOW).await;
    assert!(matches!(refused, Err(PollError::Api(ApiError::Conflict(_)))), "{refused:?}");
}

/// A poller for `holder` that runs until the sender says or is dropped.
fn runs(
    world: &World,
    reception: &std::sync::Arc<channel_telegram::Reception>,
    holder: &str,
) -> (tokio::task::JoinHandle<()>, tokio::sync::oneshot::Sender<()>) {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let post = Post::new(world.store.clone(), holder.to_owned(), Duration::from_secs(2));
    let poller = Poller::new(world.api.clone(), reception.clone());
    let stopped = async {
        let _ = stopped.await;
    };
    (tokio::spawn(poller.run(post, stopped)), stop)
}

#[tokio::test]
async fn of_several_one_asks_and_another_follows_when_it_is_told_to_stop() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let reception = world.reception(&shelf);
    let (first, stop_first) = runs(&world, &reception, "first");
    world.fake.wait_for_calls("getUpdates", 1).await;
    let (_second, _stop_second) = runs(&world, &reception, "second");
    world.fake.says(7, "one");
    world.fake.wait_until_taken().await;
    stop_first.send(()).unwrap();
    first.await.unwrap();
    world.fake.says(7, "two");
    world.fake.wait_until_taken().await;
    assert_eq!(texts(&shelf), ["one", "two"]);
    assert_eq!(world.fake.conflicts(), 0);
}

#[tokio::test]
async fn whoever_lost_the_post_asks_no_more() {
    let world = World::new();
    let shelf = Shelf::new(&world);
    let reception = world.reception(&shelf);
    let (_first, _stop) = runs(&world, &reception, "first");
    world.fake.wait_for_calls("getUpdates", 1).await;
    // The time of the store passes at once, so the term is over and another one has the post.
    world.clock.advance(Duration::from_secs(3));
    let has_it = world.store.hold("telegram/poller", "other", Duration::from_secs(3600)).await;
    assert_eq!(has_it, Ok(true));
    world.fake.wait_until_nobody_asks().await;
    world.fake.says(7, "one");
    assert_eq!(world.fake.conflicts(), 0);
    let mut other = Poller::new(world.api.clone(), reception);
    assert_eq!(other.round(NOW).await.unwrap(), 1);
}
