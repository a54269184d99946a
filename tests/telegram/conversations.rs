//! Messages and their answers.

use serde_json::json;
use support::fake_model::{FakeModel, Gate, Script};
use support::gateway_process::get;

use crate::world::{World, in_group, message, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_telegram_posts_is_answered() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.says(7, "Where is my parcel?");
    let texts = world.texts(7, 1).await;
    assert!(texts[0].contains("Where is my parcel?"), "{texts:?}");
    assert!(!world.telegram.calls("sendChatAction").is_empty());
    let asked = &world.model.requests()[0];
    assert!(asked.messages.iter().all(|said| !said.content.contains("secret")));
    let known = r#"<customer>{"name":"Ann","language":"de","channel":"telegram"}</customer>"#;
    let instructions = asked.body["messages"][0]["content"].as_str().unwrap();
    assert!(instructions.ends_with(known), "{instructions}");
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_while_it_waits_is_answered_as_it_is_now() {
    let (first, gate) = (Script::new(), Gate::default());
    let model = FakeModel::scripted();
    model.push(first.wait(&gate).say("First.").finish());
    model.push(Script::saying(&["Second."]));
    let world = World::with(model, "");
    let _gateway = world.gateway().await;
    world.telegram.update("message", message(7, 5, "Hello"));
    within(world.model.wait_for_requests(1)).await;
    world.telegram.update("message", message(7, 6, "Where is TRK-1?"));
    world.telegram.update("edited_message", message(7, 6, "Where is TRK-2?"));
    within(world.telegram.wait_until_taken()).await;
    gate.open();
    assert_eq!(world.texts(7, 2).await, ["First.", "Second."]);
    let asked = world.model.requests();
    assert!(asked[1].question().contains("TRK-2"), "{}", asked[1].question());
    assert!(!asked[1].question().contains("TRK-1"), "{}", asked[1].question());
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_starts_no_turn_and_is_known_to_the_next_one() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.update("message", message(7, 5, "My parcel has come."));
    world.texts(7, 1).await;
    world.telegram.update(
        "message_reaction",
        json!({"chat": {"id": 7, "type": "private"}, "message_id": 5, "user": {"id": 7},
               "new_reaction": [{"type": "emoji", "emoji": "🎉"}]}),
    );
    within(world.telegram.wait_until_taken()).await;
    world.telegram.update("message", message(7, 6, "Thank you"));
    world.texts(7, 2).await;
    let asked = world.model.requests();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].body.to_string().contains('🎉'), "{}", asked[1].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_shown_to_a_model_that_can_see() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.put_file("photo-1", "photos/file_1.gif", b"GIF89a");
    let mut photo = message(7, 5, "");
    photo.as_object_mut().unwrap().remove("text");
    photo["caption"] = json!("Is this damaged?");
    photo["photo"] = json!([{"file_id": "photo-1", "width": 90, "height": 90, "file_size": 6}]);
    world.telegram.update("message", photo);
    world.texts(7, 1).await;
    let asked = &world.model.requests()[0];
    assert_eq!(asked.pictures().len(), 1, "{}", asked.body);
    assert!(asked.question().contains("Is this damaged?"));
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_answered_when_it_addresses_the_bot() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.update("message", in_group(-100_500, 7, 5, "who has seen it?"));
    world.telegram.update("message", in_group(-100_500, 7, 6, "@the_bot where is it?"));
    let seen = world.seen(-100_500, 1).await;
    assert_eq!(seen[0].reply_to, Some(6));
    assert!(seen[0].text.contains("where is it?"));
    assert!(!world.model.requests()[0].body.to_string().contains("who has seen it?"));
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_is_told_who_says_what_in_a_group() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.update("message", in_group(-100_500, 7, 5, "@the_bot where is mine?"));
    world.seen(-100_500, 1).await;
    let mut other = in_group(-100_500, 8, 6, "@the_bot and mine?");
    other["from"]["first_name"] = json!("Bob");
    world.telegram.update("message", other);
    world.seen(-100_500, 2).await;
    let asked = &world.model.requests()[1];
    assert!(asked.question().contains("[\"Bob\" writes:]\n@the_bot and mine?"), "{}", asked.body);
    let earlier = "[\"Ann\" writes:]\n@the_bot where is mine?";
    assert!(asked.messages.iter().any(|said| said.content.contains(earlier)), "{}", asked.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reply_to_a_customer_who_blocked_the_bot_is_a_dead_letter_and_no_alarm() {
    let world = World::new("");
    let gateway = world.gateway().await;
    world.telegram.block(7);
    world.telegram.says(7, "Hello?");
    let port = gateway.port();
    let parked = async {
        loop {
            let asking = move || get(port, "/api/v1/dead-letters");
            let (_, letters) = tokio::task::spawn_blocking(asking).await.unwrap().unwrap();
            if letters.contains("blocked") {
                return letters;
            }
        }
    };
    let letters = within(parked).await;
    assert!(letters.contains("the bot was blocked by the user"), "{letters}");
    let loud: Vec<String> =
        gateway.log().lines().filter(|it| it.contains(" ERROR ")).map(str::to_owned).collect();
    assert_eq!(loud, Vec::<String>::new());
    world.telegram.says(8, "And I?");
    world.texts(8, 1).await;
    assert_eq!(world.telegram.calls("sendMessage").len(), 2, "it was tried once");
}
