//! What the log says where the settings seem to be wrong: once, however often it happens.

use serde_json::json;
use support::fake_whatsapp::sign;
use support::http::send;

use crate::logs::Log;
use crate::stage::Stage;

const ANN: &str = "4915112345678";

/// The warnings among what was logged.
fn warnings(log: &Log) -> Vec<String> {
    log.text().lines().filter(|line| line.contains("WARN")).map(str::to_owned).collect()
}

fn listening() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("channel_whatsapp=info")
        .with_writer(log.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

/// A webhook in which Ann writes to a business number.
fn written_to(number: &str, id: &str) -> serde_json::Value {
    let message = json!({"from": ANN, "id": id, "type": "text", "text": {"body": "secret words"}});
    let value = json!({"metadata": {"phone_number_id": number}, "messages": [message]});
    json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
}

/// The runtime has one thread, which the subscriber is set for.
#[tokio::test]
async fn a_flood_of_wrong_signatures_is_one_line_that_says_what_to_check() {
    let (log, _listening) = listening();
    let stage = Stage::set().await;
    let body = written_to(&stage.fake.account().phone_number_id, "wamid.1").to_string();
    let wrong = sign(body.as_bytes(), "some other key");
    for _ in 0..100 {
        assert_eq!(stage.post(&body, Some(&wrong)).await.status, 403);
        assert_eq!(stage.post(&body, None).await.status, 401);
    }
    assert_eq!(stage.store.asked(), 0);
    let said = warnings(&log);
    assert!(matches!(&*said, [line] if line.contains("channels.whatsapp.appSecret")), "{said:?}");
    for secret in [ANN, "secret words", "some other key", &stage.fake.account().app_secret] {
        assert!(!log.text().contains(secret), "{secret} in {}", log.text());
    }
}

#[tokio::test]
async fn a_wrong_verify_token_is_one_line_that_says_what_to_check() {
    let (log, _listening) = listening();
    let stage = Stage::set().await;
    let path = "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=42&hub.verify_token=a-guess";
    for _ in 0..10 {
        assert_eq!(send(stage.port, "GET", path, &[], "").await.unwrap().status, 403);
    }
    let said = warnings(&log);
    assert!(matches!(&*said, [line] if line.contains("channels.whatsapp.verifyToken")), "{said:?}");
    assert!(!log.text().contains("a-guess"), "{}", log.text());
}

#[tokio::test]
async fn another_number_is_told_of_while_none_comes_for_the_one_of_the_settings() {
    let (log, _listening) = listening();
    let stage = Stage::set().await;
    for id in ["wamid.1", "wamid.2"] {
        let body = written_to("999", id);
        assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    }
    assert_eq!(stage.store.asked(), 0);
    let said = warnings(&log);
    let names = |line: &String| line.contains("channels.whatsapp.phoneNumberId");
    assert!(matches!(&*said, [line] if names(line) && !line.contains("999")), "{said:?}");
}

#[tokio::test]
async fn an_account_of_several_numbers_is_in_order_once_the_right_one_was_named() {
    let (log, _listening) = listening();
    let stage = Stage::set().await;
    let own = stage.fake.account().phone_number_id.clone();
    for (number, id) in [(&*own, "wamid.1"), ("999", "wamid.2")] {
        let body = written_to(number, id);
        assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    }
    assert_eq!(warnings(&log), [""; 0]);
}
