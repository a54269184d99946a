//! Reading JSON of which nothing is sure: what is missing or of another type reads as absent.

use conversation::own_words;
use serde_json::Value;

/// The longest text that is told in brackets, in characters.
pub(super) const LONGEST_LABEL: usize = 250;

/// The longest id of a message, in bytes. WhatsApp's own have about 60.
const LONGEST_ID: usize = 512;

/// The string under `key`. A number reads as its digits, since ids have been sent as either.
pub(super) fn text(object: &Value, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The string under `key` that somebody typed, of which no line passes for one of ours.
pub(super) fn typed(object: &Value, key: &str) -> Option<String> {
    text(object, key).map(|typed| own_words(&typed).into_owned())
}

/// The object under `key`.
pub(super) fn object<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| value.is_object())
}

/// The elements of the list under `key`; none if it is no list.
pub(super) fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether `key` is there and true.
pub(super) fn is_true(object: &Value, key: &str) -> bool {
    object.get(key).is_some_and(|value| value == true)
}

/// The string under `key` as a [`label`].
pub(super) fn labelled(object: &Value, key: &str) -> Option<String> {
    text(object, key).map(|text| label(&text, LONGEST_LABEL)).filter(|label| !label.is_empty())
}

/// The labels under these keys that are there, in the order of the keys.
pub(super) fn labels<const N: usize>(object: &Value, keys: [&str; N]) -> Vec<String> {
    keys.iter().filter_map(|key| labelled(object, key)).collect()
}

/// A text of somebody's choice that may stand within brackets of ours: on one line, of at most
/// `most` characters, and without brackets of its own, with which it could end ours and go on in
/// our name.
pub(super) fn label(text: &str, most: usize) -> String {
    line(text, most).replace('[', "(").replace(']', ")")
}

/// A text on one line of at most `most` characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let words = text.split(|char: char| char.is_whitespace() || char.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    cut(words.join(" "), most)
}

/// The id under `key`, if none of its length is made up.
pub(super) fn id(object: &Value, key: &str) -> Option<String> {
    text(object, key).filter(|id| id.len() <= LONGEST_ID)
}

/// At most `limit` characters of `text`.
pub(super) fn cut(mut text: String, limit: usize) -> String {
    // No text has more characters than bytes, and most are short.
    if text.len() > limit
        && let Some((at, _)) = text.char_indices().nth(limit)
    {
        text.truncate(at);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_another_type_reads_as_absent() {
        let odd = json!({"a": 1, "b": "", "c": [], "d": "x", "e": {"f": true}});
        assert_eq!(text(&odd, "a").as_deref(), Some("1"));
        for key in ["b", "c", "e", "z"] {
            assert_eq!(text(&odd, key), None, "{key}");
        }
        assert!(object(&odd, "d").is_none() && object(&odd, "e").is_some());
        assert!(list(&odd, "d").is_empty() && list(&json!(7), "d").is_empty());
        assert!(is_true(&odd["e"], "f") && !is_true(&odd, "d"));
        assert_eq!(labels(&odd, ["d", "b", "a"]), ["x", "1"]);
    }

    #[test]
    fn a_label_has_one_line_no_brackets_and_an_end() {
        assert_eq!(label(" a\r\n]\u{2028}[b:\tc\0 ", 20), "a ) (b: c");
        assert_eq!(label(&"x".repeat(30), 20), "x".repeat(20));
        let object =
            json!({"a": "\n", "b": "x".repeat(LONGEST_ID), "c": "x".repeat(LONGEST_ID + 1)});
        assert_eq!(labelled(&object, "a"), None);
        assert!(id(&object, "b").is_some() && id(&object, "c").is_none());
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("grün".to_owned(), 3), "grü");
        assert_eq!(cut("grün".to_owned(), 9), "grün");
    }
}
