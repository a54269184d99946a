//! Edits of a group's messages, of which only those count that were meant for the bot.

use serde_json::json;

use crate::webhook::{SECRET, Served, away};

#[tokio::test]
async fn an_edit_that_brings_the_mention_is_answered_once_and_only_if_its_message_was_not() {
    let served = Served::start().await;
    let group = |id: i64, text: &str| {
        json!({"message_id": id, "from": {"id": 7}, "chat": {"id": -100, "type": "supergroup"},
               "date": 1000, "edit_date": 1030, "text": text})
    };
    let message = |update, id, text| json!({"update_id": update, "message": group(id, text)});
    let edit = |update, id, text| json!({"update_id": update, "edited_message": group(id, text)});
    for update in [
        message(1, 5, "who has seen it?"),
        edit(2, 5, "@the_bot who has seen it?"),
        // Telegram may send any of them again.
        edit(2, 5, "@the_bot who has seen it?"),
        message(3, 6, "@the_bot where is mine?"),
        edit(4, 6, "@the_bot where is ours?"),
        edit(4, 6, "@the_bot where is ours?"),
        edit(5, 6, "where are they?"),
        // Nobody spoke to the bot.
        edit(6, 8, "has anybody seen them?"),
    ] {
        assert_eq!(served.post(&[SECRET], &update.to_string()).await.status, 200, "{update}");
    }
    assert_eq!(served.texts(), ["@the_bot who has seen it?", "@the_bot where is mine?"]);
    let waiting = served.shelf.waiting().await;
    assert_eq!(waiting, ["@the_bot who has seen it?", "where are they?"]);
}

#[tokio::test]
async fn an_edit_that_could_not_be_stored_as_a_message_comes_again_as_one() {
    let served = Served::start().await;
    let edit = json!({"update_id": 2, "edited_message": {
        "message_id": 5, "from": {"id": 7}, "chat": {"id": -100, "type": "supergroup"},
        "date": 1000, "edit_date": 1030, "text": "@the_bot who?"}})
    .to_string();
    served.shelf.fail_second(away());
    assert_eq!(served.post(&[SECRET], &edit).await.status, 503);
    assert_eq!(served.post(&[SECRET], &edit).await.status, 200);
    assert_eq!(served.post(&[SECRET], &edit).await.status, 200);
    assert_eq!(served.shelf.waiting().await, ["@the_bot who?"]);
}
