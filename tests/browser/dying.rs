//! Networks that go, gateways that are away, messages that wait: nothing is lost, nothing doubled.

use std::time::Duration;

use serde_json::json;
use support::fake_model::{Gate, Script};

use crate::browser::Browser;
use crate::page::PATIENCE;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_was_offline_for_half_a_minute_finds_everything() {
    let world = World::start();
    let gate = Gate::default();
    world.model.push(Script::new().say("While you ").wait(&gate).say("were away.").finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("First question").await;
    browser.until_streaming("While you").await;
    offline(&browser, true).await;
    browser.until("one('.banner').textContent").await;
    gate.open();
    world.model.wait_until_idle().await;
    browser.write("Second question").await;
    browser
        .until("texts('.message.customer .caption').at(-1) === 'Waiting for a connection'")
        .await;
    // The half minute itself is what is to be outlived.
    browser.run("window.since = performance.now();").await;
    let half_a_minute = "performance.now() - window.since > 30_000";
    browser.until_within(half_a_minute, Duration::from_secs(30) + PATIENCE).await;
    assert_eq!(browser.value("answers().filter((text) => text.includes('away'))").await, json!([]));
    assert_eq!(world.model.request_count(), 1, "the second question is still in the browser");
    offline(&browser, false).await;
    browser.until_answered(&["While you were away.", "answer: Second question"]).await;
    let asked = browser.texts(".message.customer .bubble").await;
    assert_eq!(asked, ["First question", "Second question"]);
    browser.until("!one('.banner').textContent").await;
    assert_eq!(world.model.request_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_sent_is_shown_and_sent_when_asked_to() {
    let mut world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    world.gateways[0].kill();
    browser.write("Is anybody there?").await;
    browser.until_within("one('.message.customer.failed .again')", 3 * PATIENCE).await;
    browser.until("one('.banner').textContent").await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Before", "Is anybody there?"]);
    // Asked to, it tries again, and keeps trying until somebody is there.
    browser.click(".again").await;
    browser.until("!one('.message.customer.failed')").await;
    world.gateways[0].start_again();
    browser.until_answered(&["answer: Before", "answer: Is anybody there?"]).await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Before", "Is anybody there?"]);
    browser.until("!one('.banner').textContent").await;
    assert_eq!(world.model.request_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_to_the_tab_before_the_gateway_wants_to_be_asked_is_connected_then() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    // A tab that nobody has looked at for long, and a gateway that says when it may be asked again.
    browser
        .run(
            "const real = window.fetch;
            const headers = { 'Retry-After': '2' };
            window.fetch = (url, how) => String(url).endsWith('/events')
                ? Promise.resolve(new Response('{}', { status: 503, headers })) : real(url, how);
            window.mend = () => { window.fetch = real; };
            const { stream } = chat.host.chat;
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
            stream.look();
            stream.hiddenSince -= 1_000_000;
            stream.cut();
            stream.pause.end();",
        )
        .await;
    browser.until("(chat.host.chat.stream.pause.end(), chat.host.chat.stream.notBefore > performance.now())").await;
    browser
        .run(
            "window.mend();
            delete document.hidden;
            document.dispatchEvent(new Event('visibilitychange'));",
        )
        .await;
    browser.until_connected().await;
}

/// Takes the network away from the page, or gives it back.
async fn offline(browser: &Browser, offline: bool) {
    let conditions = json!({
        "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    // Without this the page is told that it is offline, and isn't.
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.emulateNetworkConditions", conditions).await;
    let reached =
        "fetch('/livez', { cache: 'no-store' }).then(() => done(true), () => done(false));";
    assert_eq!(browser.run_async(reached).await, json!(!offline));
}
