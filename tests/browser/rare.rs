//! What a visitor seldom sees: a person takes over, models fail, a message isn't answered. It is said
//! honestly, and axe-core has nothing against it.

use serde_json::json;
use support::fake_model::{Gate, Script};

use crate::accessibility::{axe, settle, violations};
use crate::browser::Browser;
use crate::looks::{Looks, Screen};
use crate::page::PATIENCE;
use crate::world::World;

/// What the gateway says in an hour in which all goes wrong, as its stream says it.
const AN_HOUR: &str = "
const tell = (type, data) => chat.host.chat.hear({ type, data });
let number = 0;
const entry = (data) => tell('entry', { id: `9${number++}-0`, at: Date.now(), ...data });
entry({ from: 'notice', notice: 'failed', text: '' });
entry({ from: 'notice', notice: 'taken_over', name: 'Rosa', text: '' });
entry({ from: 'person', name: 'Rosa', text: 'Hello, this is Rosa.' });
entry({ from: 'notice', notice: 'resumed', text: '' });
tell('state', { state: 'degraded' });
";

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_what_is_seldom_seen() {
    let axe = axe();
    let world = World::start();
    let browser = Browser::start().await;
    for screen in [Screen::Desktop, Screen::Smallest] {
        for scheme in ["light", "dark"] {
            let looks = Looks { screen, scheme, language: "en" };
            browser.dress(&looks).await;
            browser.visit(&world.page()).await;
            browser.run("sessionStorage.clear(); localStorage.clear();").await;
            let rest = Gate::default();
            let script = Script::new().say("I am ").wait(&rest).say("looking.").finish();
            world.model.push(script);
            browser.visit_and_open(&world.page()).await;
            browser.run(&axe).await;
            browser.write("Where is it?").await;
            browser.until_streaming("I am").await;
            settle(&browser).await;
            assert_eq!(violations(&browser).await, json!([]), "in the making, {looks:?}");
            rest.open();
            browser.until_answered(&["I am looking."]).await;
            browser.run(AN_HOUR).await;
            browser.until("one('.notice.resumed') && one('.banner.mild').textContent").await;
            browser.block(&["*/webchat/messages*"]).await;
            browser.write("Hello?").await;
            browser.run("chat.host.chat.outbox.giveUp();").await;
            browser.until("one('.message.failed .again')").await;
            settle(&browser).await;
            assert_eq!(violations(&browser).await, json!([]), "the hour, {looks:?}");
            browser.picture(&format!("rare-{looks}")).await;
            browser.run("chat.host.chat.hear({ type: 'postponed', data: {} }); chat.host.chat.linked('refused');").await;
            browser.until("one('.notice.late') && one('.banner:not(.mild)').textContent").await;
            settle(&browser).await;
            assert_eq!(violations(&browser).await, json!([]), "late and refused, {looks:?}");
            browser.block(&[]).await;
            // The page again, with a panel that was open and has news.
            browser.click(".close").await;
            browser.run("chat.host.chat.hear({ type: 'entry', data: { id: '99-0', at: Date.now() + 1000,
                from: 'assistant', text: 'News' } });").await;
            browser.until("shown('.badge')").await;
            settle(&browser).await;
            assert_eq!(violations(&browser).await, json!([]), "closed with news, {looks:?}");
            browser.picture(&format!("closed-{looks}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_told_that_answers_take_longer_and_when_they_no_longer_do() {
    let world = World::start();
    for _ in 0..200 {
        world.model.push(Script::status(500, "{\"error\":{\"message\":\"no\"}}"));
    }
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Is anybody there?").await;
    browser.until_within("one('.notice.late')", 2 * PATIENCE).await;
    let banner = "one('.banner.mild')?.textContent.startsWith('Answers may take longer')";
    browser.until_within(banner, 2 * PATIENCE).await;
    // The model is well again, and the question wasn't forgotten.
    world.model.forget_scripts();
    browser.until_within("answers()[0] === 'answer: Is anybody there?'", 4 * PATIENCE).await;
    browser.until_within("!one('.banner').textContent && !one('.notice.late')", 4 * PATIENCE).await;
}
