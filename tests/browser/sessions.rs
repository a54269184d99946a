//! Sessions as the widget keeps them: renewed while they are good, shared by tabs, and told to the
//! site, also to a listener that comes late.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::site::{Policy, Site};
use crate::storage::FILLING;
use crate::visitors::{SECRET, signature};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_can_not_be_renewed_now_is_used_while_it_lasts() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    browser.block(&["*/webchat/session*"]).await;
    browser.reload().await;
    browser.until_connected().await;
    browser.write("After").await;
    browser.until_answered(&["answer: Before", "answer: After"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_renewed_when_half_of_its_time_is_over() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    let read = "const [key] = Object.keys(localStorage).filter((key) => key.endsWith(':session'));
        const session = JSON.parse(localStorage.getItem(key));";
    let shift = async |days: u32| {
        let shift = format!(
            "{read} session.expires_at -= {days} * 86_400_000; session.server_time -= {days} * 86_400_000;
            localStorage.setItem(key, JSON.stringify(session)); return session.token;"
        );
        browser.run(&shift).await
    };
    let ask = async |question: &str| {
        browser.write(question).await;
        browser.until(&format!("answers().at(-1) === 'answer: {question}'")).await;
        browser.run(&format!("{read} return session.token;")).await
    };
    let early = shift(14).await;
    assert_eq!(ask("One").await, early);
    let late = shift(2).await;
    assert_ne!(ask("Two").await, late);
    browser.until_answered(&["answer: One", "answer: Two"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_for_which_there_is_no_room_signs_no_other_tab_out() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Who am I?").await;
    browser.until_answered(&["answer: Who am I?"]).await;
    let driver = browser.driver();
    let first = driver.window().await.unwrap();
    let second = driver.new_window().await.unwrap();
    driver.switch_to_window(second.clone()).await.unwrap();
    browser.visit_and_open(&world.page()).await;
    browser.until_answered(&["answer: Who am I?"]).await;
    // Whatever of the chat could give way has done so, and the next session takes more than this one.
    let least = "for (const key of Object.keys(localStorage)) {
            if (key.endsWith(':log')) localStorage.removeItem(key);
            if (!key.endsWith(':session')) continue;
            const { token, user, expires_at, server_time } = JSON.parse(localStorage.getItem(key));
            localStorage.setItem(key, JSON.stringify({ token, user, expires_at, server_time }));
        }";
    browser.run(&format!("{least}{FILLING}")).await;
    let renewed = browser
        .run_async(
            "const { session } = chat.host.chat;
            const { token } = session.known;
            session.renew(token).then(() => done(session.known.token !== token), String);",
        )
        .await;
    assert_eq!(renewed, json!(true));
    driver.switch_to_window(first).await.unwrap();
    browser.until_answered(&["answer: Who am I?"]).await;
    browser.write("Still me?").await;
    let both = ["answer: Who am I?", "answer: Still me?"];
    browser.until_answered(&both).await;
    driver.switch_to_window(second).await.unwrap();
    browser.until_answered(&both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_late_is_told_how_things_are_and_not_how_they_were() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    let listen = "const heard = {};
        for (const name of ['ready', 'session', 'unread', 'open', 'close']) {
            OpenClawChat.on(name, (detail) => { heard[name] = detail; });
        }
        return heard;";
    let key = browser.value("chat.host.chat.session.known.conversation").await;
    let heard = browser.run(listen).await;
    assert_eq!(
        heard,
        json!({ "ready": {}, "session": { "conversation": key }, "unread": { "count": 0 } })
    );
    // Whoever has signed out is nobody until there is another session.
    browser.block(&["*/webchat/session*"]).await;
    browser.run("OpenClawChat.identify(null);").await;
    assert_eq!(browser.run(listen).await["session"], Value::Null);
    browser.block(&[]).await;
    browser.run("OpenClawChat.on('session', (detail) => { window.next = detail; });").await;
    let next = browser.until("window.next?.conversation").await;
    assert_ne!(next, key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_whose_ids_are_numbers_has_them_signed_as_their_digits() {
    let site = Site::start().await;
    let world = World::start_with(json!({
        "allowedOrigins": [site.origin()], "identitySecret": SECRET,
    }));
    let page = site.embed(&world.page(), "", Policy::Sources);
    let browser = Browser::start().await;
    browser.visit(&page).await;
    browser.until("window.OpenClawChat?.open").await;
    let who = format!("{{ user_id: 42, signature: '{}', name: null }}", signature("42"));
    browser.run(&format!("OpenClawChat.identify({who}); OpenClawChat.open();")).await;
    browser.until_connected().await;
    assert_eq!(browser.value("chat.host.chat.session.known.conversation").await, json!("u/42"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_is_the_sites_fault_and_not_the_visitors() {
    let site = Site::start().await;
    let world = World::start_with(json!({
        "allowedOrigins": [site.origin()], "identitySecret": SECRET,
    }));
    let page = site.embed(&world.page(), "", Policy::Sources);
    let browser = Browser::start().await;
    browser.visit(&page).await;
    browser.until("window.OpenClawChat?.open").await;
    let long = "€".repeat(200);
    let who = format!("{{ user_id: '{long}', signature: '{}' }}", signature(&long));
    browser.run(&format!("OpenClawChat.identify({who}); OpenClawChat.open();")).await;
    browser.until_connected().await;
    browser.write("Who am I?").await;
    browser.until_answered(&["answer: Who am I?"]).await;
    let said = browser.driver().browser_log().await.unwrap();
    assert!(said.iter().any(|entry| entry.message.contains("510 bytes")), "{said:?}");
}
