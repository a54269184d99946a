//! Markdown as the panel draws it, asked directly: texts that are made to take for ever, and links
//! whose words say something else than their address.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::world::World;

/// Texts of 200 KB, each made so that a search that begins anew at every place would not end within
/// the time that a test has.
const HOSTILE: &str = r##"
const LENGTH = 200_000;
const full = (text) => text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH);
const hostile = {
    tildes: full('~') + '`', fence: '```' + full(' ') + '`', words: '```' + full('a') + '`',
    heading: '# ' + full(' ') + 'x', signs: '# ' + full('#') + 'x', turns: '# ' + full('# ') + 'x',
    rule: full('- ') + 'x', stars: full('* ') + 'x', spaces: full(' ') + 'x',
    between: 'a|b\n' + full(' ') + 'x', dashes: 'a|b\n' + full('-'), cells: 'a|b\n' + full('-:|') + 'x',
    pipes: 'a|b\n-|-\n' + full('|'), escaped: 'a|b\n-|-\n' + full('\\|'),
    opened: full('['), closed: full('[') + '](', targets: full('[a]('), brackets: full('[a](('),
    lines: full('[a](b\n'), images: full('![a]('), title: '[a](' + full(' ') + ')',
    ticks: Array.from({ length: 600 }, (_, at) => '`'.repeat(at + 1)).join(' '),
    code: '`' + full(' ') + 'x`', padded: '` x' + full(' ') + '`',
    emphasis: full('*a '), strong: full('**a _b '), asterisks: full('*'), shut: full('a*'),
    under: full('_a'), names: full('http://@'), dots: 'http://a' + full('.'), ends: 'http://a' + full(')'),
    addresses: full('http://a,'), angles: full('<'), tags: full('<a'), quotes: full('>'),
    nested: full('> > > > > >\n'), items: full('- '), deeper: full('  - a\n'), apart: full('1. a\n\n'),
    origins: '[' + full('https:') + '](https://a.example/)', webs: '[' + full('www.') + '](https://a.example/)',
    label: '[' + full('a') + '](https://a.example/)', labels: '[' + full('a.') + '](https://a.example/)',
    mixed: full('*_`[!<h'), slashes: full('\\'),
};
"##;

