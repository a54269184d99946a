//! The largest webhooks that WhatsApp sends: a thousand updates, three megabytes.

use conversation::ports::Overview as _;
use serde_json::{Value, json};

use crate::stage::{Call, Stage};

const UPDATES: usize = 1000;
const CUSTOMERS: usize = 100;

fn messages(bytes_each: usize) -> Vec<Value> {
    let padding = "x".repeat(bytes_each);
    (0..UPDATES)
        .map(|n| {
            let customer = format!("49151{:08}", n % CUSTOMERS);
            json!({"from": customer, "id": format!("wamid.{n}"), "timestamp": "1697043223",
                "type": "text", "text": {"body": format!("{n} {padding}")}})
        })
        .collect()
}

#[tokio::test]
async fn a_thousand_updates_are_stored_in_one_step_and_in_order() {
    let stage = Stage::set().await;
    let contacts: Vec<Value> = (0..CUSTOMERS)
        .map(|n| json!({"wa_id": format!("49151{n:08}"), "profile": {"name": format!("C{n}")}}))
        .collect();
    let number = stage.fake.account().phone_number_id.clone();
    let value = json!({"metadata": {"phone_number_id": number}, "contacts": contacts,
        "messages": messages(2800)});
    let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
    let body = body.to_string();
    assert!(body.len() > 2_900_000, "{}", body.len());

    assert_eq!(stage.post_signed(&body).await.status, 200);
    assert_eq!(stage.post_signed(&body).await.status, 200);

    let queue = stage.store.inner.queue().await.unwrap();
    assert_eq!(queue.ready, u64::try_from(CUSTOMERS).unwrap());
    let calls = stage.store.calls.lock().unwrap();
    let [Call::Accept(first), Call::Accept(_)] = calls.as_slice() else { panic!("two calls") };
    assert_eq!(first.len(), UPDATES);
    for (n, inbound) in first.iter().enumerate() {
        assert_eq!(inbound.key.as_str(), format!("wamid.{n}"));
        let name = inbound.message.author.display_name.clone();
        assert_eq!(name, Some(format!("C{}", n % CUSTOMERS)));
    }
}
