//! Whatever the model says, Telegram can read it, and nothing is lost.

use proptest::prelude::*;

use super::{LONGEST, document::is_blank, markdown, parts, plain, splitting};

/// Markdown of whatever kind, short and long.
fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "**", "*", "_", "`", "```", "```rust\n", "> ", "- ", "1. ", "# ", "\n", "\n\n", "    ",
            "[", "](https://x.example/?a=1&b=2)", "](javascript:x)", "![", "|", "|---|", "~~", "<b>",
            "</b>", "<!-- ", "&amp;", "&", "<", ">", "\"", "\\", "---\n", "- [x] ", "😀", "\u{200d}",
            "\u{0}", "<br>", "  \n", "a@b.example", "https://x.example", "\u{301}", "\t",
        ]).prop_map(str::to_owned),
        3 => "[a-zA-Zäöü .!?]{1,12}",
        1 => ".{0,6}",
        1 => (proptest::sample::select(vec!["word ", "x", "😀", "&", " ", "\n", "**a** ", "Ende. "]),
              1_usize..1500).prop_map(|(text, times)| text.repeat(times)),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Checks that tags are known, balanced and nested, and that nothing else means anything.
fn check(html: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>', '&']) {
        rest = &rest[at..];
        if let Some(entity) = ["&amp;", "&lt;", "&gt;"].iter().find(|it| rest.starts_with(**it)) {
            rest = &rest[entity.len()..];
            continue;
        }
        let inner = rest.strip_prefix('<').ok_or_else(|| format!("bare sign: {rest:.20}"))?;
        let (tag, after) = inner.split_once('>').ok_or("an open tag")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let (name, attribute) = tag.split_once(' ').unwrap_or((tag, ""));
        let is_fine = match name {
            "b" | "i" | "s" | "pre" | "blockquote" => attribute.is_empty(),
            "code" => attribute.is_empty() || attribute.starts_with("class=\"language-"),
            "a" => attribute.starts_with("href=\"https://") && attribute.matches('"').count() == 2,
            _ => false,
        };
        if !is_fine {
            return Err(format!("<{tag}>"));
        }
        open.push(name);
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} stay open")) }
}

/// Whether the parts follow each other in the whole, with nothing but white space between.
fn covers(whole: &str, parts: &[String]) -> bool {
    let mut rest = whole;
    for part in parts {
        let Some(at) = rest.find(|char| !is_blank(char)) else { return false };
        // White space before the first character that shows may belong to the part.
        let start = at.saturating_sub(part.len() - part.trim_start().len());
        let found = (start..=at)
            .find(|start| rest.get(*start..).is_some_and(|rest| rest.starts_with(part.as_str())));
        let found = found.or_else(|| {
            rest.find(part.as_str()).filter(|found| rest[..*found].chars().all(is_blank))
        });
        let Some(found) = found else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.chars().all(is_blank)
}

/// The words of a part, without the addresses of its links.
fn words(html: &str) -> String {
    let mut pieces = html.split("<a href=\"");
    let first = pieces.next().unwrap_or_default().to_owned();
    let linked = pieces.map(|piece| piece.split_once("\">").map_or(piece, |(_, label)| label));
    plain(&linked.fold(first, |whole, piece| whole + piece))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_part_is_valid_and_short_enough_and_together_they_are_the_whole(text in markdown()) {
        let parts = parts(&text);
        for part in &parts {
            prop_assert!(check(part).is_ok(), "{:?} in {part}", check(part));
            prop_assert!(part.encode_utf16().count() <= LONGEST);
            prop_assert!(!words(part).chars().all(is_blank));
            prop_assert!(plain(part).encode_utf16().count() <= LONGEST);
        }
        let document = markdown::read(&text);
        let shown: Vec<String> = parts.iter().map(|part| words(part)).collect();
        if !document.is_blank() {
            prop_assert!(covers(document.text(), &shown), "{:?} of {:?}", shown, document.text());
        }
        prop_assert_eq!(parts.is_empty(), text.chars().all(|it| is_blank(it) || it.is_control()));
    }

    #[test]
    fn a_document_cut_anywhere_is_the_same_text(text in markdown(), longest in 60_usize..400) {
        let document = markdown::read(&text);
        let cuts = splitting::cuts(&document, longest);
        let shown: Vec<String> = cuts.iter().map(|cut| document.text()[cut.clone()].to_owned()).collect();
        prop_assert!(covers(document.text(), &shown));
        for cut in cuts {
            let html = document.html(cut.clone());
            prop_assert!(check(&html).is_ok(), "{html}");
            prop_assert!(html.encode_utf16().count() <= longest, "{html}");
            prop_assert_eq!(words(&html), &document.text()[cut]);
        }
    }
}
