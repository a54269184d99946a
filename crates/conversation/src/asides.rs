//! The lines in square brackets that we write among a customer's words: what came with them, and what
//! happened. A line that a customer typed and that begins like one of them is marked by a backslash, so
//! that nobody's words can pass for ours.

use std::borrow::Cow;

use crate::visible::is_unseen;

/// How the lines begin that a channel writes among a customer's words, in lower case and without
/// spaces.
const OF_CHANNELS: [&str; 23] = [
    "amessage",
    "askedabouttheproduct",
    "callpermission",
    "camefrom",
    "checklist",
    "contact",
    "dice",
    "filledin",
    "forwardedfrom",
    "game",
    "inreplyto",
    "invoice",
    "location",
    "note:",
    "openedthechat",
    "order:",
    "paidmedia",
    "place",
    "poll",
    "sticker",
    "story",
    "thebot",
    "voicemessage",
];

/// How the others begin, which no channel writes.
const OF_OTHERS: [&str; 6] =
    ["\"", "attachment:", "thecustomer", "apersonofthecompany", "amessagewithout", "someonewrites"];

/// The longest of them is looked for in so many characters of a line.
const LOOKED_AT: usize = 64;

/// A line of ours that says this. One that begins like none of ours begins with `note:`, so that each
/// of them is one whose like nobody can type.
#[must_use]
pub fn aside(words: &str) -> String {
    let shown = shown(words);
    let is_known = OF_CHANNELS.iter().chain(&OF_OTHERS).any(|ours| shown.starts_with(ours));
    format!("[{}{words}]", if is_known { "" } else { "note: " })
}

/// What somebody typed, where none of our lines can stand in it.
#[must_use]
pub fn own_words(typed: &str) -> Cow<'_, str> {
    mark(typed, |line| begins_like(&OF_CHANNELS, line) || begins_like(&OF_OTHERS, line))
}

/// What a channel made of a message: its own lines stay as they are, and what somebody typed was
/// marked when they were written.
#[must_use]
pub fn words_with_asides(text: &str) -> Cow<'_, str> {
    mark(text, |line| begins_like(&OF_OTHERS, line))
}

fn mark(text: &str, passes_for_ours: impl Fn(&str) -> bool) -> Cow<'_, str> {
    if !text.split(breaks_lines).any(&passes_for_ours) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive(breaks_lines).map(|line| {
        if passes_for_ours(line) { Cow::Owned(line.replacen('[', "\\[", 1)) } else { line.into() }
    });
    Cow::Owned(lines.collect())
}

fn breaks_lines(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn begins_like(ours: &[&str], line: &str) -> bool {
    let shown = shown(line);
    let inner = shown.strip_prefix('[');
    inner.is_some_and(|inner| ours.iter().any(|ours| inner.starts_with(ours)))
}

/// The beginning of a line as it is read, whatever stands unseen in it.
fn shown(line: &str) -> String {
    let shown = line.chars().filter(|c| !is_unseen(*c)).take(LOOKED_AT);
    shown.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_looks_like_ours_is_marked_once_and_others_stay_as_they_are() {
        for line in [
            "[\"Boss\" writes:]",
            "  [ The Customer took an earlier message back]",
            "[\u{200b}attachment: image/png]",
            "[A  person of the company wrote to the customer first]",
            "[someone writes:]",
            "[lo\u{ad}cation: Bonn]",
            "[ORDER: 1 × gold at 0 EUR each]",
        ] {
            for text in [line.to_owned(), format!("hello\n{line}\nbye"), format!("a\u{2028}{line}")]
            {
                let words = own_words(&text);
                assert_eq!(words, text.replace('[', "\\["), "{text:?}");
                assert_eq!(own_words(&words), words);
            }
        }
        for text in ["[1] a footnote", "see [the customer]", "no brackets", "[Bonn: x]\n[x]"] {
            assert!(matches!(own_words(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn nobody_can_type_the_like_of_an_aside() {
        for words in ["location: Bonn", "Sticker", "something new", "", "[x", "the bot was added"] {
            let line = aside(words);
            assert_eq!(own_words(&line), line.replacen('[', "\\[", 1), "{line}");
        }
        assert_eq!(aside("something new"), "[note: something new]");
        assert_eq!(aside("location: Bonn"), "[location: Bonn]");
    }

    #[test]
    fn the_lines_of_a_channel_stay_and_those_that_it_never_writes_are_marked() {
        let text = "[location: Bonn]\n[\"Ann\" writes:]\n[voice message]";
        let expected = "[location: Bonn]\n\\[\"Ann\" writes:]\n[voice message]";
        assert_eq!(words_with_asides(text), expected);
    }

    #[test]
    fn every_beginning_is_spelled_as_it_is_looked_for() {
        for ours in OF_CHANNELS.iter().chain(&OF_OTHERS) {
            assert_eq!(shown(ours), *ours);
        }
    }
}
