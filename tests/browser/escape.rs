//! Esc closes the chat, whatever state it is in, and does nothing else: the focus is where it was, and
//! what the page loads goes on.

use serde_json::json;
use support::fake_model::{Gate, Script};
use thirtyfour::Key;

use crate::browser::Browser;
use crate::site::{Policy, Site};
use crate::world::World;

/// The panel is gone, and the button of the chat has the focus.
const CLOSED: &str = "!shown('.panel') && focused('.launcher')";

/// How often what depends on the moment is tried.
const ROUNDS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn esc_closes_the_chat_before_it_is_connected() {
    let world = World::start();
    let browser = Browser::start().await;
    for round in 0..ROUNDS {
        browser.visit(&world.page()).await;
        browser.run("sessionStorage.clear(); localStorage.clear();").await;
        browser.visit(&world.page()).await;
        browser.until("one('.launcher')").await;
        browser.run("one('.launcher').focus();").await;
        browser.press(Key::Enter).await;
        browser.until("focused('textarea')").await;
        browser.press(Key::Escape).await;
        browser.until(CLOSED).await;
        // Nothing that was under way has suffered.
        browser.press(Key::Enter).await;
        browser.until_connected().await;
        browser.write(&format!("Round {round}")).await;
        browser.until_answered(&[&format!("answer: Round {round}")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_closes_the_chat_of_a_gateway_that_is_away() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    browser.until("one('.launcher')").await;
    browser.block(&["*/webchat/session*"]).await;
    browser.click(".launcher").await;
    browser.until("focused('textarea')").await;
    browser.press(Key::Escape).await;
    browser.until(CLOSED).await;
    browser.block(&[]).await;
    browser.open().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_thinks_better_of_it_while_the_panel_is_fetched_is_not_shown_it() {
    thinks_better("one('.launcher').focus();", "focused('.launcher')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_thinks_better_of_it_at_a_button_of_the_site_is_not_shown_the_panel_either() {
    let own =
        "const own = Object.assign(document.createElement('button'), { textContent: 'Ask us' });
        own.onclick = () => OpenClawChat.open();
        document.querySelector('main').append(own);
        own.focus();";
    thinks_better(own, "document.activeElement.textContent === 'Ask us'").await;
}

/// Presses Enter at a button and at once Esc; the button has the focus still.
async fn thinks_better(button: &str, focus: &str) {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    browser.until("one('.launcher')").await;
    slow_down(&browser, 1500).await;
    browser.run(button).await;
    browser.press(Key::Enter).await;
    browser.until("one('.launcher[aria-busy]')").await;
    browser.press(Key::Escape).await;
    browser.until("one('.panel') && !one('.launcher[aria-busy]')").await;
    assert_eq!(browser.value("shown('.panel')").await, json!(false));
    assert_eq!(browser.value(focus).await, json!(true));
    slow_down(&browser, 0).await;
    browser.press(Key::Enter).await;
    browser.until("focused('textarea')").await;
    // It is fetched, and whatever is pressed from now on isn't for the button to hear.
    assert_eq!(browser.value("Boolean(one('.launcher[aria-busy]'))").await, json!(false));
}

/// Lets every answer take so many milliseconds longer.
pub(crate) async fn slow_down(browser: &Browser, latency: u32) {
    let slow = json!({
        "offline": false, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.emulateNetworkConditions", slow).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_is_heard_wherever_the_chat_or_nothing_has_the_focus() {
    let site = Site::start().await;
    let world = World::start_with(json!({ "allowedOrigins": [site.origin()] }));
    let page = site.embed(&world.page(), "", Policy::Sources);
    let browser = Browser::start().await;
    browser.visit_and_open(&page).await;
    for focus in ["one('.log').focus()", "one('.launcher').focus()", "chat.activeElement.blur()"] {
        browser.run(&format!("{focus};")).await;
        browser.press(Key::Escape).await;
        browser.until(CLOSED).await;
        browser.click(".launcher").await;
        browser.until("focused('textarea')").await;
    }
    // In what is the site's it is the site's.
    let field = "const field = document.createElement('input');
        window.heard = 0;
        document.addEventListener('keydown', () => window.heard += 1);
        document.querySelector('main').append(field);
        field.focus();";
    browser.run(field).await;
    browser.press(Key::Escape).await;
    browser.until("window.heard === 1").await;
    assert_eq!(browser.value("shown('.panel')").await, json!(true));
    browser.run("one('textarea').focus();").await;
    browser.press(Key::Escape).await;
    browser.until(CLOSED).await;
    assert_eq!(browser.value("window.heard").await, json!(1), "and in the chat it is the chat's");
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_in_mid_answer_stops_neither_the_answer_nor_the_connection() {
    let world = World::start();
    let rest = Gate::default();
    world.model.push(Script::new().say("Your parcel ").wait(&rest).say("is here.").finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Where is my parcel?").await;
    browser.until_streaming("Your parcel").await;
    browser
        .run(
            "window.links = [];
            const heart = chat.host.chat;
            const linked = heart.linked.bind(heart);
            heart.linked = (link) => (window.links.push(link), linked(link));",
        )
        .await;
    browser.press(Key::Escape).await;
    browser.until(CLOSED).await;
    rest.open();
    browser.until("one('.badge').textContent === '1'").await;
    assert_eq!(browser.value("window.links").await, json!([]));
    browser.press(Key::Enter).await;
    browser.until_answered(&["Your parcel is here."]).await;
    assert_eq!(world.model.request_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_that_goes_does_not_take_the_focus_along() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.block(&["*/webchat/messages*"]).await;
    browser.write("Is anybody there?").await;
    browser.run("chat.host.chat.outbox.giveUp();").await;
    browser.until("one('.again')").await;
    browser.run("one('.again').focus();").await;
    browser.press(Key::Enter).await;
    browser.until("!one('.again') && focused('textarea')").await;
    browser.block(&[]).await;
    browser.write(&"A long story. ".repeat(300)).await;
    browser.until("answers().length > 1").await;
    browser.run("one('.log').scrollTop = 0;").await;
    browser.until("shown('.newest')").await;
    browser.run("one('.newest').focus();").await;
    browser.press(Key::Enter).await;
    browser.until("!shown('.newest') && focused('textarea')").await;
}
