//! What the browser keeps, where it may keep nothing, where there is no room, and where somebody has
//! removed it: whatever is typed is sent, and nothing is sent without end.

use serde_json::json;

use crate::browser::Browser;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn where_the_browser_forbids_storage_the_chat_is_like_any_other() {
    let world = World::start();
    let browser = Browser::start_without_storage().await;
    browser.visit(&world.page()).await;
    let storage = "try { localStorage.length; done('allowed') } catch (why) { done(why.name) }";
    assert_eq!(browser.run_async(storage).await, json!("SecurityError"));
    browser.open().await;
    browser.write("Do you hear me?").await;
    browser.until_answered(&["answer: Do you hear me?"]).await;
    browser.write("And again?").await;
    browser.until_answered(&["answer: Do you hear me?", "answer: And again?"]).await;
    assert_eq!(world.model.request_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_after_the_site_has_cleared_its_storage_is_answered() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    browser.run("localStorage.clear();").await;
    browser.write("After").await;
    // It belongs to a conversation of its own, since the token of the other is gone.
    browser.until_answered(&["answer: After"]).await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["After"]);
    assert_eq!(world.model.request_count(), 2);
}

/// Messages don't arrive, and later they are refused for good.
const REFUSING: &str = "
window.posts = 0;
const real = window.fetch;
window.fetch = async (url, how) => {
    if (!String(url).endsWith('/messages')) return real(url, how);
    window.posts += 1;
    if (window.refusing) return new Response('{}', { status: 400 });
    throw new TypeError('away');
};";

/// Leaves no byte of room.
pub(crate) const FILLING: &str = "
let piece = 'x'.repeat(1 << 20);
for (let number = 0; piece; number += 1) {
    try { localStorage.setItem(`${number}`, piece); } catch { piece = piece.slice(1 + piece.length / 2); }
}";

/// Lets the next try begin, which is refused for good.
const TRYING: &str = "
window.refusing = true;
window.posts = 0;
chat.host.chat.outbox.pause.end();";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_for_good_is_posted_once_though_there_is_no_room_to_note_it() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.run(REFUSING).await;
    browser.write("Is there room?").await;
    browser.until("window.posts > 0").await;
    browser.run(&format!("{FILLING}{TRYING}")).await;
    browser.until("one('.message.customer.failed .again')").await;
    assert_eq!(browser.value("window.posts").await, json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_what_waits_is_kept_rather_than_what_the_gateway_has() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    browser.until("kept(localStorage).includes('answer: Before')").await;
    browser.block(&["*/webchat/messages*"]).await;
    browser.run(FILLING).await;
    browser.write("Is there room?").await;
    browser.until("kept(localStorage).includes('Is there room?')").await;
    browser.reload().await;
    browser.until_connected().await;
    browser.block(&[]).await;
    browser.until_answered(&["answer: Before", "answer: Is there room?"]).await;
}
