//! While the panel is fetched, and where it never comes: the page stays the site's, a click is no
//! riddle, and whoever signs out leaves nothing behind.

use serde_json::json;
use thirtyfour::Key;

use crate::browser::Browser;
use crate::escape::slow_down;
use crate::world::World;

/// A field of the site that counts the times it is left by Esc.
const FIELD: &str = "
window.escapes = [];
const field = document.createElement('input');
field.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') setTimeout(() => window.escapes.push(window.prevented));
});
addEventListener('keydown', (event) => { window.prevented = event.defaultPrevented; });
document.body.append(field);
field.focus();";

#[tokio::test(flavor = "multi_thread")]
async fn esc_is_the_sites_while_the_panel_is_fetched_for_nobody() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    browser.block(&["*/panel.js*"]).await;
    browser.until("one('.launcher')").await;
    // As a pointer that passes by does it.
    browser.run("one('.launcher').dispatchEvent(new Event('pointerenter'));").await;
    browser.run(FIELD).await;
    browser.until("one('.launcher[aria-busy]')").await;
    browser.press(Key::Escape).await;
    browser.until("window.escapes.length === 1").await;
    assert_eq!(browser.value("window.escapes").await, json!([false]));
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_in_a_field_of_the_site_is_the_sites_while_a_panel_is_fetched_that_was_asked_for() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    browser.until("one('.launcher')").await;
    slow_down(&browser, 2000).await;
    browser.click(".launcher").await;
    browser.until("one('.launcher[aria-busy]')").await;
    browser.run(FIELD).await;
    browser.press(Key::Escape).await;
    browser.until("window.escapes.length === 1").await;
    assert_eq!(browser.value("window.escapes").await, json!([false]));
    slow_down(&browser, 0).await;
    browser.until_connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_while_the_panel_is_fetched_open_it() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    browser.until("one('.launcher')").await;
    browser.run("one('.launcher').click(); one('.launcher').click();").await;
    browser.until("one('.panel') && !one('.launcher[aria-busy]')").await;
    assert_eq!(browser.value("shown('.panel')").await, json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_leaves_nothing_behind_where_the_panel_never_comes() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("My private question").await;
    browser.until_answered(&["answer: My private question"]).await;
    browser.until("kept(localStorage).includes('private') && kept(sessionStorage)").await;
    browser.block(&["*/panel.js*"]).await;
    browser.reload().await;
    browser.until("window.OpenClawChat?.identify").await;
    // The site's own things are not the chat's.
    let left = "localStorage.setItem('theirs', 1);
        OpenClawChat.identify(null);
        return kept(localStorage) + kept(sessionStorage);";
    assert_eq!(browser.run(left).await, json!("theirs,1"));
    // Whoever opens the chat then is nobody that it knows.
    browser.block(&[]).await;
    browser.open().await;
    assert_eq!(browser.value("questions().length").await, json!(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_replaces_its_body_gets_the_chat_back() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    let empty = "document.body.replaceChildren(document.createElement('main'));";
    browser.run(empty).await;
    browser.run("OpenClawChat.open();").await;
    browser.until("shown('.panel')").await;
    // The next page of such a site has the line again.
    let again = format!(
        "{empty}
        document.body.append(Object.assign(document.createElement('script'), {{
            src: '/webchat/widget.js',
        }}));"
    );
    browser.run(&again).await;
    browser
        .until("shown('.panel') && document.querySelectorAll('openclaw-chat').length === 1")
        .await;
    browser.write("After").await;
    browser.until_answered(&["answer: Before", "answer: After"]).await;
}
