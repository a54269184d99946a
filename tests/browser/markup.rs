//! Answers that attack the page: whatever a model says becomes words, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use support::fake_model::Script;
use tokio::net::TcpListener;

use crate::browser::Browser;
use crate::world::World;

/// Each calls `boom()` or leads to `evil.example` where it has an effect.
const VECTORS: &str = include_str!("xss.json");

/// One visitor may say this much in a row.
const IN_A_ROW: usize = 20;

/// What a conversation is made of: elements, with the attributes that each may have and their values.
/// Everything else that is found in the log is named.
const SAFE: &str = r##"
const block = { dir: /^(auto|ltr)$/ };
const words = { P: block, UL: block, OL: { ...block, start: /^\d+$/ }, LI: block, PRE: block,
    BLOCKQUOTE: block, TABLE: block, TR: block, TH: block, TD: block, BR: {}, HR: {}, STRONG: {}, EM: {},
    CODE: {}, BDI: {}, A: { href: /^(https?:\/\/|mailto:)/, target: /^_blank$/,
        rel: /^noopener noreferrer nofollow$/ } };
const around = { DIV: { class: /^(message (customer|assistant)( on)?|bubble)$/ },
    SPAN: { class: /^unseen$/ }, P: { class: /^(caption|day)$/ }, TIME: { datetime: /^[\dTZ:.-]+$/ } };
const strange = (known) => (element) => {
    const allowed = known[element.tagName];
    const wrong = [...element.attributes].filter(({ name, value }) => !allowed?.[name]?.test(value));
    const missing = element.tagName === 'A' && element.attributes.length < 3;
    return !allowed || wrong.length || missing ? [element.outerHTML] : [];
};
// Whoever names the bank and leads elsewhere has to say so.
const lies = (link) => link.tagName === 'A' && /bank/i.test(link.textContent.normalize('NFKC'))
    && link.hostname !== 'bank.example' && !link.textContent.includes(link.hostname || link.pathname);
const within = all('.log .list .bubble *');
const found = [
    ...within.flatMap(strange(words)),
    ...within.filter(lies).map((link) => `a lie: ${link.outerHTML}`),
    ...all('.log .list *').filter((element) => !element.parentElement.closest('.bubble'))
        .flatMap(strange(around)),
];
"##;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_model_or_a_customer_says_runs_nothing_and_fetches_nothing() {
    let vectors: Vec<String> = serde_json::from_str(VECTORS).unwrap();
    assert!(vectors.len() >= 40, "{} vectors are too few", vectors.len());
    let trap = Trap::start().await;
    let browser = Browser::start_with(&trap.rules()).await;
    let world = World::start();
    for visit in vectors.chunks(IN_A_ROW) {
        browser.visit(&world.page()).await;
        browser.run("localStorage.clear(); sessionStorage.clear();").await;
        browser.visit_and_open(&world.page()).await;
        browser.run("window.booms = 0; window.boom = () => { window.booms += 1; };").await;
        for (number, vector) in visit.iter().enumerate() {
            say(&world, vector);
            ask(&browser, vector).await;
            let answered =
                format!("!one('.live') && all('.message.assistant').length === {}", number + 1);
            browser.until(&answered).await;
        }
        assert_eq!(browser.run(&format!("{SAFE}return found;")).await, json!([]));
        assert_eq!(browser.value("window.booms").await, json!(0));
        let here = browser.driver().current_url().await.unwrap();
        assert_eq!(here.as_str(), world.page(), "the page is still the same");
    }
    assert_eq!(trap.visits(), 0, "nothing was fetched from anywhere else");
    assert_eq!(world.model.request_count(), vectors.len());
    // The checks see what they are there to see.
    for strange in [
        "<img>",
        "<p class=x>x</p>",
        "<p style=color:red>x</p>",
        "<a href=https://bank.example/>no rel</a>",
        "<a href=/x target=_blank rel='noopener noreferrer nofollow'>x</a>",
        "<a href=https://evil.example/ target=_blank rel='noopener noreferrer nofollow'>bank</a>",
    ] {
        let add = format!("one('.bubble').innerHTML = {};", json!(strange));
        browser.run(&add).await;
        let found = browser.run(&format!("{SAFE}return found.length;")).await;
        assert_eq!(found, json!(1), "{strange}");
    }
    browser.run("boom();").await;
    assert_eq!(browser.value("window.booms").await, json!(1));
    browser.visit("http://evil.example/").await;
    assert!(trap.visits() > 0);
}

/// Makes the model say it in a few pieces, so that each half of it is drawn, too.
fn say(world: &World, vector: &str) {
    let middle = vector.ceil_char_boundary(vector.len() / 2);
    let pieces = [&vector[..middle], &vector[middle..]];
    world.model.push(Script::saying(&pieces));
}

/// Writes it as a visitor who pastes it.
async fn ask(browser: &Browser, vector: &str) {
    let paste = format!("one('textarea').value = {};", json!(vector));
    browser.run(&paste).await;
    browser.click(".send").await;
}

/// A server at which every request for another host arrives.
struct Trap {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Trap {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let visits = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&visits);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                answer(connection).await;
            }
        });
        Self { port, visits }
    }

    /// What makes a browser come here.
    fn rules(&self) -> [String; 1] {
        let port = self.port;
        [format!("--host-resolver-rules=MAP *.example 127.0.0.1:{port}")]
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

/// An empty page for whoever asks in plain HTTP.
async fn answer(mut connection: tokio::net::TcpStream) {
    use tokio::io::AsyncWriteExt as _;
    let page = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let _ = connection.write_all(page).await;
    let _ = connection.shutdown().await;
}
