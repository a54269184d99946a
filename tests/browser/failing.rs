//! What failed or doesn't fit: a message that is refused for good stays where it was written, one that
//! is too long isn't cut, a table that is too wide scrolls by itself, and what is kept may be damaged.

use serde_json::json;
use support::fake_model::Script;

use crate::browser::Browser;
use crate::looks::{Looks, Screen};
use crate::world::World;

/// Refuses one message for good.
const REFUSING: &str = "
const real = window.fetch;
window.fetch = (url, how) => how?.body?.includes('Refused')
    ? Promise.resolve(new Response('{}', { status: 422 })) : real(url, how);";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_failed_for_good_stays_in_its_place_and_can_be_discarded() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.run(REFUSING).await;
    browser.write("Refused").await;
    browser.until("one('.message.failed .discard')").await;
    browser.write("Taken").await;
    browser.until_answered(&["answer: Taken"]).await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Refused", "Taken"]);
    let rows = "all('.list > .message').map((row) => row.className.match(/failed|customer|assistant/g).at(-1))";
    assert_eq!(browser.value(rows).await, json!(["failed", "customer", "assistant"]));
    // What is said to be sent is the newest of what was.
    browser.until("texts('.message.customer .caption').at(-1).includes('Sent')").await;
    assert_eq!(browser.texts(".day").await, ["today"]);
    assert_eq!(browser.value("one('.list').firstElementChild.className").await, json!("day"));
    browser.run("one('.discard').focus();").await;
    browser.click(".discard").await;
    browser.until("questions().join() === 'Taken' && focused('textarea')").await;
    browser.reload().await;
    browser.until_connected().await;
    browser.until_answered(&["answer: Taken"]).await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Taken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_too_long_is_not_cut_and_its_writer_is_told() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    let paste =
        "one('textarea').focus(); document.execCommand('insertText', false, 'x'.repeat(8001));";
    browser.run(paste).await;
    browser
        .until("one('.long').textContent === 'This is too long: 8001 of at most 8000 characters.'")
        .await;
    assert_eq!(
        browser.value("[one('textarea').value.length, one('.send').disabled]").await,
        json!([8001, true])
    );
    browser.write("").await;
    assert_eq!(
        browser.value("[questions().length, one('textarea').value.length]").await,
        json!([0, 8001])
    );
    // A character that takes two places in the browser's memory is one to the gateway.
    browser
        .run(
            "document.execCommand('delete'); document.execCommand('delete');
        document.execCommand('insertText', false, '😀');",
        )
        .await;
    browser.until("!one('.long').textContent && !one('.send').disabled").await;
    browser.write("").await;
    browser.until("answers().length === 1 && !one('.live')").await;
    assert_eq!(browser.value("[...questions()[0]].length").await, json!(8000));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wider_than_the_screen_scrolls_by_itself() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.dress(&Looks { screen: Screen::Smallest, scheme: "light", language: "en" }).await;
    browser.visit_and_open(&world.page()).await;
    let table = format!(
        "| Service | Zone 1 | Zone 2 | Insurance | Delivery |\n|---|---|---|---|---|\n\
         | Economy | {} | https://shop.example/{} | `{}` | working days |\n\n```\n{}\n```\n",
        "€12.90",
        "segment/".repeat(20),
        "code".repeat(30),
        "c".repeat(300),
    );
    world.model.push(Script::saying(&[&table]));
    browser.write("What does it cost?").await;
    browser.until("!one('.live') && one('.bubble table') && one('.bubble pre')").await;
    let widths = "[one('.panel').clientWidth, one('.log').scrollWidth - one('.log').clientWidth,
        all('.bubble, .bubble > *').filter((part) => part.getBoundingClientRect().right > innerWidth).length,
        one('.bubble table').getBoundingClientRect().right
            <= one('.bubble table').parentElement.getBoundingClientRect().right]";
    assert_eq!(browser.value(widths).await, json!([320, 0, 0, true]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_and_damaged_stops_nobody_from_chatting() {
    let world = World::start();
    let browser = Browser::start().await;
    for damage in [
        r#"[':log', '{"a":1}']"#,
        r#"[':log', '"text"']"#,
        r#"[':session', '{"token":5,"user":"x","expires_at":9e15,"server_time":1}']"#,
        r#"[':session', '{"token":"abc","expires_at":9e15,"server_time":1}']"#,
        r#"[':session', '[1]']"#,
    ] {
        browser.visit_and_open(&world.page()).await;
        browser.write("Before").await;
        browser.until("answers().at(-1) === 'answer: Before'").await;
        browser.until("kept(localStorage).includes('answer: Before')").await;
        browser
            .run(&format!(
                "sessionStorage.clear();
                const [end, value] = {damage};
                const key = Object.keys(localStorage).find((key) => key.endsWith(end));
                localStorage.setItem(key, value);"
            ))
            .await;
        browser.visit_and_open(&world.page()).await;
        browser.write("After").await;
        browser.until("answers().at(-1) === 'answer: After'").await;
        browser.run("sessionStorage.clear(); localStorage.clear();").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_the_screen_is_no_news_where_it_could_not_be_kept() {
    let world = World::start();
    let browser = Browser::start().await;
    let listen = "window.news = []; (window.OpenClawChat ??= [])
        .push((chat) => chat.on('message', ({ text }) => window.news.push(text)));";
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": listen })).await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    browser.until("kept(localStorage).includes(':log')").await;
    browser
        .run("localStorage.removeItem(Object.keys(localStorage).find((key) => key.endsWith(':log')));")
        .await;
    browser.reload().await;
    browser.until_connected().await;
    browser.write("After").await;
    browser.until_answered(&["answer: Before", "answer: After"]).await;
    assert_eq!(browser.value("window.news").await, json!(["answer: After"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_conversation_is_connected_without_a_pause() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    // A pause would last until somebody ends it.
    browser
        .run(
            "const { pause } = chat.host.chat.stream;
            const begin = pause.begin;
            pause.begin = () => begin.call(pause);
            OpenClawChat.identify(null);",
        )
        .await;
    browser.until("questions().length === 0 && one('.panel.linked')").await;
    browser.write("After").await;
    browser.until_answered(&["answer: After"]).await;
}
