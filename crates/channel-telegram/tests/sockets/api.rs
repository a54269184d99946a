//! The methods beside sending.

use std::time::Duration;

use channel_telegram::{Address, ApiError, OutgoingMessage, ParseMode, WebhookRegistration};
use support::fake_telegram::Fault;

use crate::world::{World, secret};

#[tokio::test]
async fn the_bot_learns_who_it_is() {
    let bot = World::new().api.me().await.unwrap();
    assert_eq!((bot.id, bot.username.as_deref()), (424_242, Some("the_bot")));
}

#[tokio::test]
async fn a_token_counts_as_refused_until_telegram_takes_it() {
    let world = World::new();
    let answer = |status: u16, description: &str| Fault::Answer {
        status,
        body: format!(r#"{{"ok":false,"error_code":{status},"description":"{description}"}}"#),
    };
    assert!(!world.api.is_refused());
    for (fault, is_refused) in [
        (answer(401, "Unauthorized"), true),
        // This says nothing of the token.
        (answer(502, "Bad Gateway"), true),
        (answer(409, "Conflict"), false),
        (answer(404, "Not Found"), true),
    ] {
        world.fake.fail("getMe", fault);
        world.api.me().await.unwrap_err();
        assert_eq!(world.api.is_refused(), is_refused);
    }
    world.api.me().await.unwrap();
    assert!(!world.api.is_refused());
}

#[tokio::test]
async fn a_webhook_is_set_looked_at_and_deleted() {
    let world = World::new();
    assert_eq!(world.api.webhook_info().await.unwrap().url, "");
    let url = "http://127.0.0.1:9/webhooks/telegram";
    let secret = secret();
    let webhook = WebhookRegistration { url, secret: &secret, max_connections: 40 };
    world.api.set_webhook(&webhook).await.unwrap();
    let info = world.api.webhook_info().await.unwrap();
    assert_eq!((info.url.as_str(), info.pending_update_count), (url, 0));
    assert_eq!(world.fake.hook().unwrap().secret, "Hook_secret-1");
    let asked = &world.fake.calls("setWebhook")[0].parameters["allowed_updates"];
    assert!(asked.as_array().unwrap().iter().any(|kind| kind == "callback_query"));
    world.api.delete_webhook().await.unwrap();
    assert_eq!(world.fake.hook(), None);
    let elsewhere = WebhookRegistration { url: "http://example.org/", ..webhook };
    let refused = world.api.set_webhook(&elsewhere).await.unwrap_err();
    assert!(refused.to_string().contains("HTTPS"), "{refused}");
    assert!(world.fake.violations().is_empty());
}

#[tokio::test]
async fn a_file_is_fetched_if_it_is_not_too_large() {
    let world = World::new();
    world.fake.put_file("handle", "photos/file_1.jpg", b"picture");
    assert_eq!(world.api.download("handle", 100).await.unwrap(), b"picture");
    assert_eq!(world.api.download("handle", 6).await, Err(ApiError::TooLarge { limit: 6 }));
    assert!(matches!(world.api.download("other", 100).await, Err(ApiError::Refused { .. })));
}

#[tokio::test]
async fn a_file_larger_than_it_says_or_elsewhere_is_not_fetched() {
    let world = World::new();
    world.fake.put_file("handle", "photos/1.jpg", b"picture");
    let says = |path: &str| Fault::Answer {
        status: 200,
        body: format!(r#"{{"ok":true,"result":{{"file_path":"{path}"}}}}"#),
    };
    world.fake.fail("getFile", says("photos/1.jpg"));
    assert_eq!(world.api.download("handle", 3).await, Err(ApiError::TooLarge { limit: 3 }));
    for path in ["../getMe", "/var/lib/file", "photos/2.jpg"] {
        world.fake.fail("getFile", says(path));
        let fetched = world.api.download("handle", 100).await;
        assert!(matches!(fetched, Err(ApiError::Refused { .. })), "{path}: {fetched:?}");
    }
}

#[tokio::test]
async fn a_message_is_edited_and_the_same_words_are_no_edit() {
    let world = World::new();
    let to = Address::chat(7);
    let message =
        |text| OutgoingMessage { to: &to, text, parse_mode: ParseMode::Html, reply_to: None };
    let id = world.api.send_message(&message("a")).await.unwrap().unwrap();
    world.api.edit_message_text(id, &message("<b>b</b>")).await.unwrap();
    let unchanged = world.api.edit_message_text(id, &message("<b>b</b>")).await;
    assert_eq!(unchanged, Err(ApiError::Unchanged));
    let delivered = world.fake.delivered();
    assert_eq!((delivered.len(), delivered[0].text.as_str(), delivered[0].edits), (1, "b", 1));
}

#[tokio::test]
async fn a_wait_that_telegram_asks_for_is_told() {
    let world = World::new();
    world.fake.fail("getMe", Fault::too_many(17));
    let error = world.api.me().await.unwrap_err();
    assert_eq!(error, ApiError::TooMany { retry_after: Duration::from_secs(17) });
}
