//! The figures: everything that comes is counted, and labels stay few.

use channel_whatsapp::Reference;
use conversation::ports::Received;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use support::fake_whatsapp::Script;

use crate::stage::{Stage, conversation, options, say, sender};

const ANN: &str = "4915112345678";

/// The runtime has one thread, which the recorder is set for.
#[tokio::test]
async fn what_comes_and_what_is_refused_is_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let _set = metrics::set_default_local_recorder(&recorder);
    let stage = Stage::set().await;
    let account = stage.fake.account().clone();

    for _ in 0..2 {
        stage.fake.customer_writes(stage.port, ANN, "wamid.1", "Hi").await.unwrap();
    }
    let of_ours = Reference::new(&conversation(ANN), "turn:0").to_string();
    let element = |id: &str, kind: &str| json!({"from": ANN, "id": id, "type": kind});
    let mut reaction = element("wamid.2", "reaction");
    reaction["reaction"] = json!({"message_id": "wamid.1"});
    let value = json!({"messages": [null, {"id": "wamid.3"}, reaction, element("wamid.4", "hologram")],
        "statuses": [{"id": "wamid.5", "status": "failed", "errors": [{"code": 131_047}],
            "biz_opaque_callback_data": of_ours},
            {"id": "wamid.7", "status": "failed", "errors": [{"code": 131_047}]}]});
    *stage.store.received.lock().unwrap() = Received::Undelivered;
    let other =
        json!({"metadata": {"phone_number_id": "1"}, "messages": [element("wamid.6", "text")]});
    let change = |value| json!({"field": "messages", "value": value});
    let body = json!({"entry": [{"changes": [change(value), change(other)]}]});
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    stage.post("{}", None).await;
    stage.post("{}", Some(&format!("sha256={}", "0".repeat(64)))).await;
    stage.post_signed("nonsense").await;
    let channel = sender(&options(&account, &stage.fake.url()));
    stage.fake.push(Script::error(400, 131_026));
    say(&channel, ANN, "Hi").await.unwrap_err();

    let page = page.render();
    for line in [
        r#"openclaw_messages_accepted_total{channel="whatsapp",outcome="new"} 1"#,
        r#"openclaw_messages_accepted_total{channel="whatsapp",outcome="duplicate"} 1"#,
        r#"openclaw_webhook_updates_total{channel="whatsapp",kind="message"} 2"#,
        r#"openclaw_webhook_updates_total{channel="whatsapp",kind="malformed"} 2"#,
        r#"openclaw_webhook_updates_total{channel="whatsapp",kind="note"} 1"#,
        r#"openclaw_webhook_updates_total{channel="whatsapp",kind="unknown"} 1"#,
        r#"openclaw_webhook_updates_total{channel="whatsapp",kind="status"} 2"#,
        r#"openclaw_webhook_updates_total{channel="whatsapp",kind="of_another_number"} 1"#,
        r#"openclaw_webhook_refused_total{channel="whatsapp",reason="unsigned"} 1"#,
        r#"openclaw_webhook_refused_total{channel="whatsapp",reason="wrong_signature"} 1"#,
        r#"openclaw_webhook_refused_total{channel="whatsapp",reason="not_json"} 1"#,
        r#"openclaw_whatsapp_complaints_total{call="status",kind="outside_window"} 1"#,
        r#"openclaw_whatsapp_complaints_total{call="status_of_others",kind="outside_window"} 1"#,
        r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="outside_window"} 1"#,
        r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="undeliverable"} 1"#,
        r#"openclaw_whatsapp_complaints_total{call="send",kind="undeliverable"} 1"#,
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
    assert!(!page.contains(ANN), "{page}");
}
