//! Messages that wait to be sent: for a moment they are tried again, after a day they are asked about.

use serde_json::json;

use crate::browser::Browser;
use crate::page::PATIENCE;
use crate::world::World;

/// Makes all that waits a day older than it is.
const A_DAY_LATER: &str = "
for (const key of Object.keys(localStorage).filter((key) => key.includes(':out:'))) {
    const message = JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({ ...message, at: message.at - 86_400_000 }));
}";

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_for_a_day_is_sent_only_when_asked_to() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.block(&["*/webchat/messages*"]).await;
    browser.write("Is my parcel late?").await;
    browser.until("kept(localStorage).includes('parcel late')").await;
    browser.run(A_DAY_LATER).await;
    // The next try would reach the gateway now.
    browser.block(&[]).await;
    browser.until_within("one('.message.customer.failed .again')", 2 * PATIENCE).await;
    browser.write("Today's question").await;
    browser.until_answered(&["answer: Today's question"]).await;
    assert_eq!(world.model.request_count(), 1, "the old question was not asked");
    browser.click(".again").await;
    browser.until_answered(&["answer: Today's question", "answer: Is my parcel late?"]).await;
    assert_eq!(browser.value("kept(localStorage).includes('\"state\"')").await, json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_connection_is_noticed_while_it_lasts() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.block(&["*/webchat/*"]).await;
    browser.run("Object.defineProperty(navigator, 'onLine', { get: () => false });").await;
    browser.run("chat.host.chat.stream.cut();").await;
    browser.until("!one('.panel.linked')").await;
    browser.write("Is my parcel late?").await;
    browser.until("texts('.message.customer .caption')[0] === 'Waiting for a connection'").await;
    browser.run(A_DAY_LATER).await;
    browser.until_within("one('.message.customer.failed .again')", 2 * PATIENCE).await;
    assert_eq!(world.model.request_count(), 0);
}
