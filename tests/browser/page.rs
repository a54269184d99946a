//! The chat on a page, as its visitor sees and uses it. Waiting happens within the page, until
//! something holds, and never without end.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::{Key, WebElement};

use crate::browser::{Browser, picture};

/// How long the page may take for anything, on a machine at work.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What every script begins with.
const PRELUDE: &str = "
const chat = document.querySelector('openclaw-chat')?.shadowRoot;
const one = (selector) => chat?.querySelector(selector);
const all = (selector) => [...(chat?.querySelectorAll(selector) ?? [])];
const texts = (selector) => all(selector).map((element) => element.textContent);
const answers = () => texts('.message.assistant .bubble');
const questions = () => texts('.message.customer .bubble');
const kept = (place) => Object.entries(place).join();
const shown = (selector) => Boolean(one(selector)?.checkVisibility());
const focused = (selector) => Boolean(one(selector)?.matches(':focus'));
";

impl Browser {
    /// Goes to an address.
    pub(crate) async fn visit(&self, url: &str) {
        self.driver().goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Goes to an address and opens the chat by its button.
    pub(crate) async fn visit_and_open(&self, url: &str) {
        self.visit(url).await;
        self.open().await;
    }

    /// Opens the chat by its button, and waits until it is connected.
    pub(crate) async fn open(&self) {
        self.until("one('.launcher')").await;
        self.click(".launcher").await;
        self.until("shown('.panel')").await;
        self.until_connected().await;
    }

    /// Waits until the panel is there and its stream is open.
    pub(crate) async fn until_connected(&self) {
        self.until("shown('.panel.linked')").await;
    }

    /// Runs a script in the page, and returns what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let ran = self.driver().execute(format!("{PRELUDE}{script}"), Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// Runs a script that ends when it calls `done`, and returns what it is called with.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1];{PRELUDE}{script}");
        let ran = self.driver().execute_async(&*script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// The value of an expression.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        self.run(&format!("return {expression};")).await
    }

    /// The texts of what a selector finds in the chat.
    pub(crate) async fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.value(&format!("texts({})", json!(selector))).await;
        serde_json::from_value(found).expect("texts")
    }

    /// Waits until an expression is true of the page, and returns its value.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        self.until_within(expression, PATIENCE).await
    }

    /// As [`Self::until`], with another limit.
    pub(crate) async fn until_within(&self, expression: &str, patience: Duration) -> Value {
        let script = format!(
            "const end = performance.now() + {};
            (function look() {{
                {PRELUDE}
                let value;
                try {{ value = ({expression}); }} catch (error) {{ return done([String(error)]); }}
                if (value) done([null, value]);
                else if (performance.now() > end) done(['it never became true']);
                else setTimeout(look, 10);
            }})();",
            patience.as_millis()
        );
        let outcome = self.run_async(&script).await;
        match outcome[0].as_str() {
            None => outcome[1].clone(),
            Some(why) => panic!("{expression}: {why}; {}", self.described().await),
        }
    }

    /// Waits until the chat has these answers and no others, all of them finished.
    pub(crate) async fn until_answered(&self, answers: &[&str]) {
        let wanted = json!(answers).to_string();
        let expression =
            format!("!one('.live') && JSON.stringify(answers()) === JSON.stringify({wanted})");
        self.until(&expression).await;
    }

    /// Waits until an answer in the making begins so.
    pub(crate) async fn until_streaming(&self, partial: &str) {
        let expression = format!(
            "one('.message.assistant.live .bubble')?.textContent.trim() === {}",
            json!(partial)
        );
        self.until(&expression).await;
    }

    /// Writes something and sends it by Enter.
    pub(crate) async fn write(&self, text: &str) {
        let field = self.element("textarea").await;
        let typed = field.send_keys(text.to_owned() + Key::Enter).await;
        typed.unwrap_or_else(|error| panic!("typing: {error}"));
    }

    /// Clicks on what a selector finds in the chat.
    pub(crate) async fn click(&self, selector: &str) {
        let clicked = self.element(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Presses a key where the focus is.
    pub(crate) async fn press(&self, key: Key) {
        let pressed = self.driver().action_chain().send_keys(key).perform().await;
        pressed.unwrap_or_else(|error| panic!("a key: {error}"));
    }

    /// What a selector finds in the chat.
    pub(crate) async fn element(&self, selector: &str) -> WebElement {
        let script = format!("{PRELUDE}return one({});", json!(selector));
        let found = self.driver().execute(script, Vec::new()).await;
        let found = found.unwrap_or_else(|error| panic!("{selector}: {error}"));
        found.element().unwrap_or_else(|_| panic!("there is no {selector} in the chat"))
    }

    /// Lets no request reach addresses like these; without any, all do.
    pub(crate) async fn block(&self, addresses: &[&str]) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({ "urls": addresses })).await;
    }

    /// Loads the page anew.
    pub(crate) async fn reload(&self) {
        self.driver().refresh().await.expect("the page can be loaded anew");
    }

    /// Keeps every text that answers have from now on, for [`Self::recorded`].
    pub(crate) async fn record(&self) {
        self.run(
            "window.recorded = [];
            const keep = () => {
                const now = JSON.stringify(answers().map((text) => text.trim()));
                if (window.recorded.at(-1) !== now) window.recorded.push(now);
            };
            new MutationObserver(keep)
                .observe(chat, { subtree: true, childList: true, characterData: true });
            keep();",
        )
        .await;
    }

    /// Every state that the answers were seen in.
    pub(crate) async fn recorded(&self) -> Vec<Vec<String>> {
        let recorded = self.value("window.recorded.map((state) => JSON.parse(state))").await;
        serde_json::from_value(recorded).expect("what was recorded")
    }

    /// Keeps a picture of what is seen now.
    pub(crate) async fn picture(&self, name: &str) {
        let picture = picture(name);
        self.driver().screenshot(&picture).await.expect("a picture of the page");
    }

    /// What the page looks like, for the message of a test that failed.
    async fn described(&self) -> String {
        let seen = self
            .run_async(
                "const frames = setTimeout(() => tell('no frame is drawn'), 2000);
                requestAnimationFrame(() => { clearTimeout(frames); tell('frames are drawn'); });
                function tell(frames) {
                    done({ frames, visibility: document.visibilityState, title: document.title,
                        partial: chat?.host.chat?.transcript?.partial, link: chat?.host.chat?.link,
                        banner: texts('.banner'), who: texts('.who'), log: all('.log .list > *')
                            .map((row) => `${row.className}: ${row.textContent}`) });
                }",
            )
            .await;
        let said = self.driver().browser_log().await.unwrap_or_default();
        let said: Vec<_> = said.into_iter().map(|entry| entry.message).collect();
        format!("the page has {seen:#}, and its console said {said:#?}")
    }
}
