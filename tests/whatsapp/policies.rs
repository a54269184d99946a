//! Who is answered, and how often.

use serde_json::json;

use crate::world::{ANN, World, wait_for_metric};

const BOB: &str = "4915187654321";

#[tokio::test(flavor = "multi_thread")]
async fn an_allow_list_lets_in_whom_it_names_and_acknowledges_the_others() {
    let world = World::new();
    let gateway = world.gateway_with(r#"dmPolicy: "allowlist", allowFrom: ["+49 151 87654321"]"#);
    world.write(&gateway, "wamid.1", "Hi").await;
    let posted = world.whatsapp.customer_writes(gateway.port(), BOB, "wamid.2", "Hello").await;
    assert_eq!(posted.unwrap().status, 200);
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    assert_eq!(reply.to, format!("+{BOB}"));
    let line = r#"openclaw_webhook_updates_total{channel="whatsapp",kind="not_let_in"} 1"#;
    wait_for_metric(&gateway, line).await;
    assert_eq!(world.model.request_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_channel_acknowledges_and_answers_nobody() {
    let world = World::new();
    let gateway = world.gateway_with(r#"dmPolicy: "disabled""#);
    world.write(&gateway, "wamid.1", "Hi").await;
    let line = r#"openclaw_webhook_updates_total{channel="whatsapp",kind="not_let_in"} 1"#;
    wait_for_metric(&gateway, line).await;
    assert_eq!((world.model.request_count(), world.whatsapp.requests()), (0, 0));
    let reaction = json!({"from": ANN, "id": "wamid.2", "type": "reaction",
        "reaction": {"message_id": "wamid.1", "emoji": "👍"}});
    world.post(&gateway, json!([]), json!([reaction])).await;
    let keys = world.redis.cli(&["--scan", "--pattern", "oc:*:c:*"]);
    assert_eq!(keys, "", "{keys}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_too_often_in_a_group_uses_up_nothing_of_what_the_others_have() {
    let world = World::new();
    let gateway = world.gateway_with("rateLimit: { burst: 1, everySeconds: 3600 }");
    for (n, from) in [(1, ANN), (2, ANN), (3, BOB)] {
        let message = json!({"from": from, "id": format!("wamid.{n}"), "group_id": "Y2FwaV9",
            "type": "text", "text": {"body": format!("message {n}")}});
        world.post(&gateway, json!([]), json!([message])).await;
        world.replies(n).await;
    }
    let replies = world.replies(3).await;
    assert!(!replies[1].text.contains("answered:"), "{}", replies[1].text);
    assert!(replies[2].text.contains("message 3"), "{}", replies[2].text);
    assert!(replies.iter().all(|reply| reply.to == "Y2FwaV9"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_too_often_is_asked_once_to_wait_and_what_was_written_is_not_lost() {
    let world = World::new();
    let gateway = world.gateway_with("rateLimit: { burst: 2, everySeconds: 3600 }");
    for n in 1..=2 {
        world.write(&gateway, &format!("wamid.{n}"), &format!("message {n}")).await;
        world.replies(n).await;
    }
    for n in 3..=6 {
        world.write(&gateway, &format!("wamid.{n}"), &format!("message {n}")).await;
        if n == 3 {
            world.replies(3).await;
        }
    }
    wait_for_metric(
        &gateway,
        r#"openclaw_messages_accepted_total{channel="whatsapp",outcome="recorded"} 3"#,
    )
    .await;
    let replies = world.replies(3).await;
    assert!(!replies[2].text.contains("answered:"), "{}", replies[2].text);
    assert_eq!(world.model.request_count(), 2);
}
