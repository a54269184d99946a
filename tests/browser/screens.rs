//! What the panel does with a screen: keyboards, notches, small windows; and what the button shows
//! while the panel is closed.

use serde_json::json;
use support::fake_model::{Gate, Script};

use crate::browser::Browser;
use crate::looks::{Looks, Screen};
use crate::site::{Policy, Site};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn replies_that_came_while_the_chat_was_closed_are_counted_on_its_button() {
    let world = World::start();
    let gate = Gate::default();
    world.model.push(Script::new().say("It is ").wait(&gate).say("here.").finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.run("window.unread = []; OpenClawChat.on('unread', ({ count }) => window.unread.push(count));").await;
    browser.write("Where is it?").await;
    browser.until_streaming("It is").await;
    assert_eq!(browser.value("shown('.badge')").await, json!(false));
    browser.click(".close").await;
    gate.open();
    browser.until("shown('.badge') && one('.badge').textContent === '1'").await;
    let label = browser.value("one('.launcher').ariaLabel").await;
    assert_eq!(label, json!("Open chat, unread messages: 1"));
    // It is the same on the site's next page.
    browser.reload().await;
    browser.until("shown('.badge') && one('.badge').textContent === '1'").await;
    browser.open().await;
    browser.until("!shown('.badge') && one('.launcher').ariaLabel === 'Close chat'").await;
    browser.click(".close").await;
    browser.reload().await;
    browser.until("chat.host.chat?.link === 'open'").await;
    assert_eq!(browser.value("shown('.badge')").await, json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_says_when_it_was_written() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Now").await;
    browser.until_answered(&["answer: Now"]).await;
    let times = "[...all('.message time')].map((time) =>
        [Math.abs(Date.now() - new Date(time.dateTime)) < 3_600_000, /\\d:\\d\\d/.test(time.textContent)])";
    assert_eq!(browser.value(times).await, json!([[true, true], [true, true]]));
    assert_eq!(browser.texts(".day").await, ["today"]);
    // Yesterday's have a line of their own.
    browser
        .run(
            "chat.host.chat.transcript.entries.forEach((entry) => { entry.at -= 86_400_000; });
        chat.host.view.messages.rows.clear(); chat.host.changed('entries');",
        )
        .await;
    browser.until("texts('.day')[0] === 'yesterday'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_keeps_clear_of_the_keyboard_on_the_screen() {
    let world = World::start();
    let browser = phone().await;
    browser.visit_and_open(&world.page()).await;
    let place = "JSON.stringify((({ top, height }) => ({ top, height }))(one('.panel').getBoundingClientRect()))";
    browser.until(&format!("{place} === '{{\"top\":0,\"height\":844}}'")).await;
    // As a browser says it whose page is moved up by a keyboard.
    browser
        .run(
            "for (const [name, value] of [['height', 460], ['offsetTop', 60]]) {
            Object.defineProperty(visualViewport, name, { configurable: true, get: () => value });
        }
        visualViewport.dispatchEvent(new Event('resize'));",
        )
        .await;
    browser.until(&format!("{place} === '{{\"top\":60,\"height\":460}}'")).await;
    let field = "one('textarea').getBoundingClientRect().bottom <= 520";
    assert_eq!(browser.value(field).await, json!(true), "what one writes can be seen");
    // Who zooms in wants to see a part of it.
    browser
        .run(
            "Object.defineProperty(visualViewport, 'scale', { get: () => 2 });
        visualViewport.dispatchEvent(new Event('resize'));",
        )
        .await;
    browser.until(&format!("{place} === '{{\"top\":0,\"height\":844}}'")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_and_its_button_keep_clear_of_notches() {
    let world = World::start();
    let browser = phone().await;
    browser.visit(&world.page()).await;
    browser.until("one('.launcher')").await;
    let room = "innerHeight - one('.launcher').getBoundingClientRect().bottom";
    assert_eq!(browser.value(room).await, json!(20));
    let insets = json!({ "insets": { "top": 44, "bottom": 34, "left": 0, "right": 0 } });
    browser.devtools("Emulation.setSafeAreaInsetsOverride", insets).await;
    browser.until(&format!("{room} === 54")).await;
    browser.open().await;
    browser.until("one('h2').getBoundingClientRect().top > 44").await;
    browser.until("innerHeight - one('textarea').getBoundingClientRect().bottom >= 34").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_behind_stands_still_while_the_chat_fills_the_screen() {
    let world = World::start();
    let browser = phone().await;
    browser.visit_and_open(&world.page()).await;
    let still = "getComputedStyle(document.documentElement).overflowY";
    assert_eq!(browser.value(still).await, json!("hidden"));
    assert_eq!(
        browser.value("shown('.launcher')").await,
        json!(false),
        "nothing lies over the field"
    );
    browser.click(".close").await;
    browser.until(&format!("{still} === 'visible' && shown('.launcher')")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_opens_by_itself_has_the_focus_where_it_fills_the_screen() {
    let site = Site::start().await;
    let world = World::start_with(json!({ "allowedOrigins": [site.origin()] }));
    let page = site.embed(&world.page(), "data-open", Policy::Sources);
    let browser = Browser::start().await;
    browser.visit(&page).await;
    browser.until_connected().await;
    assert_eq!(browser.value("document.activeElement === document.body").await, json!(true));
    // The window becomes a small one.
    browser.dress(&Looks { screen: Screen::Phone, scheme: "light", language: "en" }).await;
    browser.until("one('.panel').contains(chat.activeElement)").await;
    browser.run("sessionStorage.clear();").await;
    browser.reload().await;
    browser.until_connected().await;
    browser.until("one('.panel').contains(chat.activeElement)").await;
}

/// A browser on a phone.
async fn phone() -> Browser {
    let browser = Browser::start().await;
    browser.dress(&Looks { screen: Screen::Phone, scheme: "light", language: "en" }).await;
    browser
}
