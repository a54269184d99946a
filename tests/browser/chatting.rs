//! The everyday: asking, reading along, cutting an answer off, loading the page anew, two tabs.

use serde_json::json;
use support::fake_model::{Gate, Script};

use crate::browser::Browser;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_read_while_it_is_made_and_is_there_once_in_the_end() {
    let world = World::start();
    let (first, rest) = (Gate::default(), Gate::default());
    let script = Script::new().wait(&first).say("Your parcel ").wait(&rest).say("is here.");
    world.model.push(script.finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.record().await;
    browser.write("Where is my parcel?").await;
    browser.until("shown('.live .dots')").await;
    // They stay when all is drawn once more, as it is when something else has changed.
    browser.run_async("chat.host.changed('entries'); requestAnimationFrame(() => done());").await;
    assert_eq!(browser.value("shown('.live .dots')").await, json!(true));
    first.open();
    browser.until_streaming("Your parcel").await;
    rest.open();
    browser.until_answered(&["Your parcel is here."]).await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Where is my parcel?"]);
    assert!(browser.recorded().await.contains(&vec!["Your parcel".to_owned()]));
    assert_eq!(world.model.requests().len(), 1);
    browser.write("Thanks!").await;
    browser.until_answered(&["Your parcel is here.", "answer: Thanks!"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_off_is_what_was_said_so_far() {
    let world = World::start();
    let never = Gate::default();
    world.model.push(Script::new().say("I could go on ").wait(&never).say("for ever").finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Tell me everything").await;
    browser.until_streaming("I could go on").await;
    browser.click(".stop").await;
    browser.until("!one('.live') && answers()[0]?.trim() === 'I could go on'").await;
    browser.until("!shown('.stop')").await;
    world.model.wait_for_abandoned(1).await;
    browser.write("And now?").await;
    browser.until("answers()[1] === 'answer: And now?'").await;
    assert_eq!(world.model.request_count(), 2, "nothing was asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_anew_in_mid_answer_goes_on_with_it() {
    let world = World::start();
    let rest = Gate::default();
    world.model.push(Script::new().say("Your parcel ").wait(&rest).say("is here.").finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    let listen = "const { chat: heart } = chat.host;
        const hear = heart.hear.bind(heart);
        window.told = 0;
        heart.hear = (event) => { window.told += event.type === 'text'; hear(event); };";
    browser.run(listen).await;
    browser.write("Where is my parcel?").await;
    browser.until_streaming("Your parcel").await;
    // The whole of it was told, and from now on nothing new is said.
    browser.until("window.told > 0").await;
    browser.reload().await;
    // Nobody opens it: whoever had it open goes on with it.
    browser.until_connected().await;
    // Who comes late is told all that was said so far, though the model says no more for now.
    browser.until_streaming("Your parcel").await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Where is my parcel?"]);
    browser.record().await;
    rest.open();
    browser.until_answered(&["Your parcel is here."]).await;
    for state in browser.recorded().await {
        assert!(state.len() <= 1 && state.concat().matches("Your").count() <= 1, "{state:?}");
    }
    assert_eq!(world.model.request_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_left_keeps_no_connection_and_has_one_again_on_the_way_back() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    assert_eq!(world.streaming(), Some(0));
    browser.visit(&format!("{}livez", world.page())).await;
    world.until_nobody_streams().await;
    browser.driver().back().await.unwrap();
    browser.until_connected().await;
    browser.write("After").await;
    browser.until_answered(&["answer: Before", "answer: After"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shows_nothing_is_not_sent() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("\u{200b}\u{3164}\u{2060}").await;
    assert_eq!(browser.texts(".message.customer .bubble").await, [""; 0]);
    browser.run("one('textarea').value = '';").await;
    browser.write("Now").await;
    browser.until_answered(&["answer: Now"]).await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Now"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_show_the_same_and_either_may_write() {
    let world = World::start();
    let gate = Gate::default();
    world.model.push(Script::new().say("To both ").wait(&gate).say("of you.").finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    let driver = browser.driver();
    let first = driver.window().await.unwrap();
    let second = driver.new_window().await.unwrap();
    driver.switch_to_window(second.clone()).await.unwrap();
    browser.visit_and_open(&world.page()).await;
    browser.write("Who hears this?").await;
    browser.until_streaming("To both").await;
    driver.switch_to_window(first.clone()).await.unwrap();
    browser.until_streaming("To both").await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Who hears this?"]);
    gate.open();
    browser.until_answered(&["To both of you."]).await;
    browser.write("And from here?").await;
    let both = ["To both of you.", "answer: And from here?"];
    browser.until_answered(&both).await;
    driver.switch_to_window(second).await.unwrap();
    browser.until_answered(&both).await;
    let asked = browser.texts(".message.customer .bubble").await;
    assert_eq!(asked, ["Who hears this?", "And from here?"]);
    assert_eq!(world.model.request_count(), 2);
}
