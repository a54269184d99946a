//! The route to which Telegram posts.

use serde_json::json;
use support::fake_telegram::Fault;

use crate::world::{SECRET, World, message, post, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_without_the_secret_never_reaches_redis() {
    let mut world = World::new("");
    let gateway = world.unregistered();
    world.redis.kill();
    let update = json!({"update_id": 1, "message": message(7, 5, "hi")}).to_string();
    let wrong = [("x-telegram-bot-api-secret-token", "guessed")];
    for _ in 0..200 {
        let refused = post(&gateway, &wrong, &update).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        assert_eq!(refused.json()["error"]["code"], "telegram_secret");
    }
    let away = post(&gateway, &[SECRET], &update).await;
    assert_eq!((away.status, away.header("retry-after")), (503, Some("2")), "{}", away.body);
    world.redis.start_again();
    let taken = async { while post(&gateway, &[SECRET], &update).await.status != 200 {} };
    within(taken).await;
    world.texts(7, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_update_is_refused_or_acknowledged_as_it_deserves() {
    let world = World::new("");
    let gateway = world.unregistered();
    let large = format!("{{\"update_id\":1,\"x\":\"{}\"}}", "x".repeat(1 << 20));
    for (body, status) in [
        ("{", 400),
        (large.as_str(), 413),
        ("{\"update_id\":1,\"new_kind\":{}}", 200),
        ("{\"update_id\":2,\"message\":[]}", 200),
        ("[]", 200),
    ] {
        let answer = post(&gateway, &[SECRET], body).await;
        assert_eq!(answer.status, status, "{:.60}: {}", body, answer.body);
    }
    assert_eq!(world.model.request_count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_with_half_of_a_character_are_answered() {
    let world = World::new("");
    let gateway = world.unregistered();
    let update = json!({"update_id": 1, "message": message(7, 5, "Is this HALF yours?")});
    let update = update.to_string().replace("HALF", r"\ud83d");
    assert_eq!(post(&gateway, &[SECRET], &update).await.status, 200);
    let texts = world.texts(7, 1).await;
    assert!(texts[0].contains("Is this \u{FFFD} yours?"), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_turn_names_the_request_and_nobody() {
    let world = World::new("");
    // So that there is something to log.
    world.telegram.fail("sendMessage", Fault::unformattable());
    let gateway = world.unregistered();
    let update = json!({"update_id": 1, "message": message(6_962_620_676, 5, "CUSTOMERS-WORDS")});
    let answer = post(&gateway, &[SECRET], &update.to_string()).await;
    let id = answer.header("x-request-id").unwrap().to_owned();
    world.texts(6_962_620_676, 1).await;
    let log = gateway.log();
    let of_turns = || log.lines().filter(|line| line.contains("turn{"));
    assert!(of_turns().any(|line| line.contains(&id)), "{log}");
    for hidden in ["CUSTOMERS-WORDS", "6962620676", "very_secret", SECRET.1, "Ann"] {
        assert!(!log.contains(hidden), "{hidden} is in the log:\n{log}");
    }
}
