//! Customers whose number or id changes while they are being answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use support::fake_model::{Asked, FakeModel, Script};
use tokio::sync::Notify;

use crate::world::{ANN, World, wait_for_metric, within};

const OTHER_NUMBER: &str = "4917299999999";

/// Answers with all that it knows the customer to have said, but never the first time it is asked, of
/// which it tells.
fn slow_at_first() -> (FakeModel, Arc<Notify>) {
    let asked_before = AtomicUsize::new(0);
    let asked_once = Arc::new(Notify::new());
    let tell = Arc::clone(&asked_once);
    let know = |asked: &Asked| asked.customer_said().join(" | ");
    let model =
        FakeModel::deciding(move |asked| match asked_before.fetch_add(1, Ordering::SeqCst) {
            0 => {
                tell.notify_one();
                Script::new().say("Well, ").hang()
            }
            _ => Script::saying(&["You said: ", &know(asked)]),
        });
    (model, asked_once)
}

fn message(text: &str, number: &str) -> Value {
    json!({"id": format!("wamid.{text}"), "from": number, "type": "text", "text": {"body": text}})
}

fn changed_number() -> Value {
    json!({"from": ANN, "id": "wamid.change", "type": "system", "system":
        {"type": "user_changed_number", "wa_id": OTHER_NUMBER, "body": "A changed from B to C"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_the_number_while_the_model_thinks_is_answered_there_once() {
    let (model, asked_once) = slow_at_first();
    let world = World::with(model);
    let gateways = [world.gateway(), world.gateway()];
    world.post(&gateways[0], json!([]), json!([message("one", ANN)])).await;
    within(asked_once.notified()).await;
    world.post(&gateways[0], json!([]), json!([message("two", ANN)])).await;
    // It is told twice, as whatever a provider tells may be.
    for gateway in &gateways {
        world.post(gateway, json!([]), json!([changed_number()])).await;
    }
    let replies = world.replies(1).await;
    assert_eq!(replies[0].to, format!("+{OTHER_NUMBER}"));
    for said in ["one", "two"] {
        assert!(replies[0].text.contains(said), "{}", replies[0].text);
    }
    // Whoever was at work on it stops, and its answer goes nowhere.
    within(world.model.wait_for_abandoned(1)).await;

    // Messages from the number before that come again, and the next one from the other.
    world.post(&gateways[1], json!([]), json!([message("one", ANN)])).await;
    world.post(&gateways[1], json!([]), json!([message("three", OTHER_NUMBER)])).await;
    let replies = world.replies(2).await;
    assert_eq!(replies[1].to, format!("+{OTHER_NUMBER}"));
    for said in ["one", "two", "three"] {
        assert!(replies[1].text.contains(said), "{}", replies[1].text);
    }
    let moved_on = "openclaw_turns_total{outcome=\"moved_on\"} 1";
    let seen = [&gateways[0], &gateways[1]].map(|gateway| wait_for_metric(gateway, moved_on));
    let [first, second] = seen.map(Box::pin);
    within(futures::future::select(first, second)).await;
}
