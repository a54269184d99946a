//! Messages that wait to be sent: for a moment they are tried again, and for as long as the gateway
//! says that it is in trouble; after a day they are asked about.

use std::process::Command;

use serde_json::json;

use crate::browser::Browser;
use crate::page::PATIENCE;
use crate::world::World;

/// Makes the clock of every page from now on go two days ahead.
const AHEAD: &str = "{ const real = Date.now; Date.now = () => real() + 2 * 86_400_000; }";

/// Makes all that waits a day older than it is.
const A_DAY_LATER: &str = "
for (const key of Object.keys(localStorage).filter((key) => key.includes(':out:'))) {
    const message = JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({ ...message, since: message.since - 86_400_000 }));
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

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_whose_clock_is_days_ahead_is_answered() {
    let world = World::start();
    let browser = Browser::start().await;
    let script = json!({ "source": AHEAD });
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", script).await;
    browser.visit_and_open(&world.page()).await;
    browser.write("What day is it?").await;
    browser.until_answered(&["answer: What day is it?"]).await;
    // Asked to try again, too, the message takes its place by the gateway's time.
    browser.block(&["*/webchat/messages*"]).await;
    browser.write("And now?").await;
    browser.run("chat.host.chat.outbox.giveUp();").await;
    browser.until("one('.message.customer.failed .again')").await;
    browser.block(&[]).await;
    browser.click(".again").await;
    browser.until_answered(&["answer: What day is it?", "answer: And now?"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_too_much_waiting_is_told_so_and_goes_on_when_it_is_sent() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.block(&["*/webchat/messages*"]).await;
    browser
        .run("for (let number = 0; number < 20; number += 1) chat.host.chat.say(`Number ${number}`);")
        .await;
    browser.until("one('.banner').textContent.startsWith('Too many of your messages')").await;
    browser.write("One more").await;
    assert_eq!(browser.value("one('textarea').value").await, json!("One more"));
    assert_eq!(browser.value("questions().length").await, json!(20));
    // Those of which trying again would not help don't stand in anybody's way.
    browser
        .run(
            "const { outbox } = chat.host.chat;
            outbox.list.forEach(({ id }) => outbox.change(id, { state: 'failed', final: true }));",
        )
        .await;
    browser.until("!one('.banner').textContent").await;
    browser.block(&[]).await;
    browser.write("").await;
    browser.until_answered(&["answer: One more"]).await;
    assert_eq!(world.model.request_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_the_store_is_away_is_sent_when_it_is_back() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    browser.run(COUNTING).await;
    signal(&world, "STOP");
    browser.write("Is anybody there?").await;
    let told = "one('.banner.mild')?.textContent.includes('not sent yet is kept on this device')";
    browser.until_within(told, 3 * PATIENCE).await;
    // More tries than the visitor would be asked after; the pauses between them are cut short.
    let tried = "(chat.host.chat.outbox.pause.end(), window.refused > 6)";
    browser.until_within(tried, 4 * PATIENCE).await;
    assert_eq!(browser.value("Boolean(one('.message.failed'))").await, json!(false));
    assert_eq!(browser.value(told).await, json!(true));
    signal(&world, "CONT");
    browser.until_within("answers().at(-1) === 'answer: Is anybody there?'", 3 * PATIENCE).await;
    browser.until_answered(&["answer: Before", "answer: Is anybody there?"]).await;
    assert_eq!(world.model.request_count(), 2);
}

/// Counts the messages that the gateway didn't take.
const COUNTING: &str = "
window.refused = 0;
const real = window.fetch;
window.fetch = async (url, how) => {
    const answer = await real(url, how);
    if (String(url).endsWith('/messages') && !answer.ok) window.refused += 1;
    return answer;
};";

/// Sends Redis a signal.
fn signal(world: &World, name: &str) {
    let pid = world.redis.pid().expect("a Redis that runs").to_string();
    let sent = Command::new("kill").args(["-s", name, &pid]).status().expect("kill");
    assert!(sent.success());
}
