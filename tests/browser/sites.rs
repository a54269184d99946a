//! Sites of other origins: the strictest policy, and visitors whom the site vouches for.

use serde_json::{Value, json};
use support::http::send;

use crate::browser::Browser;
use crate::page::PATIENCE;
use crate::site::{Policy, Site};
use crate::visitors::{SECRET, signature};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_strictest_policy_of_sources_has_nothing_to_object_to() {
    has_nothing_to_object_to(Policy::Sources).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_strictest_policy_of_nonces_has_nothing_to_object_to() {
    has_nothing_to_object_to(Policy::Nonce).await;
}

async fn has_nothing_to_object_to(policy: Policy) {
    let site = Site::start().await;
    let world = World::start_with(json!({ "allowedOrigins": [site.origin()] }));
    let page = site.embed(&world.page(), "", policy);
    let browser = Browser::start().await;
    watch_policy(&browser).await;
    browser.visit_and_open(&page).await;
    world.model.push(support::fake_model::Script::saying(&[
        "**Bold**, `code`, [a link](https://example.com/), and\n\n",
        "| a | table |\n|---|---|\n| 1 | 2 |\n\n> a quotation\n\n```\nwith code\n```\n",
    ]));
    browser.write("Show me all that you can").await;
    browser.until("!one('.live') && one('.bubble table') && one('.bubble pre')").await;
    browser.click(".close").await;
    browser.until("!shown('.panel')").await;
    assert_eq!(browser.value("window.violations").await, json!([]));
    let said = browser.driver().browser_log().await.unwrap();
    assert!(said.is_empty(), "the console has {said:?}");
    // The policy is there, and is watched.
    browser.run("document.body.setAttribute('style', 'color: red');").await;
    browser.until("window.violations.length === 1").await;
    browser.run("document.body.append(Object.assign(new Image(), {src: '/x.png'}));").await;
    browser.until("window.violations.length === 2").await;
    let inline = "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}));";
    browser.run(inline).await;
    browser.until("window.violations.length === 3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_opens_and_closes_the_chat_and_hears_what_happens_in_it() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    // As a site does it before or after the script has come.
    browser
        .run(
            "window.heard = [];
            const hear = (name) => ({ text }) => window.heard.push(text ? `${name}: ${text}` : name);
            const deaf = () => window.heard.push('what nobody listens to any more');
            (window.OpenClawChat ??= []).push((chat) => {
                for (const name of ['ready', 'open', 'sent', 'message', 'close']) chat.on(name, hear(name));
                chat.on('open', () => { throw new Error('a listener with a fault'); });
                chat.on('open', deaf).off('open', deaf);
            });
            window.OpenClawChat.push(['open']);",
        )
        .await;
    browser.until_connected().await;
    browser.until("focused('textarea')").await;
    browser.write("Hi").await;
    browser.until_answered(&["answer: Hi"]).await;
    browser.until("window.heard.includes('sent: Hi')").await;
    browser.run("OpenClawChat.close();").await;
    browser.until("!shown('.panel') && window.heard.includes('close')").await;
    let heard = browser.value("window.heard.sort()").await;
    assert_eq!(heard, json!(["close", "message: answer: Hi", "open", "ready", "sent: Hi"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_not_allowed_gets_no_session_and_its_developer_is_told_why() {
    let site = Site::start().await;
    let world = World::start();
    let page = site.embed(&world.page(), "", Policy::Sources);
    let browser = Browser::start().await;
    browser.visit(&page).await;
    browser.until("one('.launcher')").await;
    browser
        .run(
            "window.codes = [];
            OpenClawChat.on('error', ({ code }) => window.codes.push(code));
            const real = window.fetch;
            window.tries = 0;
            window.fetch = (url, how) => {
                window.tries += String(url).endsWith('/session');
                return real(url, how);
            };",
        )
        .await;
    browser.click(".launcher").await;
    browser.until("one('.banner')?.textContent.startsWith('The chat is not available')").await;
    assert_eq!(browser.value("Boolean(one('.panel.linked'))").await, json!(false));
    // However often it is tried again, that is what the visitor sees, and the developer is told once.
    browser
        .run(
            "window.banners = new Set();
            new MutationObserver(() => window.banners.add(one('.banner').textContent))
                .observe(one('.panel'), { subtree: true, childList: true, characterData: true });",
        )
        .await;
    browser.until("(chat.host.chat.stream.pause.end(), window.tries > 3)").await;
    assert_eq!(browser.value("window.banners.size").await, json!(0));
    assert_eq!(browser.value("window.codes").await, json!(["origin_not_allowed"]));
    let said = browser.driver().browser_log().await.unwrap();
    let told = said.iter().filter(|entry| entry.message.contains("OpenClawChat"));
    let told: Vec<_> = told.map(|entry| &entry.message).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(&site.origin()) && told[0].contains("allowedOrigins"), "{told:?}");
    let kept = "Object.keys(localStorage).filter((key) => key.endsWith(':session'))";
    assert_eq!(browser.value(kept).await, json!([]));
}

/// A gateway that only this machine can reach doesn't take a page for its own that has another name.
#[tokio::test(flavor = "multi_thread")]
async fn the_developer_of_a_page_under_a_name_of_its_own_is_told_the_same() {
    let world = World::start();
    let names = "--host-resolver-rules=MAP shop.example 127.0.0.1".to_owned();
    let browser = Browser::start_with(&[names]).await;
    browser.visit(&world.page().replace("127.0.0.1", "shop.example")).await;
    browser.until("one('.launcher')").await;
    browser.click(".launcher").await;
    browser.until("one('.banner')?.textContent.startsWith('The chat is not available')").await;
    let said = browser.driver().browser_log().await.unwrap();
    assert!(said.iter().any(|entry| entry.message.contains("allowedOrigins")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_whom_the_site_vouches_for_has_one_conversation_on_all_devices() {
    let site = Site::start().await;
    let world = World::start_with(json!({
        "allowedOrigins": [site.origin()], "identitySecret": SECRET,
    }));
    let attributes = format!(
        "data-identity-user=\"42\" data-identity-signature=\"{}\" data-identity-name=\"Ann\"",
        signature("42")
    );
    let page = site.embed(&world.page(), &attributes, Policy::Sources);
    let browser = Browser::start().await;
    browser.visit_and_open(&page).await;
    browser.write("From my phone").await;
    browser.until_answered(&["answer: From my phone"]).await;
    // A device that knows nothing of the first one.
    browser.run("localStorage.clear(); sessionStorage.clear();").await;
    browser.visit_and_open(&page).await;
    browser.until_answered(&["answer: From my phone"]).await;
    let identified = "Object.keys(sessionStorage).filter((key) => key.endsWith(':session'))
        .map((key) => JSON.parse(sessionStorage.getItem(key)).identified)";
    assert_eq!(browser.value(identified).await, json!([true]));
    browser.run("OpenClawChat.identify(null);").await;
    browser.until("answers().length === 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_for_whom_nobody_vouches_sees_nothing_of_the_one_they_claim_to_be() {
    let site = Site::start().await;
    let world = World::start_with(json!({
        "allowedOrigins": [site.origin()], "identitySecret": SECRET,
    }));
    // Somebody's signature, but not this one's.
    let attributes =
        format!("data-identity-user=\"42\" data-identity-signature=\"{}\"", signature("43"));
    let page = site.embed(&world.page(), &attributes, Policy::Sources);
    let browser = Browser::start().await;
    browser.visit_and_open(&page).await;
    browser.write("Who am I?").await;
    browser.until_answered(&["answer: Who am I?"]).await;
    let named = "Object.keys(sessionStorage).filter((key) => key.endsWith(':session'))";
    assert_eq!(browser.value(named).await, json!([]));
    let said = browser.driver().browser_log().await.unwrap();
    assert!(said.iter().any(|entry| entry.message.contains("identity was refused")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_told_whom_they_are_talking_to() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit(&world.page()).await;
    // As a site does that hands visitors on to its people.
    let job = "(chat) => chat.on('session', (session) => (window.handed = session.conversation))";
    browser.run(&format!("(window.OpenClawChat ??= []).push({job});")).await;
    browser.open().await;
    browser.write("May I talk to somebody?").await;
    browser.until_answered(&["answer: May I talk to somebody?"]).await;
    let assistant = browser.texts(".who").await;
    let conversation = browser.value("window.handed").await;
    let conversation = conversation.as_str().expect("the site was told the key");
    let operator = Operator::of(&world, conversation);
    operator.does("takeover", &json!({ "name": "Rosa" })).await;
    let now = "texts('.who')[0] === 'You are now talking to Rosa'";
    browser.until(&format!("{now} && one('.notice.taken_over')")).await;
    browser.write("Hello Rosa").await;
    browser.until("texts('.message.customer .caption').at(-1)?.includes('Sent')").await;
    operator.does("say", &json!({ "text": "Hello, *I* am Rosa", "message_id": "1" })).await;
    browser.until("texts('.message.person .bubble')[0] === 'Hello, I am Rosa'").await;
    assert_eq!(browser.texts(".message.person .name").await, ["Rosa"]);
    browser.reload().await;
    browser.until_connected().await;
    browser.until(now).await;
    // Nobody but Rosa has answered.
    browser.until_answered(&["answer: May I talk to somebody?"]).await;
    operator.does("resume", &json!({})).await;
    browser.until("one('.notice.resumed')").await;
    assert_eq!(browser.texts(".who").await, assistant);
    browser.write("And now?").await;
    browser.until_within("answers().at(-1)?.endsWith('And now?')", PATIENCE).await;
    assert_eq!(world.model.request_count(), 2, "the model didn't answer in Rosa's place");
}

/// A person of the company at one conversation.
struct Operator {
    port: u16,
    path: String,
}

impl Operator {
    fn of(world: &World, conversation: &str) -> Self {
        let path = format!("/api/v1/channels/webchat/conversations/{conversation}");
        Self { port: world.gateways[0].port(), path }
    }

    async fn does(&self, what: &str, how: &Value) {
        let (path, json) =
            (format!("{}/{what}", self.path), [("content-type", "application/json")]);
        let answer = send(self.port, "POST", &path, &json, &how.to_string()).await.unwrap();
        assert_eq!(answer.status / 100, 2, "{what}: {}", answer.body);
    }
}

/// Collects what a policy objects to, from before the page's first script on.
async fn watch_policy(browser: &Browser) {
    let source = "window.violations = []; document.addEventListener('securitypolicyviolation',
        (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));";
    let parameters = json!({ "source": source });
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", parameters).await;
}