/// A link, and how it is shown.
const LINKS: &[(&str, &str)] = &[
    ("[our prices](https://shop.example/p)", "our prices"),
    ("[shop.example](https://shop.example/p)", "shop.example"),
    ("[www.shop.example](https://shop.example/)", "www.shop.example"),
    ("[shop.example](https://www.shop.example/)", "shop.example"),
    ("[shop.example/a.html](https://shop.example/a.html)", "shop.example/a.html"),
    ("[https://shop.example/](https://shop.example/)", "https://shop.example/"),
    ("[a@shop.example](mailto:a@shop.example)", "a@shop.example"),
    ("[version 2.0, e.g. here](https://shop.example/)", "version 2.0, e.g. here"),
    ("[bank.example](https://evil.example/)", "bank.example (evil.example)"),
    ("[Log in at BANK.example](https://evil.example/)", "Log in at BANK.example (evil.example)"),
    (
        "[bank.example](https://bank.example.evil.example/)",
        "bank.example (bank.example.evil.example)",
    ),
    (
        "[bank.example/](https://bank.example.evil.example/)",
        "bank.example/ (bank.example.evil.example)",
    ),
    ("[bank.example](https://evil.example/bank.example)", "bank.example (evil.example)"),
    ("[bank.example](https://evil.example//bank.example)", "bank.example (evil.example)"),
    (
        "[evil.example or bank.example](https://evil.example/)",
        "evil.example or bank.example (evil.example)",
    ),
    ("[bank.example](https://notbank.example/)", "bank.example (notbank.example)"),
    ("[**bank**.example](https://evil.example/)", "bank.example (evil.example)"),
    ("[bank\u{200b}.example](https://evil.example/)", "bank\u{200b}.example (evil.example)"),
    ("[bank。example](https://evil.example/)", "bank。example (evil.example)"),
    ("[bank․example](https://evil.example/)", "bank․example (evil.example)"),
    ("[ｂａｎｋ.example](https://evil.example/)", "ｂａｎｋ.example (evil.example)"),
    ("[a@bank.example](mailto:a@evil.example)", "a@bank.example (a@evil.example)"),
    ("[https://bank.example/](https://evil.example/)", "https://evil.example/"),
    ("[www.bank.example](https://evil.example/)", "https://evil.example/"),
    ("[HTTPS://bank.example](https://evil.example/x)", "https://evil.example/x"),
    ("[https://shop.example](https://www.shop.example/a)", "https://shop.example"),
    (
        "[see https://shop.example, please](https://shop.example/a)",
        "see https://shop.example, please",
    ),
    ("[https://185.60.216.35/login](https://evil.example/)", "https://evil.example/"),
    ("[http://localhost/admin](https://evil.example/)", "https://evil.example/"),
    ("[https://bank](https://evil.example/)", "https://evil.example/"),
    ("[see https://bank](https://evil.example/)", "see https://bank (evil.example)"),
    ("[https://bank](mailto:a@evil.example)", "mailto:a@evil.example"),
    ("[bank\u{fe0f}.com](https://evil.example/)", "bank\u{fe0f}.com (evil.example)"),
    ("[bank\u{34f}.com](https://evil.example/)", "bank\u{34f}.com (evil.example)"),
    ("[bank\u{115f}.com](https://evil.example/)", "bank\u{115f}.com (evil.example)"),
    ("[bank.c\u{334}om](https://evil.example/)", "bank.c\u{334}om (evil.example)"),
    ("[bank\u{a4f8}com](https://evil.example/)", "bank\u{a4f8}com (evil.example)"),
    ("[192.168.1.1](https://evil.example/)", "192.168.1.1 (evil.example)"),
    ("[192.168.1.1](http://192.168.1.1/)", "192.168.1.1"),
    ("[bank.com](mailto:a@evil.example)", "bank.com (a@evil.example)"),
    ("[mail to shop.example](mailto:a@shop.example)", "mail to shop.example"),
    ("https://bаnk.example/", "https://xn--bnk-6cd.example/"),
    ("<https://shop.example/a.html>", "https://shop.example/a.html"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_made_to_take_for_ever_is_drawn_like_any_other() {
    let (_world, browser) = opened().await;
    let drawn = in_panel(
        &browser,
        &format!(
            "{HOSTILE}
            const bare = Object.entries(hostile).filter(([, text]) => {{
                const box = document.createElement('div');
                for (const open of [true, false]) {{
                    for (const {{ lines }} of panel.blocks(text)) panel.inline(lines.join('\\n'), {{ open }});
                    panel.draw(box, text, {{ open }});
                }}
                return !box.firstChild;
            }});
            done([Object.keys(hostile).length, bare.map(([name]) => name)]);"
        ),
    )
    .await;
    assert!(drawn[0].as_u64() > Some(30), "{drawn}");
    assert_eq!(drawn[1], json!([]), "nothing was drawn of these");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_words_name_another_host_shows_where_it_leads() {
    let (_world, browser) = opened().await;
    let given: Vec<&str> = LINKS.iter().map(|(link, _)| *link).collect();
    let shown = in_panel(
        &browser,
        &format!(
            "done({}.map((text) => {{
                const box = document.createElement('div');
                panel.draw(box, text);
                return box.querySelectorAll('a').length === 1 ? box.querySelector('a').textContent : box.innerHTML;
            }}));",
            json!(given)
        ),
    )
    .await;
    let wanted: Vec<&str> = LINKS.iter().map(|(_, shown)| *shown).collect();
    assert_eq!(shown, json!(wanted));
}

/// A browser that has the panel.
async fn opened() -> (World, Browser) {
    let world = World::start();
    let browser = Browser::start().await;
    browser.visit_and_open(&world.page()).await;
    (world, browser)
}

/// Runs a script that has what the panel exports as `panel`, and ends when it calls `done`.
pub(crate) async fn in_panel(browser: &Browser, script: &str) -> Value {
    let loaded = "const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
        .find((name) => name.endsWith('/panel.js'));";
    let run = format!(
        "{loaded} import(loaded).then((panel) => {{ {script} }}).catch((error) => done(String(error)));"
    );
    browser.run_async(&run).await
}
