//! Accessibility: axe-core finds nothing, the keyboard is enough, and replies are announced once.

use serde_json::{Value, json};
use support::fake_model::{Gate, Script};
use thirtyfour::Key;

use crate::browser::Browser;
use crate::looks::{Looks, Screen};
use crate::site::{Policy, Site};
use crate::world::World;

/// The variable in which `cargo xtask test` names axe-core's script.
const AXE: &str = "OPENCLAW_AXE";

const ANSWER: &str = "A parcel of **5 kg** within the country costs:\n\n| way | price |\n|---|---|\n\
    | Economy | €6.90 |\n| Standard | €8.40 |\n\n- Hand it in at any [service point]\
    (https://example.com/points)\n- Keep the `TRK-` number\n\n> Prices as of today.";

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_english() {
    audit("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_from_right_to_left() {
    audit("ar").await;
}

/// Light and dark, on large and small screens, closed and open.
async fn audit(language: &'static str) {
    let axe = axe();
    let world = World::start();
    let browser = Browser::start().await;
    for screen in [Screen::Desktop, Screen::Phone, Screen::Smallest] {
        for scheme in ["light", "dark"] {
            let looks = Looks { screen, scheme, language };
            browser.dress(&looks).await;
            browser.visit(&world.page()).await;
            browser.run("sessionStorage.clear(); localStorage.clear();").await;
            browser.visit(&world.page()).await;
            browser.until("one('.launcher')").await;
            browser.run(&axe).await;
            assert_eq!(violations(&browser).await, json!([]), "closed, {looks:?}");
            browser.open().await;
            world.model.push(Script::saying(&[ANSWER]));
            browser.write("What does it cost?").await;
            browser.until("!one('.live') && one('.bubble table')").await;
            settle(&browser).await;
            assert_eq!(violations(&browser).await, json!([]), "open, {looks:?}");
            let wide = "document.documentElement.scrollWidth > innerWidth ||
                one('.panel').getBoundingClientRect().right > innerWidth ||
                one('.panel').getBoundingClientRect().left < 0";
            assert_eq!(browser.value(wide).await, json!(false), "wider than the screen, {looks:?}");
            let turned = browser.value("getComputedStyle(one('.panel')).direction").await;
            assert_eq!(turned, json!(if language == "ar" { "rtl" } else { "ltr" }));
            let size =
                browser.value("parseFloat(getComputedStyle(one('textarea')).fontSize)").await;
            assert!(size.as_f64() >= Some(16.0), "phones zoom into smaller fields: {size}");
            browser.picture(&looks.to_string()).await;
        }
    }
    // axe does look into the chat.
    browser.run("one('.send').removeAttribute('aria-label');").await;
    let found = violations(&browser).await;
    assert!(found.to_string().contains("button-name"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_opens_writes_closes_and_is_back_where_it_was() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    browser.until("one('.launcher')").await;
    browser.run("one('.launcher').focus();").await;
    browser.press(Key::Enter).await;
    browser.until("focused('textarea')").await;
    browser.until_connected().await;
    for key in ["H", "i"] {
        browser.driver().action_chain().send_keys(key).perform().await.unwrap();
    }
    browser.press(Key::Enter).await;
    browser.until_answered(&["answer: Hi"]).await;
    browser.press(Key::Escape).await;
    browser.until("!shown('.panel') && focused('.launcher')").await;
    browser.press(Key::Enter).await;
    browser.until("shown('.panel') && focused('textarea')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_goes_back_to_the_button_of_a_site_that_has_its_own() {
    let site = Site::start().await;
    let world = World::start_with(json!({ "allowedOrigins": [site.origin()] }));
    let page = site.embed(&world.page(), "data-launcher=\"none\"", Policy::Sources);
    let browser = Browser::start().await;
    browser.visit(&page).await;
    browser.until("window.OpenClawChat?.open").await;
    browser
        .run(
            "const ours = Object.assign(document.createElement('button'), { textContent: 'Ask us' });
            ours.onclick = () => OpenClawChat.open();
            document.querySelector('main').append(ours);
            ours.focus();",
        )
        .await;
    browser.press(Key::Enter).await;
    browser.until("focused('textarea')").await;
    browser.press(Key::Escape).await;
    browser.until("!shown('.panel')").await;
    let focused = browser.value("document.activeElement.outerHTML").await;
    assert_eq!(focused, json!("<button>Ask us</button>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ink_can_be_read_on_an_accent_of_any_colour_space() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    browser.until("one('.launcher')").await;
    for (colour, ink) in [
        ("#fd0", "dark"),
        ("#123", "light"),
        ("oklch(0.95 0.05 100)", "dark"),
        ("oklch(0.3 0.1 260)", "light"),
        ("lab(95 0 0)", "dark"),
        ("lab(20 0 0)", "light"),
        ("color(display-p3 1 1 0.9)", "dark"),
        ("color(display-p3 0 0 0.3)", "light"),
    ] {
        let accent = format!("chat.host.style.setProperty('--openclaw-accent', '{colour}');");
        browser.run(&format!("{accent} dispatchEvent(new Event('load'));")).await;
        assert_eq!(browser.value("chat.host.dataset.ink").await, json!(ink), "{colour}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_dialog_of_a_small_screen_keeps_the_focus() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.dress(&Looks { screen: Screen::Phone, scheme: "light", language: "en" }).await;
    browser.visit_and_open(&world.page()).await;
    assert_eq!(browser.value("one('.panel').ariaModal").await, json!("true"));
    for _ in 0..8 {
        browser.press(Key::Tab).await;
        let within = "Boolean(chat.activeElement?.closest('.panel'))";
        assert_eq!(browser.value(within).await, json!(true));
    }
    browser.press(Key::Escape).await;
    browser.until("focused('.launcher')").await;
    browser.dress(&Looks { screen: Screen::Desktop, scheme: "light", language: "en" }).await;
    browser.visit_and_open(&world.page()).await;
    assert_eq!(browser.value("one('.panel').ariaModal").await, Value::Null);
    let mut left = false;
    for _ in 0..8 {
        browser.press(Key::Tab).await;
        left |= browser.value("!chat.activeElement?.closest('.panel')").await == json!(true);
    }
    assert!(left, "the page beside the panel can be reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_reply_is_announced_once_and_its_making_is_not() {
    let world = World::start();
    let gate = Gate::default();
    world.model.push(Script::new().say("Your parcel ").wait(&gate).say("is here.").finish());
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser
        .run(
            "window.announced = [];
            new MutationObserver((changes) => changes.forEach(({ addedNodes }) =>
                addedNodes.forEach((node) => window.announced.push(node.textContent))))
                .observe(one('[aria-live=polite]'), { childList: true, subtree: true });",
        )
        .await;
    browser.write("Where is my parcel?").await;
    browser.until_streaming("Your parcel").await;
    assert_eq!(browser.value("window.announced").await, json!([]));
    let log = "[one('.log').role, one('.log').ariaLive, one('.log').ariaBusy]";
    assert_eq!(browser.value(log).await, json!(["log", "off", "true"]));
    gate.open();
    browser.until_answered(&["Your parcel is here."]).await;
    browser.until("window.announced.length").await;
    browser.write("Thanks").await;
    browser.until("window.announced.length > 1").await;
    let announced = browser.value("window.announced").await;
    let name = "Virtual assistant";
    let wanted = [format!("{name}: Your parcel is here."), format!("{name}: answer: Thanks")];
    assert_eq!(announced, json!(wanted));
}

/// The script of axe-core.
pub(crate) fn axe() -> String {
    let named = std::env::var(AXE).unwrap_or_else(|_| {
        panic!("{AXE} must name axe-core's axe.min.js; `cargo xtask test` fetches it and sets it")
    });
    std::fs::read_to_string(&named).unwrap_or_else(|error| panic!("{AXE}: {named}: {error}"))
}

/// What axe finds wrong with the whole page, the chat included.
pub(crate) async fn violations(browser: &Browser) -> Value {
    let script = "axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations }) => done(violations.map(({ id, nodes }) => [id, nodes.map(
            ({ target, failureSummary }) => `${target.flat()}: ${failureSummary}`)])),
        (error) => done(String(error)));";
    browser.run_async(script).await
}

/// Waits until nothing moves any more: colours in mid-fade have no contrast to speak of.
pub(crate) async fn settle(browser: &Browser) {
    browser
        .until(
            "[...document.getAnimations(), ...chat.getAnimations()].every(
            ({ playState }) => playState === 'finished' || playState === 'idle')",
        )
        .await;
}
