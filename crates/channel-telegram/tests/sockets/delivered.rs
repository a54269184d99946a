//! Updates as Telegram itself delivers them to a registered webhook: one after the other, and again
//! until they are taken.

use conversation::StoreError;
use serde_json::json;

use crate::webhook::{Served, away};

#[tokio::test]
async fn updates_are_stored_once_and_in_order_though_the_store_fails_now_and_then() {
    let served = Served::start().await;
    served.shelf.fail(&[away(), away(), StoreError::Full]);
    let said: Vec<String> = (0..20).map(|number| format!("message {number}")).collect();
    let first = served.world.fake.says(7, &said[0]);
    for text in &said[1..] {
        served.world.fake.says(7, text);
    }
    served.register().await;
    served.world.fake.wait_until_taken().await;
    assert_eq!(served.texts(), said);
    let posted = served.world.fake.posted();
    let refused: Vec<_> = posted.iter().filter(|it| it.status == Some(503)).collect();
    assert_eq!(refused.len(), 3);
    assert!(refused.iter().all(|it| it.update == first), "the others waited behind the first");
    let info = served.world.api.webhook_info().await.unwrap();
    assert!(info.last_error_message.unwrap().contains("503"));
}

#[tokio::test]
async fn a_tapped_button_is_answered_in_the_answer() {
    let served = Served::start().await;
    let tap = |data: &str, id: &str| {
        json!({
        "id": id, "from": {"id": 7}, "data": data,
        "message": {"message_id": 5, "chat": {"id": 7, "type": "private"}, "date": 0}})
    };
    served.world.fake.update("callback_query", tap("yes", "77"));
    served.world.fake.update("callback_query", json!({"id": "78", "from": {"id": 7}}));
    served.register().await;
    served.world.fake.wait_until_taken().await;
    assert_eq!(served.world.fake.acknowledged(), ["77", "78"]);
    assert_eq!(served.texts(), ["yes"]);
    assert!(served.world.fake.violations().is_empty());
}

#[tokio::test]
async fn what_happens_beside_messages_is_noted_and_comes_again_if_it_was_not_taken() {
    let served = Served::start().await;
    let fake = &served.world.fake;
    let private = json!({"id": 7, "type": "private"});
    let message = |text: &str| json!({"message_id": 5, "from": {"id": 7}, "chat": private.clone(), "text": text});
    served.shelf.fail(&[away()]);
    fake.update("edited_message", message("better words"));
    fake.update(
        "message_reaction",
        json!({"chat": private, "message_id": 5, "user": {"id": 7},
        "new_reaction": [{"type": "emoji", "emoji": "👍"}]}),
    );
    fake.update(
        "my_chat_member",
        json!({"chat": private, "from": {"id": 7},
        "new_chat_member": {"status": "kicked"}}),
    );
    fake.update(
        "message",
        json!({"message_id": 6, "chat": {"id": -5, "type": "group"}, "migrate_to_chat_id": -1005}),
    );
    served.register().await;
    fake.wait_until_taken().await;
    let expected = [
        "5 edited: better words",
        "5 reacted: 👍",
        "- the customer blocked the bot",
        "-5 is now -1005",
    ];
    assert_eq!(served.shelf.notes(), expected);
    assert_eq!(fake.posted()[0].status, Some(503));
    assert!(served.texts().is_empty());
}
