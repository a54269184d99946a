//! What Markdown becomes, and where it is cut.

use super::{LONGEST, parts, plain};

fn html(markdown: &str) -> String {
    let parts = parts(markdown);
    assert_eq!(parts.len(), 1, "{parts:?}");
    parts.into_iter().next().unwrap()
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[test]
fn what_telegram_can_show_is_formatted() {
    for (markdown, expected) in [
        ("plain", "plain"),
        ("a **b** c", "a <b>b</b> c"),
        ("*a **b** c* __d__ ~~e~~", "<i>a </i><b><i>b</i></b><i> c</i> <b>d</b> <s>e</s>"),
        ("run `a<b>` now", "run <code>a&lt;b&gt;</code> now"),
        ("**see `x` there**", "<b>see </b><code>x</code><b> there</b>"),
        (
            "```rust\nlet a = 1 < 2;\n\n  b\n```",
            "<pre><code class=\"language-rust\">let a = 1 &lt; 2;\n\n  b</code></pre>",
        ),
        ("```\nx\n```\nafter", "<pre>x</pre>\n\nafter"),
        ("> a\n> b\n\nc", "<blockquote>a\nb</blockquote>\n\nc"),
        ("> a\n>\n> b", "<blockquote>a\n\nb</blockquote>"),
        ("> a\n> > b", "<blockquote>a\n\nb</blockquote>"),
        ("# Title\ntext", "<b>Title</b>\n\ntext"),
        ("a\nb  \nc<br>d", "a\nb\nc\nd"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
    ] {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn lists_and_tables_become_text() {
    for (markdown, expected) in [
        ("- a\n- b\n", "• a\n• b"),
        ("intro\n\n1. a\n2. **b**\n\nend", "intro\n\n1. a\n2. <b>b</b>\n\nend"),
        ("7. a\n8. b", "7. a\n8. b"),
        ("- a\n  - b\n    1. c\n- d", "• a\n  ◦ b\n    1. c\n• d"),
        ("- a\n\n  more\n\n- b", "• a\nmore\n• b"),
        ("- [x] done\n- [ ] open", "• ☑ done\n• ☐ open"),
        ("| a | b |\n|---|---|\n| 1 | `2` |\n", "<b>a | b</b>\n1 | <code>2</code>"),
        ("> - a\n> - b", "<blockquote>• a\n• b</blockquote>"),
    ] {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn only_links_that_are_safe_to_tap_are_links() {
    for (markdown, expected) in [
        (
            "[a](https://x.example/?a=1&b=\"2\")",
            "<a href=\"https://x.example/?a=1&amp;b=%222%22\">a</a>",
        ),
        ("[a](HTTP://x)", "<a href=\"HTTP://x\">a</a>"),
        ("[me](tg://resolve?domain=x)", "<a href=\"tg://resolve?domain=x\">me</a>"),
        ("[**b** `c`](https://x)", "<a href=\"https://x\"><b>b</b> c</a>"),
        ("[a](javascript:alert(1))", "a"),
        ("[a](/relative) [b](file:///etc/passwd)", "a b"),
        ("[write](mailto:a@b.example?subject=x)", "write (a@b.example)"),
        ("[a@b.example](mailto:a@b.example)", "a@b.example"),
        ("[call](tel:+4930123)", "call (+4930123)"),
        ("<https://x.example/a_b>", "https://x.example/a_b"),
        ("[](https://x)", "<a href=\"https://x\">https://x</a>"),
        ("![map](https://x/m.png)", "<a href=\"https://x/m.png\">map</a>"),
        ("[a](<https://x/a b>)", "a"),
    ] {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn html_of_the_model_s_own_is_shown_as_it_is_written() {
    for (markdown, expected) in [
        ("a <b>b</b> <script>x</script>", "a &lt;b&gt;b&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;"),
        ("<div>\nx\n</div>\n\ny", "&lt;div&gt;\nx\n&lt;/div&gt;\n\ny"),
        ("Tom &amp; Jerry & \"co\" &lt;3", "Tom &amp; Jerry &amp; \"co\" &lt;3"),
        ("a\u{0}b\u{7}c", "abc"),
    ] {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn markdown_that_shows_nothing_is_shown_as_it_is_and_blank_text_not_at_all() {
    assert_eq!(html("[a]: https://x"), "[a]: https://x");
    for blank in ["", " \n\t\n ", "\u{200b}", "```\n \n```\u{feff}"] {
        let parts = parts(blank);
        assert!(parts.iter().all(|part| !plain(part).trim().is_empty()), "{parts:?}");
    }
    assert!(parts(" \n ").is_empty());
}

#[test]
fn a_long_text_is_cut_where_it_hurts_least() {
    let filler = "word ".repeat(600);
    let cut_after = |text: &str| {
        let parts = parts(text);
        assert!(parts.len() > 1, "{}", parts.len());
        parts[0].chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>()
    };
    let text = format!("{filler}one.\n\n{filler}two.\nthree. four");
    assert_eq!(cut_after(&text), "one.");
    let text = format!("{filler}one.\n{filler}two. three. four");
    assert_eq!(cut_after(&text), "one.");
    let text = format!("{filler}one. {filler}");
    assert_eq!(cut_after(&text), "one.");
    assert_eq!(cut_after(&filler.repeat(3)), "word");
}

#[test]
fn a_text_without_any_place_to_cut_is_cut_between_characters() {
    let parts = parts(&"😀".repeat(5000));
    assert_eq!(parts.iter().map(|part| units(part)).collect::<Vec<_>>(), [4096, 4096, 1808]);
    let family = "👨\u{200d}👩\u{200d}👧".repeat(1500);
    for part in super::parts(&family) {
        assert!(part.starts_with('👨') && part.ends_with('👧'));
    }
}

#[test]
fn a_style_goes_on_over_a_cut() {
    let parts = parts(&format!("> **{}**", "word ".repeat(2000).trim()));
    assert!(parts.len() > 2);
    for part in &parts {
        assert!(part.starts_with("<blockquote><b>word "), "{part}");
        assert!(part.ends_with(" word</b></blockquote>"), "{part}");
        assert!(units(part) <= LONGEST);
    }
}

#[test]
fn lines_of_code_keep_their_indentation_over_a_cut() {
    let code = format!("```\n{}```", "    indented line of code\n".repeat(400));
    let parts = parts(&code);
    assert!(parts.len() > 1);
    for part in &parts {
        assert!(part.starts_with("<pre>    indented"), "{}", &part[..40]);
        assert!(part.ends_with("of code</pre>"));
    }
}

#[test]
fn entities_count_as_they_are_written_and_are_never_cut() {
    let parts = parts(&"&".repeat(3000));
    assert_eq!(parts.iter().map(|part| units(part)).collect::<Vec<_>>(), [4095, 4095, 4095, 2715]);
    assert!(parts.iter().all(|part| part.replace("&amp;", "").is_empty()));
}
