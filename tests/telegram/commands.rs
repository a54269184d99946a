//! What customers ask of the gateway itself.

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn who_opens_the_chat_is_greeted_in_the_language_of_the_app() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.says(7, "/start");
    assert_eq!(world.texts(7, 1).await, ["Hallo! Wie kann ich Ihnen helfen?"]);
    assert_eq!(world.model.request_count(), 0);
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_anew_is_not_asked_about_what_was() {
    let world = World::new("");
    let _gateway = world.gateway().await;
    world.telegram.says(7, "My parcel is QX-4711.");
    world.texts(7, 1).await;
    world.telegram.says(7, "/new");
    let texts = world.texts(7, 2).await;
    assert_eq!(texts[1], "Fangen wir von vorn an. Was kann ich für Sie tun?");
    world.telegram.says(7, "Where is it?");
    world.texts(7, 3).await;
    world.telegram.says(7, "/reset and what about TRK-7?");
    let texts = world.texts(7, 4).await;
    assert!(texts[3].contains("and what about TRK-7?"), "{texts:?}");
    let asked = world.model.requests();
    assert_eq!(asked.len(), 3);
    for later in &asked[1..] {
        assert!(!later.body.to_string().contains("QX-4711"), "{}", later.body);
    }
    assert!(!asked[2].body.to_string().contains("Where is it?"), "{}", asked[2].body);
    world.assert_kept_to_the_contract();
}
