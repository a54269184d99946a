//! One person under several names: the conversation goes on.

use serde_json::{Value, json};
use support::fake_model::FakeModel;
use support::http::send;

use crate::world::World;

const NUMBER: &str = "4915112345678";
const OTHER_NUMBER: &str = "4917299999999";
const ID: &str = "DE.13491208655302741918";

/// A model that answers with how much the customer has said by now.
fn counting() -> FakeModel {
    FakeModel::answering(|asked| format!("{} said", asked.customer_said().len()))
}

fn message(id: &str, number: Option<&str>, user_id: Option<&str>) -> (Value, Value) {
    let mut message = json!({"id": id, "type": "text", "text": {"body": id}});
    let mut contact = json!({"profile": {"name": "Ann"}});
    for (key, of, value) in [("from", "wa_id", number), ("from_user_id", "user_id", user_id)] {
        if let Some(value) = value {
            message[key] = json!(value);
            contact[of] = json!(value);
        }
    }
    (contact, message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_appears_and_disappears_keeps_what_was_said_on_whichever_replica() {
    let world = World::with(counting());
    let replicas = [world.gateway(), world.gateway()];
    for (turn, (number, id)) in
        [(Some(NUMBER), None), (Some(NUMBER), Some(ID)), (None, Some(ID)), (Some(NUMBER), Some(ID))]
            .into_iter()
            .enumerate()
    {
        let (contact, message) = message(&format!("wamid.{turn}"), number, id);
        world.post(&replicas[turn % 2], json!([contact]), json!([message])).await;
        let replies = world.replies(turn + 1).await;
        assert_eq!(replies[turn].text, format!("{} said", turn + 1));
    }
    let reached: Vec<String> = world.whatsapp.delivered().into_iter().map(|it| it.to).collect();
    // Where the number is told replies go to it, whatever names the conversation.
    let number = "+4915112345678";
    assert_eq!(reached, [number, number, ID, number]);
    let beside: Vec<_> = world.whatsapp.delivered().into_iter().map(|it| it.beside).collect();
    let id = Some(ID.to_owned());
    assert_eq!(beside, [None, id.clone(), None, id]);
    let asked = format!("{:?}", world.model.requests());
    assert!(asked.contains("wamid.3") && !asked.contains(NUMBER), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_number_keeps_what_was_said_and_answers_go_to_the_other_one() {
    let world = World::with(counting());
    let gateway = world.gateway();
    let (contact, first) = message("wamid.1", Some(NUMBER), None);
    world.post(&gateway, json!([contact]), json!([first])).await;
    world.replies(1).await;
    let system = json!({"from": NUMBER, "id": "wamid.2", "type": "system", "system":
        {"type": "user_changed_number", "wa_id": OTHER_NUMBER, "body": "A changed from B to C"}});
    for _ in 0..2 {
        world.post(&gateway, json!([]), json!([system])).await;
    }
    let (contact, next) = message("wamid.3", Some(OTHER_NUMBER), None);
    world.post(&gateway, json!([contact]), json!([next])).await;
    let replies = world.replies(2).await;
    assert_eq!((replies[1].to.as_str(), replies[1].text.as_str()), ("+4917299999999", "2 said"));
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_find_a_conversation_by_the_id_where_it_is_told_beside_the_number() {
    let world = World::with(counting());
    let gateway = world.gateway();
    for turn in 1..=2 {
        // At first only the number is told.
        let id = (turn > 1).then_some(ID);
        let (contact, message) = message(&format!("wamid.{turn}"), Some(NUMBER), id);
        world.post(&gateway, json!([contact]), json!([message])).await;
        world.replies(turn).await;
    }
    for (key, expected) in [(ID, 2), (NUMBER, 0)] {
        let path = format!("/api/v1/channels/whatsapp/conversations/{key}");
        let shown = send(gateway.port(), "GET", &path, &[], "").await.unwrap();
        let exchanges = shown.json()["exchanges"].as_array().map_or(0, Vec::len);
        assert_eq!(exchanges, expected, "{}", shown.body);
    }
}
