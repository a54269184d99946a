//! From a webhook to the reply on the customer's phone.

use serde_json::json;
use support::fake_model::{FakeModel, Gate, Script};
use support::fake_whatsapp::ReadMark;
use support::http::send;

use crate::world::{ANN, World, wait_for_metric, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_marked_as_read_and_answered_where_it_came_from() {
    let world = World::new();
    let gateway = world.gateway();
    world.write(&gateway, "wamid.1", "Where is my violet umbrella?").await;
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    assert_eq!(
        (reply.to.as_str(), reply.text.as_str()),
        ("+4915112345678", "answered: Where is my violet umbrella?")
    );
    assert_eq!((reply.recipient_type.as_str(), reply.quotes), ("individual", None));
    let mark = ReadMark { message: "wamid.1".to_owned(), typing: true };
    assert_eq!(world.whatsapp.read_marks(), [mark]);
    let log = gateway.log();
    for secret in [ANN, "A Customer", "violet umbrella", &world.whatsapp.account().access_token] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_the_webhook_is_verified() {
    let world = World::new();
    let gateway = world.gateway();
    let ask = async |token: &str| {
        let path = format!(
            "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"
        );
        send(gateway.port(), "GET", &path, &[], "").await.unwrap()
    };
    let known = ask("verify-me").await;
    assert_eq!((known.status, known.body.as_str()), (200, "1158201444"));
    assert_eq!(ask("guess").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_during_a_turn_get_one_reply_that_quotes_the_newest() {
    let model = FakeModel::answering(|asked| format!("all of: {}", asked.question()));
    let gate = Gate::default();
    model.push(Script::new().say("one").wait(&gate).finish());
    let world = World::with(model);
    let gateway = world.gateway();
    world.write(&gateway, "wamid.1", "first").await;
    within(world.model.wait_for_requests(1)).await;
    for (id, text) in [("wamid.2", "second"), ("wamid.3", "third"), ("wamid.4", "fourth")] {
        world.write(&gateway, id, text).await;
    }
    gate.open();
    let [first, rest] = <[_; 2]>::try_from(world.replies(2).await).unwrap();
    assert_eq!((first.text.as_str(), first.quotes), ("one", None));
    assert_eq!(rest.quotes.as_deref(), Some("wamid.4"));
    for text in ["second", "third", "fourth"] {
        assert!(rest.text.contains(text), "{}", rest.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_and_reordered_webhooks_are_answered_once_on_whichever_replica() {
    let world = World::new();
    let replicas = [world.gateway(), world.gateway()];
    for round in 0..3 {
        for gateway in &replicas {
            world.write(gateway, "wamid.1", "Hi").await;
            if round == 0 {
                world.replies(1).await;
            }
        }
    }
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    // The later word first, and then again.
    for status in ["read", "sent", "delivered", "read", "sent"] {
        world.report(&replicas[1], &reply, status, None).await;
    }
    // An edit of what was answered long ago starts no turn, nor does its repetition.
    let edit = json!({"from": ANN, "id": "wamid.2", "type": "edit", "edit": {"original_message_id":
        "wamid.1", "message": {"type": "text", "text": {"body": "Hello"}}}});
    for gateway in &replicas {
        world.post(gateway, json!([]), json!([edit])).await;
    }
    world.write(&replicas[0], "wamid.3", "And now?").await;
    let replies = world.replies(2).await;
    let said = &replies[1].text;
    assert!(said.starts_with("answered: ") && said.ends_with("And now?"), "{said}");
    // Which the next answer knows of, once.
    assert_eq!(said.matches("Hello").count(), 1, "{said}");
    wait_for_metric(
        &replicas[1],
        r#"openclaw_messages_accepted_total{channel="whatsapp",outcome="duplicate"} 3"#,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_told_to_stop_sends_what_it_is_about_to_say() {
    let model = FakeModel::scripted();
    let gate = Gate::default();
    model.push(Script::new().say("the answer").wait(&gate).finish());
    let world = World::with(model);
    let mut gateway = world.gateway();
    world.write(&gateway, "wamid.1", "Hi").await;
    within(world.model.wait_for_requests(1)).await;
    gateway.signal("TERM");
    gate.open();
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    assert_eq!(reply.text, "the answer");
    let status =
        tokio::task::spawn_blocking(move || (gateway.wait(), gateway.log())).await.unwrap();
    assert!(status.0.success(), "{}", status.1);
}
