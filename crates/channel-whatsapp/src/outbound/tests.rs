//! How replies look on WhatsApp, and that they always fit.

use conversation::ports::Waiting;
use conversation::{ConversationId, DedupeKey, Message, MessageId, Reach, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::formatted::{Code, Formatted, Style};
use super::markdown::read;
use super::split::{split, units};
use super::{LONGEST_TEXT, parts, read_and_typing, text_message};
use crate::{Address, Reference};

fn shown(markdown: &str) -> String {
    let formatted = read(markdown);
    formatted.render(0..formatted.text().len())
}

#[test]
fn markdown_becomes_what_whatsapp_shows() {
    for (markdown, expected) in [
        ("Hello", "Hello"),
        ("**bold**, *slanted*, ~~struck~~ and `code`", "*bold*, _slanted_, ~struck~ and `code`"),
        ("**bold with *both* in it**", "*bold with _both_ in it*"),
        ("***both***", "*_both_*"),
        ("# Prices\n\nText", "*Prices*\n\nText"),
        ("## **Prices**", "*Prices*"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("**one\ntwo**", "*one two*"),
        ("- a\n- b\n  - c\n- d", "- a\n- b\n  - c\n- d"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("Intro:\n\n* a\n\n* b\n\nEnd", "Intro:\n\n- a\n- b\n\nEnd"),
        ("```rust\nlet a = 1;\nlet b;\n```\nafter", "```let a = 1;\nlet b;\n```\nafter"),
        ("> quoted\n> more", "> quoted\n> more"),
        ("[our shop](https://shop.example)", "our shop (https://shop.example)"),
        ("<https://shop.example>", "https://shop.example"),
        ("[https://shop.example](https://shop.example)", "https://shop.example"),
        ("![a cat](https://c.example/1.png)", "a cat (https://c.example/1.png)"),
        ("write to <a@b.example>", "write to a@b.example"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", "a | b\n1 | 2\n3 | 4"),
        ("a & b < c", "a & b < c"),
        ("file_name_here and 2 * 3", "file_name_here and 2 * 3"),
        ("one\n\n---\n\ntwo", "one\n\n———\n\ntwo"),
        ("  \n", ""),
    ] {
        assert_eq!(shown(markdown), expected, "{markdown:?}");
    }
}

fn plain(text: &str, style: Style) -> Formatted {
    let mut formatted = Formatted::default();
    formatted.push(text, style);
    formatted
}

#[test]
fn a_reply_is_cut_after_a_paragraph_a_line_a_sentence_or_a_word() {
    for (text, limit, expected) in [
        ("aaaa aaaa\n\nbbbb bbbb", 14, vec!["aaaa aaaa", "bbbb bbbb"]),
        ("aaaa aaaa\nbbbb bbbb", 14, vec!["aaaa aaaa", "bbbb bbbb"]),
        ("Aaaa aa. Bbbb bbb", 14, vec!["Aaaa aa.", "Bbbb bbb"]),
        ("aaaa aaaa bbbb", 11, vec!["aaaa aaaa", "bbbb"]),
        ("aaaaaaaaaa", 4, vec!["aaaa", "aaaa", "aa"]),
        ("a\n\nbbbbbbbb", 8, vec!["a\n\nbbbbb", "bbb"]),
        ("         aaaa", 4, vec!["aaaa"]),
        ("aaaa\n  - bbb", 9, vec!["aaaa", "  - bbb"]),
        ("👍👍👍", 4, vec!["👍👍", "👍"]),
        ("aa👨\u{200d}👩\u{200d}👧", 8, vec!["aa", "👨\u{200d}👩\u{200d}👧"]),
    ] {
        assert_eq!(split(&plain(text, Style::default()), limit), expected, "{text:?}");
    }
}

#[test]
fn a_style_that_is_cut_ends_and_begins_again() {
    let bold = Style { bold: true, ..Style::default() };
    assert_eq!(split(&plain("aaaa bbbb", bold), 8), ["*aaaa*", "*bbbb*"]);
    let block = Style { code: Code::Block, ..Style::default() };
    assert_eq!(split(&plain("aaaa\nbbbb", block), 12), ["```aaaa```", "```bbbb```"]);
}

#[test]
fn a_reply_of_the_longest_length_is_one_part() {
    let longest = "x".repeat(LONGEST_TEXT);
    assert_eq!(parts(&longest, &[]).len(), 1);
    assert_eq!(parts(&format!("{longest}x"), &[]).len(), 2);
    // A sign outside of the basic plane is two units.
    assert_eq!(parts(&"👍".repeat(LONGEST_TEXT / 2), &[]).len(), 1);
    assert_eq!(parts(&"👍".repeat(LONGEST_TEXT / 2 + 1), &[]).len(), 2);
}

fn waiting(key: &str) -> Waiting {
    let conversation = ConversationId::new("whatsapp", "491511").unwrap();
    let id = MessageId {
        conversation: conversation.digest(),
        key: DedupeKey::new(key).unwrap().digest(),
        token: [0; 8],
    };
    let message = Message::text("Hi", Timestamp(0));
    Waiting { id, key: key.to_owned(), message, request: None }
}

#[test]
fn the_first_part_quotes_the_newest_message_only_if_there_were_several() {
    let quotes = |answered: &[Waiting]| -> Vec<Option<String>> {
        let reply = "x".repeat(LONGEST_TEXT + 1);
        parts(&reply, answered).into_iter().map(|part| part.quotes).collect()
    };
    let (one, two) = (waiting("wamid.1"), waiting("wamid.2"));
    assert_eq!(quotes(std::slice::from_ref(&one)), [None, None]);
    assert_eq!(quotes(&[one, two]), [Some("wamid.2".to_owned()), None]);
}

#[test]
fn all_parts_go_to_the_number_that_the_newest_message_tells() {
    let told = |number: Option<&str>| {
        let mut waiting = waiting("wamid.1");
        waiting.message.reach = number.map(|number| Reach(number.to_owned()));
        waiting
    };
    for (answered, expected) in [
        ([None, None], None),
        ([Some("1"), None], Some("1")),
        ([None, Some("2")], Some("2")),
        ([Some("1"), Some("2")], Some("2")),
    ] {
        let parts = parts(&"x".repeat(LONGEST_TEXT + 1), &answered.map(told));
        let reached: Vec<_> = parts.iter().map(|part| part.reach.as_ref()).collect();
        let expected = expected.map(|number: &str| Reach(number.to_owned()));
        assert_eq!(reached, [expected.as_ref(), expected.as_ref()]);
    }
}

#[test]
fn a_reply_of_nothing_but_marks_is_sent_as_it_is() {
    let texts: Vec<String> = parts("[](x)", &[]).into_iter().map(|part| part.text).collect();
    assert_eq!(texts, ["x"]);
    let texts: Vec<String> = parts("<!-- -->", &[]).into_iter().map(|part| part.text).collect();
    assert_eq!(texts, ["<!-- -->"]);
    assert_eq!(parts("[x]: https://a.example", &[]).len(), 1);
    assert!(parts(" \n", &[]).is_empty());
}

#[test]
fn a_request_names_whom_it_goes_to_as_the_api_wants_it() {
    let reference = |address: &Address| Reference::new(&address.conversation().unwrap(), "turn:0");
    let number = "4915112345678";
    for (address, number, expected) in [
        (
            Address::Phone(number.into()),
            None,
            json!({"recipient_type": "individual", "to": "+4915112345678"}),
        ),
        (
            Address::User("DE.1".into()),
            None,
            json!({"recipient_type": "individual", "recipient": "DE.1"}),
        ),
        (
            Address::User("DE.1".into()),
            Some(number),
            json!({"recipient_type": "individual", "to": "+4915112345678", "recipient": "DE.1"}),
        ),
        (Address::Group("Y2Fw".into()), None, json!({"recipient_type": "group", "to": "Y2Fw"})),
    ] {
        let reference = reference(&address);
        let mut whole = json!({"messaging_product": "whatsapp", "type": "text",
            "text": {"body": "Hi", "preview_url": false}, "context": {"message_id": "wamid.1"},
            "biz_opaque_callback_data": reference.to_string()});
        whole.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
        let message = text_message(&address, number, "Hi", Some("wamid.1"), &reference);
        assert_eq!(message, whole);
    }
    let to = Address::Phone("4915112345678".into());
    let too_long = Reference::new(&to.conversation().unwrap(), &"x".repeat(Reference::LONGEST));
    let message = text_message(&to, None, "Hi", None, &too_long);
    assert!(message.get("biz_opaque_callback_data").is_none() && message.get("context").is_none());
    let expected = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1",
        "typing_indicator": {"type": "text"}});
    assert_eq!(read_and_typing("wamid.1"), expected);
}

fn without_space(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn every_part_fits_and_no_word_is_lost(text in "\\PC{0,300}|([ab.👍é\n ]{0,40}\n){0,9}", limit in 4_usize..60) {
        let formatted = plain(&text, Style::default());
        let parts = split(&formatted, limit);
        for part in &parts {
            prop_assert!(units(part) <= limit, "{part:?}");
            prop_assert!(!part.trim().is_empty());
        }
        prop_assert_eq!(without_space(&parts.concat()), without_space(&text));
    }

    #[test]
    fn any_markdown_becomes_parts_that_fit(markdown in "([*_~`#>|\\[\\]()!\\-0-9.a-z👍 \n]{0,60}){0,12}") {
        let formatted = read(&markdown);
        for part in split(&formatted, 40) {
            prop_assert!(units(&part) <= 40, "{part:?}");
        }
        for part in parts(&markdown, &[]) {
            prop_assert!(!part.text.trim().is_empty() && units(&part.text) <= LONGEST_TEXT);
        }
    }
}
