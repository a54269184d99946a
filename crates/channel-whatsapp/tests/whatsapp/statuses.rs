//! What WhatsApp says of replies after it took them.

use channel_whatsapp::Reference;
use conversation::ports::{Passage, Receipt, Received, SendError};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use support::fake_whatsapp::Script;

use crate::stage::{Call, Stage, conversation, options, say, sender};

const ANN: &str = "4915112345678";

#[tokio::test]
async fn the_status_of_an_uncertain_send_says_which_reply_went_out() {
    let stage = Stage::set().await;
    let channel = sender(&options(stage.fake.account(), &stage.fake.url()));
    stage.fake.push(Script::TakeAndCut);
    let sent = say(&channel, ANN, "Hi").await;
    assert!(matches!(sent, Err(SendError::Uncertain { .. })), "{sent:?}");

    let [delivered] = <[_; 1]>::try_from(stage.fake.delivered()).unwrap();
    let answer = stage.fake.reports(stage.port, &delivered, "sent", None).await.unwrap();
    assert_eq!(answer.status, 200);
    let calls = stage.store.calls.lock().unwrap();
    let [Call::Receive(receipts)] = calls.as_slice() else { panic!("one call") };
    let [Receipt { conversation: of, turn, part, receipt, passage, .. }] = receipts.as_slice()
    else {
        panic!("one receipt")
    };
    assert_eq!((*of, turn.as_str(), *part), (conversation(ANN).digest(), "turn", 0));
    assert_eq!((receipt, passage), (&delivered.receipt, &Passage::Sent));
}

#[tokio::test]
async fn all_statuses_of_a_webhook_are_one_call_and_those_of_others_are_none() {
    let stage = Stage::set().await;
    let data = Reference::new(&conversation(ANN), "turn-1:2").to_string();
    let status = |state: &str, data: &str| {
        json!({"id": "wamid.1", "status": state, "biz_opaque_callback_data": data,
            "errors": [{"code": 131_047, "title": "to +4915112345678"}]})
    };
    let statuses = json!([status("sent", &data), status("delivered", &data), status("read", &data),
        status("played", &data), status("failed", &data), status("warned", &data),
        status("sent", "another app's"), status("failed", "another app's"), {"id": "wamid.2", "status": "sent"}]);
    let value = json!({ "statuses": statuses });
    let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
    assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    let calls = stage.store.calls.lock().unwrap();
    let [Call::Receive(receipts)] = calls.as_slice() else { panic!("one call") };
    assert!(receipts.iter().all(|r| (r.turn.as_str(), r.part) == ("turn-1", 2)));
    let passages: Vec<&Passage> = receipts.iter().map(|receipt| &receipt.passage).collect();
    let [Passage::Sent, Passage::Delivered, Passage::Read, Passage::Read, Passage::Failed { why }] =
        passages.as_slice()
    else {
        panic!("{passages:?}")
    };
    assert!(why.contains("131047") && why.contains("24 hours") && !why.contains("4915"), "{why}");
}

/// The runtime has one thread, which the recorder is set for.
#[tokio::test]
async fn a_failure_counts_once_for_a_reply_of_ours_kept_or_not_and_never_for_what_others_sent() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let _set = metrics::set_default_local_recorder(&recorder);
    let stage = Stage::set().await;
    let channel = sender(&options(stage.fake.account(), &stage.fake.url()));
    say(&channel, ANN, "Hi").await.unwrap();
    let [delivered] = <[_; 1]>::try_from(stage.fake.delivered()).unwrap();
    for received in [
        Received::Undelivered,
        Received::Recorded,
        Received::Duplicate,
        Received::Duplicate,
        // The store keeps it no more, and the data say that a gateway sent it.
        Received::Unknown,
        Received::Unknown,
    ] {
        *stage.store.received.lock().unwrap() = received;
        let posted = stage.fake.reports(stage.port, &delivered, "failed", Some(131_047)).await;
        assert_eq!(posted.unwrap().status, 200);
    }
    for data in [json!("another app's"), json!(null)] {
        let failed = json!({"id": "wamid.9", "status": "failed", "errors": [{"code": 131_026}],
            "biz_opaque_callback_data": data});
        let value = json!({ "statuses": [failed] });
        let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
        assert_eq!(stage.fake.post_webhook(stage.port, &body).await.unwrap().status, 200);
    }
    let page = page.render();
    assert!(!page.contains(r#"call="status_of_others",kind="outside_window""#), "{page}");
    for line in [
        r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="outside_window"} 2"#,
        // It is there before the first, since an alert sees only what increases.
        r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="undeliverable"} 0"#,
        r#"openclaw_whatsapp_complaints_total{call="status",kind="outside_window"} 3"#,
        r#"openclaw_whatsapp_complaints_total{call="status_of_others",kind="undeliverable"} 2"#,
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
}
