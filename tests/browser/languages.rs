//! The languages: by the site's word, by the browser's, and complete.

use serde_json::json;

use crate::browser::Browser;
use crate::looks::{Looks, Screen};
use crate::markdown::in_panel;
use crate::site::{Policy, Site};
use crate::world::World;

/// What a visitor reads in one language.
struct Words {
    language: &'static str,
    /// A browser's setting in which this language comes first.
    browser: &'static str,
    direction: &'static str,
    open: &'static str,
    title: &'static str,
    assistant: &'static str,
    hint: &'static str,
    sent: &'static str,
}

const LANGUAGES: [Words; 6] = [
    Words {
        language: "en",
        browser: "en-GB",
        direction: "ltr",
        open: "Open chat",
        title: "How can we help?",
        assistant: "Virtual assistant",
        hint: "Write a message…",
        sent: "Sent",
    },
    Words {
        language: "de",
        browser: "de-AT,en",
        direction: "ltr",
        open: "Chat öffnen",
        title: "Wie können wir helfen?",
        assistant: "Virtueller Assistent",
        hint: "Nachricht schreiben …",
        sent: "Gesendet",
    },
    Words {
        language: "es",
        browser: "pt-BR,es-MX",
        direction: "ltr",
        open: "Abrir el chat",
        title: "¿Cómo podemos ayudarle?",
        assistant: "Asistente virtual",
        hint: "Escriba un mensaje…",
        sent: "Enviado",
    },
    Words {
        language: "fr",
        browser: "fr",
        direction: "ltr",
        open: "Ouvrir le chat",
        title: "Comment pouvons-nous vous aider ?",
        assistant: "Assistant virtuel",
        hint: "Écrivez un message…",
        sent: "Envoyé",
    },
    Words {
        language: "tr",
        browser: "tr-TR",
        direction: "ltr",
        open: "Sohbeti aç",
        title: "Size nasıl yardımcı olabiliriz?",
        assistant: "Sanal asistan",
        hint: "Bir mesaj yazın…",
        sent: "Gönderildi",
    },
    Words {
        language: "ar",
        browser: "ar-EG",
        direction: "rtl",
        open: "فتح المحادثة",
        title: "كيف يمكننا مساعدتك؟",
        assistant: "المساعد الافتراضي",
        hint: "اكتب رسالة…",
        sent: "أُرسلت",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_speaks_the_language_that_the_site_asks_for() {
    let mut sites = Vec::new();
    for _ in 0..=LANGUAGES.len() {
        sites.push(Site::start().await);
    }
    let origins: Vec<_> = sites.iter().map(Site::origin).collect();
    let world = World::start_with(json!({ "allowedOrigins": origins }));
    let browser = Browser::start().await;
    // The site's word counts more than the browser's.
    prefer(&browser, "fr").await;
    for (words, site) in LANGUAGES.iter().zip(&sites) {
        let attribute = format!("data-lang=\"{}\"", words.language);
        browser.visit(&site.embed(&world.page(), &attribute, Policy::Sources)).await;
        speaks(&browser, words).await;
    }
    // A language that the chat doesn't have is no wish at all.
    let site = &sites[LANGUAGES.len()];
    browser.visit(&site.embed(&world.page(), "data-lang=\"xx\"", Policy::Sources)).await;
    speaks(&browser, &LANGUAGES[3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_speaks_the_first_of_the_browsers_languages_that_it_has() {
    let world = World::start();
    let browser = Browser::start().await;
    for words in &LANGUAGES {
        prefer(&browser, words.browser).await;
        browser.visit(&world.page()).await;
        browser.run("localStorage.clear(); sessionStorage.clear();").await;
        browser.visit(&world.page()).await;
        speaks(&browser, words).await;
    }
    prefer(&browser, "xx-XX,pt").await;
    browser.run("localStorage.clear(); sessionStorage.clear();").await;
    browser.visit(&world.page()).await;
    speaks(&browser, &LANGUAGES[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_language_has_every_string_with_the_same_gaps() {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    let found = in_panel(
        &browser,
        "const shape = (table) => JSON.stringify(Object.keys(table).sort()
            .map((key) => [key, (table[key].match(/\\{\\w+\\}/g) ?? []).sort(), Boolean(table[key].trim())]));
        const { en, ...others } = panel.languages;
        const strange = Object.entries(others).flatMap(([name, table]) => [
            ...(shape(table) === shape(en) ? [] : [`${name} has other keys or gaps`]),
            ...Object.keys(en).filter((key) => table[key] === en[key] && table[key] !== 'Conversation').map((key) => `${name}: ${key} is English`),
        ]);
        done({ languages: Object.keys(panel.languages).sort(), strings: Object.keys(en).length, strange });",
    )
    .await;
    assert_eq!(found["languages"], json!(["ar", "de", "en", "es", "fr", "tr"]));
    assert_eq!(found["strange"], json!([]));
    assert!(found["strings"].as_u64() > Some(20), "{found}");
}

/// Makes these the browser's languages.
async fn prefer(browser: &Browser, languages: &'static str) {
    browser.dress(&Looks { screen: Screen::Desktop, scheme: "light", language: languages }).await;
}

/// All that a visitor comes upon first is in this language, in its direction.
async fn speaks(browser: &Browser, words: &Words) {
    browser.until("one('.launcher')").await;
    let label = browser.value("one('.launcher').ariaLabel").await;
    assert_eq!(label, json!(words.open), "{}", words.language);
    browser.open().await;
    let element = "[chat.host.lang, chat.host.dir, getComputedStyle(one('.panel')).direction]";
    let wanted = json!([words.language, words.direction, words.direction]);
    assert_eq!(browser.value(element).await, wanted);
    let shown = "[texts('h2')[0], texts('.who')[0], one('textarea').placeholder, one('textarea').ariaLabel]";
    let wanted = json!([words.title, words.assistant, words.hint, words.hint]);
    assert_eq!(browser.value(shown).await, wanted);
    browser.write("42").await;
    browser.until_answered(&["answer: 42"]).await;
    browser.until(&format!("texts('.customer .caption')[0].includes({})", json!(words.sent))).await;
}
