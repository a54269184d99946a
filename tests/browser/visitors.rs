//! Visitors whom the site knows, one after the other at the same computer: what one has written and
//! not sent survives a reload, and is nothing to the next.

use hmac::{Hmac, Mac as _};
use serde_json::json;
use sha2::Sha256;

use crate::browser::Browser;
use crate::site::{Policy, Site};
use crate::world::World;

/// What the site and the gateway share.
pub(crate) const SECRET: &str = "shared-by-the-site-and-the-gateway";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_signed_in_visitor_could_not_send_survives_a_reload_and_ends_with_them() {
    let (world, browser, _site) = signed_in("ann").await;
    browser.block(&["*/webchat/messages*"]).await;
    browser.write("My private question").await;
    browser.until("kept(sessionStorage).includes('My private question')").await;
    assert_eq!(browser.value("kept(localStorage)").await, json!(""), "the next one finds nothing");
    browser.reload().await;
    browser.until_connected().await;
    browser.until("questions()[0] === 'My private question'").await;
    // Somebody else signs in.
    browser.run(&format!("OpenClawChat.identify({});", identity("bob"))).await;
    browser.until("questions().length === 0 && shown('.panel.linked')").await;
    assert_eq!(browser.value("kept(sessionStorage).includes('private')").await, json!(false));
    browser.block(&[]).await;
    browser.write("From Bob").await;
    browser.until_answered(&["answer: From Bob"]).await;
    assert_eq!(world.model.request_count(), 1, "Ann's question was asked by nobody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_signed_in_visitor_could_not_send_is_sent_after_a_reload() {
    let (world, browser, _site) = signed_in("ann").await;
    browser.block(&["*/webchat/messages*"]).await;
    browser.write("Are you there?").await;
    browser.until("kept(sessionStorage).includes('Are you there?')").await;
    browser.reload().await;
    browser.until_connected().await;
    browser.block(&[]).await;
    browser.until_answered(&["answer: Are you there?"]).await;
    assert_eq!(browser.texts(".message.customer .bubble").await, ["Are you there?"]);
    assert_eq!(world.model.request_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_leaves_nothing_behind() {
    let (_world, browser, _site) = signed_in("ann").await;
    browser.write("Before").await;
    browser.until_answered(&["answer: Before"]).await;
    browser.block(&["*/webchat/messages*", "*/webchat/session*"]).await;
    browser.write("My private question").await;
    browser
        .until(
            "kept(sessionStorage).includes('private') && kept(sessionStorage).includes('Before')",
        )
        .await;
    browser.run("OpenClawChat.identify(null);").await;
    browser.until("questions().length === 0 && answers().length === 0").await;
    let left = browser.value("kept(sessionStorage) + kept(localStorage)").await;
    let left = left.as_str().unwrap();
    assert!(
        !left.contains("private") && !left.contains("Before") && !left.contains("ann"),
        "{left}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_signing_in_goes_along() {
    let (world, browser, _site) = signed_in("ann").await;
    browser.run("OpenClawChat.identify(null);").await;
    browser.until_connected().await;
    browser.block(&["*/webchat/messages*"]).await;
    browser.write("Whoever I am").await;
    browser.until("kept(localStorage).includes('Whoever I am')").await;
    browser.run(&format!("OpenClawChat.identify({});", identity("ann"))).await;
    browser.until("kept(sessionStorage).includes('Whoever I am')").await;
    assert_eq!(browser.value("kept(localStorage).includes('Whoever')").await, json!(false));
    browser.block(&[]).await;
    browser.until_answered(&["answer: Whoever I am"]).await;
    assert_eq!(world.model.request_count(), 1);
}

/// A site at which this visitor has signed in, with the chat open.
async fn signed_in(user: &str) -> (World, Browser, Site) {
    let site = Site::start().await;
    let world = World::start_with(json!({
        "allowedOrigins": [site.origin()], "identitySecret": SECRET,
    }));
    let attributes =
        format!("data-identity-user=\"{user}\" data-identity-signature=\"{}\"", signature(user));
    let page = site.embed(&world.page(), &attributes, Policy::Sources);
    let browser = Browser::start().await;
    browser.visit_and_open(&page).await;
    (world, browser, site)
}

fn identity(user: &str) -> serde_json::Value {
    json!({ "user_id": user, "signature": signature(user) })
}

/// What the site's server says of its visitor.
pub(crate) fn signature(user: &str) -> String {
    let mut code = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    code.update(user.as_bytes());
    code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
