//! JSON that readers take, out of JSON that they refuse although it is well formed.
//!
//! Providers pass on what customers typed: half of a character, a number beyond any type, lists in
//! lists without end. A webhook that is refused for it comes again unchanged until it is given up,
//! and everything that stands beside it is lost.

/// How deep lists and objects may stand in each other. Readers commonly stop at 127.
const DEEPEST: usize = 100;

/// A number from this size on is none that anybody counts with. Readers stop near 1.8e308.
const ENDLESS: f64 = 1e300;

/// The same JSON without what readers refuse: half of a surrogate pair and a byte that is no UTF-8
/// become U+FFFD, and endless numbers and whatever stands too deep become null. What is no JSON
/// stays none. It takes one pass, and the result is at most three times as long.
#[must_use]
pub fn readable_json(json: &[u8]) -> Vec<u8> {
    let json = String::from_utf8_lossy(json);
    let mut readable = String::with_capacity(json.len());
    let (mut rest, mut depth) = (&*json, 0_usize);
    while let Some(first) = rest.chars().next() {
        let (token, after) = rest.split_at(length(first, rest));
        depth += usize::from(matches!(first, '[' | '{'));
        match first {
            '[' | '{' if depth == DEEPEST + 1 => readable.push_str("null"),
            _ if depth > DEEPEST => {}
            '"' => push_whole_characters(&mut readable, token),
            _ if is_endless(token) => readable.push_str("null"),
            _ => readable.push_str(token),
        }
        depth = depth.saturating_sub(usize::from(matches!(first, ']' | '}')));
        rest = after;
    }
    readable.into_bytes()
}

/// How many bytes the token takes that begins with `first`, with which `rest` begins.
fn length(first: char, rest: &str) -> usize {
    let in_number = |char: char| matches!(char, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
    match first {
        '"' => {
            let mut is_escaped = true;
            let end = rest.find(|char| {
                let ends = char == '"' && !is_escaped;
                is_escaped = char == '\\' && !is_escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 1)
        }
        '-' | '0'..='9' => rest.find(|char| !in_number(char)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    }
}

fn is_endless(token: &str) -> bool {
    let is_number = token.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    is_number && token.parse::<f64>().is_ok_and(|number| number.abs() >= ENDLESS)
}

/// Adds a string with its quotes, and U+FFFD for each half of a pair that has no other half.
fn push_whole_characters(to: &mut String, string: &str) {
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        let (before, escaped) = rest.split_at(at);
        to.push_str(before);
        let (kept, length) = match (unit(escaped), escaped.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (true, 12),
            (Some(0xD800..=0xDFFF), _) => (false, 6),
            _ => (true, escaped.char_indices().nth(2).map_or(escaped.len(), |(end, _)| end)),
        };
        let (escape, after) = escaped.split_at(length);
        to.push_str(if kept { escape } else { r"\ufffd" });
        rest = after;
    }
    to.push_str(rest);
}

/// The UTF-16 unit that an escape at the beginning of `text` stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(r"\u")?.get(..4)?;
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(json: &[u8]) -> Value {
        serde_json::from_slice(&readable_json(json)).unwrap()
    }

    #[test]
    fn half_of_a_character_is_replaced_and_the_words_around_it_stay() {
        for (written, meant) in [
            (r#""a \ud800 b""#, "a \u{FFFD} b"),
            (r#""\uDE00\uD83D""#, "\u{FFFD}\u{FFFD}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
            (r#""\ud83d\n\ude00""#, "\u{FFFD}\n\u{FFFD}"),
            (r#""\\ud800 \\\ud800 \"\ud800\"""#, "\\ud800 \\\u{FFFD} \"\u{FFFD}\""),
        ] {
            assert!(serde_json::from_str::<Value>(written).is_err() || written.contains(r"\\"));
            assert_eq!(read(written.as_bytes()), json!(meant), "{written}");
        }
        assert_eq!(read(b"{\"k\xff\": \"\xe4\"}"), json!({"k\u{FFFD}": "\u{FFFD}"}));
    }

    #[test]
    fn a_number_beyond_all_types_is_null_and_takes_no_other_with_it() {
        let digits = "9".repeat(400);
        let list = format!(r#"[1e999, -1E+400, {digits}, 1e-999, 0e999, 1e299, "1e999", -7]"#);
        assert!(serde_json::from_str::<Value>(&list).is_err());
        assert_eq!(read(list.as_bytes()), json!([null, null, null, 0.0, 0.0, 1e299, "1e999", -7]));
    }

    #[test]
    fn what_stands_too_deep_is_null_and_its_neighbours_stay() {
        let deep = format!("{}\"]}}\"{}", "[{\"a\":".repeat(5000), "}]".repeat(5000));
        let beside = format!(r#"{{"before": [1], "deep": {deep}, "after": {{"b": 2}}}}"#);
        assert!(serde_json::from_str::<Value>(&beside).is_err());
        let read = read(beside.as_bytes());
        assert_eq!((&read["before"], &read["after"]), (&json!([1]), &json!({"b": 2})));
        assert!(read["deep"][0]["a"][0]["a"].is_array());
    }

    #[test]
    fn what_is_read_anyway_stays_as_it_is() {
        let deep = format!("{}{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        for json in ["{\"ä\": [1.5e3, true, null, \"\\u00e4\\ud83d\\ude00\\\\\"]}", " 7 ", &deep] {
            assert_eq!(String::from_utf8(readable_json(json.as_bytes())).unwrap(), json);
        }
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for garbage in ["", "{", "\"", "\"\\", "\"\\ud8", "1e", "[1,]", "nul", "\u{FFFD}", "]]["] {
            let readable = readable_json(garbage.as_bytes());
            assert!(serde_json::from_slice::<Value>(&readable).is_err(), "{garbage}");
        }
    }
}
